import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import { isReservedSlug } from '@keywright/core/configuration/reserved.ts'
import type { IssueKey } from '@keywright/core/contract/keys.ts'
import { makeId } from '@keywright/core/id.ts'
import { planIssue } from '@keywright/core/policy/issue-policy.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import type { Grant } from '@keywright/core/replica/change.ts'
import type { Secret } from '@keywright/core/secret/secret.ts'
import { formatInstant } from '@keywright/core/time.ts'
import type { AuditAction } from '../../events/catalog.ts'
import type { StoredKey } from '../../store/key-record.ts'
import { insertKeyQuery, nameExistsQuery } from '../../store/keys.ts'
import type { Schema } from '../../store/schema.ts'
import { insertVersionQuery, type StoredVersion } from '../../store/secret-versions.ts'
import { definitionOf, keyTypeQuery, requireTypeRole, retiresAt } from '../policy.ts'
import type { Caller, Services } from '../services.ts'
import { commit, type Unit } from '../unit.ts'
import { capCountQuery, requireRoom } from './check-cap.ts'
import { organizationRowQuery, toRecord } from './load-key.ts'
import { makeSecret } from './make-secret.ts'

export interface IssuedKey {
  key: StoredKey
  versions: StoredVersion[]
  type: KeyType
  organization: { id: string; slug: string }
  secret: Secret
}

/** Issues a key of a configured type to an organization. The secret is in the answer and, of a type that shows it once, nowhere else. */
export async function issueKey(services: Services, caller: Caller, organizationId: string, input: IssueKey): Promise<IssuedKey> {
  return commit(services, caller, async (unit) => {
    const [organizations, types] = await unit.batch<[Schema['organizations'], Schema['key_types']]>([
      organizationRowQuery(unit.build, { id: organizationId }),
      keyTypeQuery(unit.build, { slug: input.type }),
    ])
    const [organization] = organizations
    if (!organization || organization.status === 'removed') throw new AppError('not_found', 'There is no such organization.')
    const type = isReservedSlug(input.type) ? null : definitionOf(input.type, types[0])
    if (!type)
      throw new AppError('invalid_request', 'There is no such key type.', {
        errors: [{ path: 'type', code: 'unknown', message: `There is no key type "${input.type}".` }],
      })
    requireTypeRole(caller, type, 'manage')
    if (organization.status === 'suspended')
      throw new AppError('organization_suspended', 'The organization is suspended; keys cannot be issued until an operator restores it.')
    requireOffered(type, organization)
    const retiredAt = retiresAt(type, { origin: input.origin ?? type.origin })
    if (retiredAt !== null && unit.now >= retiredAt)
      throw new AppError('not_offered', `Keys of this kind were retired at ${formatInstant(retiredAt)}: a new one would be refused from the start.`)
    return issueInUnit(services, caller, unit, { organization, type, input, action: 'key.issued' })
  })
}

/** @throws AppError `not_offered` when the organization's package does not include the type. */
export function requireOffered(type: KeyType, organization: Schema['organizations']): void {
  if (type.offeredWith === null || (JSON.parse(organization.entitlements) as string[]).includes(type.offeredWith)) return
  throw new AppError('not_offered', `The organization's package does not include "${type.offeredWith}", which the type "${type.slug}" needs.`, {
    extra: { missing: [type.offeredWith] },
  })
}

export interface IssueInUnit {
  organization: Schema['organizations']
  type: KeyType
  input: Omit<IssueKey, 'type'>
  action: AuditAction
  grant?: Grant
  detail?: Record<string, unknown>
}

/** The part every way of issuing shares: the policy of the type, the cap, the secret, the record, the event, the change. */
export async function issueInUnit(
  services: Services,
  caller: Caller,
  unit: Unit,
  { organization, type, input, action, grant, detail }: IssueInUnit,
): Promise<IssuedKey> {
  const planned = planIssue(type, { environments: JSON.parse(organization.environments) as string[] }, input, unit.now)
  if (!planned.ok) throw new AppError('invalid_request', 'The key cannot be issued like this.', { errors: planned.error })
  const plan = planned.value
  const place = { organizationId: organization.id, environment: plan.environment }
  const capCount = capCountQuery(unit, type, place)
  if (capCount !== null || (type.naming.unique && plan.name !== '')) {
    const [counted, named] = await unit.batch<[{ count: number }, { id: string }]>([
      capCount ?? nothing(unit),
      nameExistsQuery(unit.build, organization.id, type.slug, plan.name),
    ])
    requireRoom(type, counted[0]?.count ?? 0)
    if (type.naming.unique && named.length > 0 && plan.name !== '') throw nameTaken(plan.name)
  }
  const id = makeId('key', unit.now, services.random(10))
  const { secret, version } = makeSecret(services, caller, type, { organizationId: organization.id, keyId: id, number: 1 }, unit.now)
  const key: StoredKey = {
    id,
    organizationId: organization.id,
    type: type.slug,
    ...plan,
    origin: input.origin ?? type.origin,
    status: type.activation === 'manual' ? 'pending' : 'active',
    metadata: input.metadata ?? {},
    tags: input.tags ?? [],
    grant: grant ?? null,
    hint: version.hint,
    newestVersion: 1,
    createdBy: caller.actor,
    createdAt: unit.now,
    updatedAt: unit.now,
    revision: 1,
    epoch: 0,
  }
  unit.defer(insertKeyQuery(unit.build, key))
  unit.defer(insertVersionQuery(unit.build, version))
  unit.change({ kind: 'key', key: toRecord(key, [version]) })
  const facts = {
    type: key.type,
    environment: key.environment,
    name: key.name,
    hint: key.hint,
    status: key.status,
    expiresAt: key.expiresAt,
    scopes: key.scopes,
    addresses: key.addresses,
    origin: key.origin,
  }
  unit.audit({ organizationId: organization.id, action, subject: { kind: 'key', id }, detail: { ...facts, ...detail } })
  return { key, versions: [version], type, organization: { id: organization.id, slug: organization.slug }, secret }
}

export function nameTaken(name: string): AppError {
  return new AppError('name_taken', `A key of this type is called "${name}" already. Choose another name.`, {
    errors: [{ path: 'name', code: 'taken', message: 'Choose another name.' }],
  })
}

function nothing(unit: Unit) {
  return nameExistsQuery(unit.build, '', '', '') as never
}
