import { isReservedSlug } from '@keywright/core/configuration/reserved.ts'
import { statusAt } from '@keywright/core/lifecycle.ts'
import type { KeyState, OrganizationState, RevokedState, SessionState } from '../../kernel/revocation-lines.ts'
import { organizationById, updateOrganization } from '../../store/organizations.ts'
import { destroyCiphertextQuery, endVersionQuery, type StoredVersion } from '../../store/secret-versions.ts'
import { type LoadedKey, loadKey, storeKey } from '../keys/load-key.ts'
import { toOrganizationRecord } from '../organizations/organization-row.ts'
import { lifecycleOf } from '../policy.ts'
import type { Unit } from '../unit.ts'

/** What came of the journal: ids. */
export interface RevokedAgain {
  keys: string[]
  organizations: string[]
  /** Revoked after the backup, and unknown to it: to verifiers these are unknown. */
  unknown: string[]
  /** Keys whose secret was replaced after the backup: the new one is lost and the old one has ended. */
  withoutSecret: string[]
}

/** Takes away again what was taken away after the backup. Nothing is ever given back: what was activated again since stays as the backup has it. */
export async function revokeAgain(unit: Unit, states: Iterable<RevokedState>): Promise<RevokedAgain> {
  const done: RevokedAgain = { keys: [], organizations: [], unknown: [], withoutSecret: [] }
  const all = [...states]
  const sessions = all.filter((state) => state.kind === 'session').filter((session) => session.expiresAt > unit.now)
  for (const state of all) if (state.kind === 'key') await revokeKey(unit, state, done)
  for (const keyId of new Set(sessions.map((session) => session.keyId))) await endSessions(unit, sessions, keyId, done)
  for (const state of all) if (state.kind === 'organization') await revokeOrganization(unit, state, done)
  return done
}

async function revokeKey(unit: Unit, state: KeyState, done: RevokedAgain): Promise<void> {
  const loaded = await find(unit, state.id)
  if (loaded === null) return void done.unknown.push(state.id)
  const { key, type, versions } = loaded
  const removed = key.status === 'removed' || state.status === 'removed'
  const status = removed ? 'removed' : state.status === 'inactive' ? 'inactive' : key.status
  const ends = new Map(state.ended)
  const next: StoredVersion[] = versions.map((version) => {
    const endsAt = ends.get(version.number) ?? null
    const earlier = endsAt !== null && (version.endsAt === null || version.endsAt > endsAt)
    return { ...version, endsAt: earlier ? endsAt : version.endsAt, ciphertext: removed ? null : version.ciphertext }
  })
  const shortened = next.filter((version, index) => version.endsAt !== versions[index]?.endsAt)
  const epoch = Math.max(key.epoch, state.epoch ?? 0)
  if (status === key.status && epoch === key.epoch && shortened.length === 0) return
  for (const { number, endsAt } of shortened) unit.defer(endVersionQuery(unit.build, { keyId: key.id, number, endsAt }))
  if (removed) unit.defer(destroyCiphertextQuery(unit.build, { keyId: key.id }))
  const detail = {
    from: statusAt(lifecycleOf(type, key), unit.now),
    to: status,
    endedVersions: shortened.map((version) => version.number),
    revokedAt: state.at,
  }
  storeKey(unit, { ...key, status, epoch }, next, 'key.revoked_again', detail)
  done.keys.push(key.id)
  if (status === 'active' && next.every((version) => version.endsAt !== null && version.endsAt <= unit.now)) done.withoutSecret.push(key.id)
}

/** Of a session that was minted after the backup there is no row: all sessions of its key end, rather than that one lives again. */
async function endSessions(unit: Unit, sessions: readonly SessionState[], keyId: string, done: RevokedAgain): Promise<void> {
  const loaded = await find(unit, keyId)
  if (loaded === null || loaded.key.status === 'removed') return
  const detail = { endedSessions: sessions.filter((session) => session.keyId === keyId).map((session) => session.id) }
  storeKey(unit, { ...loaded.key, epoch: loaded.key.epoch + 1 }, loaded.versions, 'key.revoked_again', detail)
  if (!done.keys.includes(keyId)) done.keys.push(keyId)
}

async function find(unit: Unit, keyId: string): Promise<LoadedKey | null> {
  const row = unit.build.selectFrom('keys').select(['organization_id', 'key_type']).where('id', '=', keyId).compile()
  const [[place]] = await unit.batch<[{ organization_id: string; key_type: string }]>([row])
  return place ? loadKey(unit, place.organization_id, keyId, isReservedSlug(place.key_type) ? place.key_type : null) : null
}

async function revokeOrganization(unit: Unit, state: OrganizationState, done: RevokedAgain): Promise<void> {
  const before = await organizationById(unit.transaction, unit.build, state.id)
  if (!before) return void done.unknown.push(state.id)
  const status = before.status === 'removed' || state.status === 'removed' ? 'removed' : state.status === 'suspended' ? 'suspended' : before.status
  if (status === before.status) return
  const next = { ...before, status: status as typeof before.status, updatedAt: unit.now, revision: before.revision + 1 }
  await updateOrganization(unit.transaction, unit.build, next)
  unit.change({ kind: 'organization', organization: toOrganizationRecord(next) })
  unit.audit({
    organizationId: before.id,
    action: 'organization.revoked_again',
    subject: { kind: 'organization', id: before.id },
    detail: { from: before.status, to: status, revokedAt: state.at },
  })
  done.organizations.push(before.id)
}
