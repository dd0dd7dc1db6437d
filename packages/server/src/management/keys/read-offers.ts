import type { Api } from '@keywright/core/configuration/api.ts'
import { carrierPlace } from '@keywright/core/configuration/check-carriers.ts'
import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import { environmentsFor } from '@keywright/core/policy/issue-policy.ts'
import { listApis } from '../../store/apis.ts'
import type { ReadTransaction } from '../../store/database.ts'
import { listKeyTypes } from '../../store/key-types.ts'
import { countForCapQuery } from '../../store/keys.ts'
import type { StoredOrganization } from '../../store/organizations.ts'
import type { Build } from '../../store/precompile.ts'
import { endedRules } from '../policy.ts'

/** What a type means for one organization: whether it may be generated now, how much of the cap is used, and why not. */
export interface Offer {
  type: KeyType
  environments: string[]
  use: { environment: string | null; used: number; max: number | null }[]
  reason: { code: string; message: string } | null
  apis: AcceptingApi[]
}

/** What somebody who calls an API with a key of the type must know of it. Where the gateway sends calls is not among it. */
export type AcceptingApi = Pick<Api, 'slug' | 'environment' | 'carriers' | 'companions' | 'routes'> & { label: string; baseUrl: string | null }

const ROUTES_SHOWN = 50

export async function readOffers(reader: ReadTransaction, build: Build, organization: StoredOrganization, now: number): Promise<Offer[]> {
  const offers: Offer[] = []
  const apis = (await listApis(reader, build)).map((stored) => stored.definition)
  for (const { definition: type } of await listKeyTypes(reader, build)) {
    const environments = environmentsFor(type, organization.environments)
    const use: Offer['use'] = []
    for (const environment of type.cap?.per === 'environment' ? environments : [null]) {
      const scope = { organizationId: organization.id, type: type.slug, counts: type.cap?.counts ?? ('notRemoved' as const), environment }
      const counted = await reader.first(countForCapQuery(build, scope, endedRules([type]), now))
      use.push({ environment, used: counted?.count ?? 0, max: type.cap?.max ?? null })
    }
    offers.push({ type, environments, use, reason: whyNot(type, organization, environments, use, now), apis: accepting(type, apis, environments) })
  }
  return offers
}

function accepting(type: KeyType, apis: readonly Api[], environments: readonly string[]): AcceptingApi[] {
  const places = type.carriers === null ? null : new Set(type.carriers.map(carrierPlace))
  return apis
    .filter((api) => api.accepts.includes(type.slug) && (api.environment === null || environments.includes(api.environment)))
    .map((api) => ({
      slug: api.slug,
      label: api.label ?? api.slug,
      environment: api.environment,
      baseUrl: api.baseUrl ?? null,
      carriers: api.carriers.filter((carrier) => places === null || places.has(carrierPlace(carrier))),
      companions: [...api.companions, ...type.companions],
      routes: api.routes?.slice(0, ROUTES_SHOWN) ?? null,
    }))
}

function whyNot(type: KeyType, organization: StoredOrganization, environments: readonly string[], use: Offer['use'], now: number): Offer['reason'] {
  if (organization.status === 'suspended') return { code: 'organization_suspended', message: 'The organization is suspended.' }
  if (type.offeredWith !== null && !organization.entitlements.includes(type.offeredWith))
    return { code: 'not_offered', message: `The package does not include "${type.offeredWith}".` }
  if (environments.length === 0) return { code: 'no_environment', message: 'The organization has no environment that may hold this type.' }
  if (type.sunset.some((rule) => rule.origin === null && now >= rule.retiredAt)) return { code: 'retired', message: 'Keys of this type were retired.' }
  if (use.every(({ used, max }) => max !== null && used >= max))
    return { code: 'cap_reached', message: `${use[0]?.used ?? 0} of ${use[0]?.max ?? 0} used. ${type.remove ? 'Delete one first.' : ''}`.trim() }
  return null
}
