import type { UpdateOrganization } from '@keywright/core/contract/organizations.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { listKeyTypes } from '../../store/key-types.ts'
import { organizationById, type StoredOrganization, updateOrganization as storeOrganization } from '../../store/organizations.ts'
import { autoProvision } from '../keys/auto-provision.ts'
import { removeInUnit } from '../keys/change-status.ts'
import { loadKey } from '../keys/load-key.ts'
import { changesBetween } from '../changes-between.ts'
import type { Caller, Services } from '../services.ts'
import { commit, type Unit } from '../unit.ts'
import { auditStanding } from './audit-standing.ts'
import { checkOrganization } from './create-organization.ts'
import { toOrganizationRecord, toRow } from './organization-row.ts'

/** What an organization's own administrators may change; everything else they have bought, and the operator changes it. */
const OWN_FIELDS: readonly string[] = ['name', 'contacts']

export async function updateOrganization(services: Services, caller: Caller, organizationId: string, input: UpdateOrganization): Promise<StoredOrganization> {
  const notTheirs = Object.keys(input).filter((field) => !OWN_FIELDS.includes(field))
  if (caller.role !== 'operator' && notTheirs.length > 0)
    throw new AppError('forbidden', `Only an operator changes ${notTheirs.join(', ')} of an organization.`)
  return commit(services, caller, async (unit) => {
    const { build, transaction, now } = unit
    const before = await requireOrganization(unit, organizationId)
    const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as Partial<StoredOrganization>
    const next: StoredOrganization = { ...before, ...given, aliases: (input.aliases ?? before.aliases).toSorted() }
    const changes = changesBetween(before, next, COMPARED)
    if (Object.keys(changes).length === 0) return before
    Object.assign(next, { updatedAt: now, revision: before.revision + 1 })
    await checkOrganization(unit, next, before)
    await leaveEnvironments(
      unit,
      organizationId,
      before.environments.filter((environment) => !next.environments.includes(environment)),
    )
    await storeOrganization(transaction, build, next)
    unit.change({ kind: 'organization', organization: toOrganizationRecord(next) })
    const { status, contacts, ...others } = changes
    if (status !== undefined) await auditStanding(unit, next, null)
    // Whose addresses they are stands beside the chain, where it can be erased.
    const written = contacts === undefined ? others : { ...others, contacts: { from: before.contacts.length, to: next.contacts.length } }
    if (Object.keys(written).length > 0)
      unit.audit({
        organizationId,
        action: 'organization.updated',
        subject: { kind: 'organization', id: organizationId },
        detail: { changes: written },
        ...(contacts === undefined ? {} : { personal: { contactsBefore: before.contacts.join(', '), contactsAfter: next.contacts.join(', ') } }),
      })
    const types = (await listKeyTypes(transaction, build)).map((stored) => stored.definition)
    await autoProvision(services, caller, unit, toRow(next), types)
    return next
  })
}

/** Removes an organization: every key of it ends; records, slug and aliases stay, so that nobody else can take its name. */
export async function removeOrganization(services: Services, caller: Caller, organizationId: string): Promise<void> {
  await commit(services, caller, async (unit) => {
    const { build, transaction, now } = unit
    const before = await requireOrganization(unit, organizationId)
    const keys = await removeKeys(unit, organizationId, null, 'organization')
    const next: StoredOrganization = { ...before, status: 'removed', updatedAt: now, revision: before.revision + 1 }
    await storeOrganization(transaction, build, next)
    unit.change({ kind: 'organization', organization: toOrganizationRecord(next) })
    unit.audit({
      organizationId,
      action: 'organization.removed',
      subject: { kind: 'organization', id: organizationId },
      detail: { slug: before.slug, keysRemoved: keys },
    })
  })
}

export async function requireOrganization(unit: Unit, organizationId: string): Promise<StoredOrganization> {
  const organization = await organizationById(unit.transaction, unit.build, organizationId)
  if (!organization || organization.status === 'removed') throw new AppError('not_found', 'There is no such organization.')
  return organization
}

/** An environment goes with the keys that came with it by themselves; any other key must be removed first. */
async function leaveEnvironments(unit: Unit, organizationId: string, environments: readonly string[]): Promise<void> {
  if (environments.length === 0) return
  const provisioned = (await listKeyTypes(unit.transaction, unit.build))
    .filter((stored) => stored.definition.autoProvision)
    .map((stored) => stored.definition.slug)
  for (const environment of environments) {
    const others = unit.build
      .selectFrom('keys')
      .select('id')
      .where('organization_id', '=', organizationId)
      .where('environment', '=', environment)
      .where('status', '<>', 'removed')
      .where('key_type', 'not in', [...provisioned, ''])
    const [held] = await unit.batch<[{ id: string }]>([others.compile()])
    if (held.length > 0)
      throw new AppError('in_use', `The environment "${environment}" holds ${held.length} ${held.length === 1 ? 'key' : 'keys'}. Remove them first.`, {
        extra: { keys: held.length },
      })
    await removeKeys(unit, organizationId, environment, 'environment')
  }
}

async function removeKeys(unit: Unit, organizationId: string, environment: string | null, reason: string): Promise<number> {
  let query = unit.build.selectFrom('keys').select(['id', 'key_type']).where('organization_id', '=', organizationId).where('status', '<>', 'removed')
  if (environment !== null) query = query.where('environment', '=', environment)
  const [rows] = await unit.batch<[{ id: string; key_type: string }]>([query.compile()])
  for (const { id, key_type } of rows) {
    const own = key_type === 'kw-management' ? key_type : null
    removeInUnit(unit, await loadKey(unit, organizationId, id, own), own === null ? 'key.removed' : 'management_key.removed', { with: reason })
  }
  return rows.length
}

const COMPARED = ['slug', 'name', 'status', 'aliases', 'entitlements', 'environments', 'contacts'] as const
