import { MANAGEMENT_KEY_TYPE, OWN_ENVIRONMENT, RESERVED_KEY_TYPES, VERIFIER_KEY_TYPE } from '@keywright/core/configuration/reserved.ts'
import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import type { IssueManagementKey, IssueOrganizationManagementKey, IssueVerifierKey } from '@keywright/core/contract/credentials.ts'
import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import { type Capability, coversRole, type Role } from '@keywright/core/permissions.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import type { Grant } from '@keywright/core/replica/change.ts'
import { listApis } from '../../store/apis.ts'
import { insertOrganization } from '../../store/organizations.ts'
import type { Schema } from '../../store/schema.ts'
import { removeInUnit } from '../keys/change-status.ts'
import { type IssuedKey, issueInUnit } from '../keys/issue-key.ts'
import { type LoadedKey, loadKey, organizationRowQuery } from '../keys/load-key.ts'
import { toOrganizationRecord } from '../organizations/organization-row.ts'
import type { Caller, Services } from '../services.ts'
import { commit, type Unit } from '../unit.ts'

/** Issues a verifier key, bound to APIs that exist. It is the operators'. */
export async function issueVerifierKey(services: Services, caller: Caller, input: IssueVerifierKey): Promise<IssuedKey> {
  return commit(services, caller, async (unit) => {
    if (input.apis !== 'all') {
      const known = (await listApis(unit.transaction, unit.build)).map((api) => api.definition.slug)
      const unknown = input.apis.flatMap((slug, index) =>
        known.includes(slug) ? [] : [{ path: `apis[${index}]`, code: 'unknown', message: `There is no API "${slug}".` }],
      )
      if (unknown.length > 0) throw new AppError('invalid_request', 'The key names an API that does not exist.', { errors: unknown })
    }
    return issueOwn(services, caller, unit, RESERVED_ORGANIZATION_ID, VERIFIER_KEY_TYPE, input, { apis: input.apis })
  })
}

/** Issues a management key of the operators. */
export async function issueOperatorKey(services: Services, caller: Caller, input: IssueManagementKey): Promise<IssuedKey> {
  return commit(services, caller, (unit) => issueOperatorKeyInUnit(services, caller, unit, input))
}

export async function issueOperatorKeyInUnit(services: Services, caller: Caller, unit: Unit, input: IssueManagementKey): Promise<IssuedKey> {
  requireCapabilities(caller, input.capabilities)
  return issueOwn(services, caller, unit, RESERVED_ORGANIZATION_ID, MANAGEMENT_KEY_TYPE, input, { role: 'operator', capabilities: input.capabilities })
}

/** Issues a management key of an organization, with nothing its creator does not have now. */
export async function issueOrganizationKey(
  services: Services,
  caller: Caller,
  organizationId: string,
  input: IssueOrganizationManagementKey,
): Promise<IssuedKey> {
  requireCapabilities(caller, input.capabilities)
  if (!coversRole(caller.role, input.role)) throw new AppError('forbidden', `Your role "${caller.role}" cannot give the role "${input.role}".`)
  return commit(services, caller, (unit) =>
    issueOwn(services, caller, unit, organizationId, MANAGEMENT_KEY_TYPE, input, { role: input.role, capabilities: input.capabilities }),
  )
}

/** Removes one of Keywright's own keys; its next call is refused. */
export async function removeOwnKey(
  services: Services,
  caller: Caller,
  organizationId: string,
  keyId: string,
  type: typeof MANAGEMENT_KEY_TYPE | typeof VERIFIER_KEY_TYPE,
): Promise<LoadedKey> {
  return commit(services, caller, async (unit) => {
    const loaded = await loadKey(unit, organizationId, keyId, type)
    const role = loaded.key.grant?.role as Role | undefined
    if (type === MANAGEMENT_KEY_TYPE && role !== undefined && !coversRole(caller.role, role))
      throw new AppError('forbidden', `Your role "${caller.role}" cannot remove a key of the role "${role}".`)
    return removeInUnit(unit, loaded, type === MANAGEMENT_KEY_TYPE ? 'management_key.removed' : 'verifier_key.removed')
  })
}

/** The organization that holds the operators' keys; made with the first of them. */
export async function requireReservedOrganization(unit: Unit): Promise<void> {
  const [rows] = await unit.batch([organizationRowQuery(unit.build, { id: RESERVED_ORGANIZATION_ID })])
  if (rows.length > 0) return
  const organization = {
    id: RESERVED_ORGANIZATION_ID,
    slug: 'kw',
    name: 'Keywright',
    status: 'active' as const,
    aliases: [],
    entitlements: [],
    environments: [OWN_ENVIRONMENT],
    contacts: [],
    createdAt: unit.now,
    updatedAt: unit.now,
    revision: 1,
  }
  await insertOrganization(unit.transaction, unit.build, organization)
  unit.change({ kind: 'organization', organization: toOrganizationRecord(organization) })
}

async function issueOwn(
  services: Services,
  caller: Caller,
  unit: Unit,
  organizationId: string,
  slug: string,
  input: IssueManagementKey | IssueVerifierKey,
  grant: Grant,
): Promise<IssuedKey> {
  if (organizationId === RESERVED_ORGANIZATION_ID) await requireReservedOrganization(unit)
  const [organizations] = await unit.batch<[Schema['organizations']]>([organizationRowQuery(unit.build, { id: organizationId })])
  const [organization] = organizations
  if (!organization || organization.status === 'removed') throw new AppError('not_found', 'There is no such organization.')
  if (organization.status === 'suspended')
    throw new AppError('organization_suspended', 'The organization is suspended; management keys cannot be issued until an operator restores it.')
  const type = RESERVED_KEY_TYPES.find((each) => each.slug === slug) as KeyType
  return issueInUnit(services, caller, unit, {
    // Keywright's own keys live beside the organization's environments, not in one of them.
    organization: { ...organization, environments: JSON.stringify([OWN_ENVIRONMENT]) },
    type,
    input: { name: input.name, addresses: input.addresses, ...(input.expiresAt === null ? {} : { expiresAt: input.expiresAt }) },
    action: slug === MANAGEMENT_KEY_TYPE ? 'management_key.issued' : 'verifier_key.issued',
    grant: inRightOf(caller, grant),
    detail: { ...grant },
  })
}

/** Whoever issues a management key lends it his right; what a key issues acts in the right of the same person. */
function inRightOf(caller: Caller, grant: Grant): Grant {
  if (grant.role === undefined) return grant
  const person = caller.actor.kind === 'person' ? caller.actor.id : caller.actsFor
  return person === undefined ? grant : { ...grant, actsFor: person }
}

function requireCapabilities(caller: Caller, wanted: readonly Capability[]): void {
  const beyond = wanted.filter((capability) => !caller.capabilities.has(capability))
  if (beyond.length > 0) throw new AppError('forbidden', `You cannot give ${beyond.join(', ')}: you do not have it.`)
}
