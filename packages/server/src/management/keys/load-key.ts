import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import { isReservedSlug } from '@keywright/core/configuration/reserved.ts'
import { isId } from '@keywright/core/id.ts'
import { judge, type KeyCommand, refusalOf, statusAt } from '@keywright/core/lifecycle.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import type { KeyRecord } from '@keywright/core/replica/change.ts'
import { replicatedAddresses, type StoredKey, toStoredKey } from '../../store/key-record.ts'
import { keyQuery, updateKeyQuery } from '../../store/keys.ts'
import { precompile } from '../../store/precompile.ts'
import type { Schema } from '../../store/schema.ts'
import { type StoredVersion, toStoredVersion, versionsOfKeyQuery } from '../../store/secret-versions.ts'
import type { AuditAction } from '../../events/catalog.ts'
import { definitionOf, lifecycleOf } from '../policy.ts'
import type { Unit } from '../unit.ts'

/** A key with everything that commands ask about it. */
export interface LoadedKey {
  key: StoredKey
  /** Oldest first. */
  versions: StoredVersion[]
  type: KeyType
  organization: Schema['organizations']
}

export const organizationRowQuery = precompile<{ id: string }, Schema['organizations']>((build, parameter) =>
  build.selectFrom('organizations').selectAll().where('id', '=', parameter('id')),
)
const typeOfKeyQuery = precompile<{ keyId: string }, Schema['key_types']>((build, parameter) =>
  build
    .selectFrom('key_types')
    .selectAll()
    .where('slug', '=', (eb) => eb.selectFrom('keys').select('key_type').where('id', '=', parameter('keyId'))),
)

/**
 * Reads one key of an organization within a unit.
 * @param own null: an ordinary key; else the reserved type it must be of.
 * @throws AppError `not_found` for a stranger's key as for none.
 */
export async function loadKey(unit: Unit, organizationId: string, keyId: string, own: string | null = null): Promise<LoadedKey> {
  if (!isId('key', keyId)) throw keyNotFound()
  const [keys, versions, types, organizations] = await unit.batch<[Schema['keys'], Schema['secret_versions'], Schema['key_types'], Schema['organizations']]>([
    keyQuery(unit.build, { organizationId, id: keyId }),
    versionsOfKeyQuery(unit.build, { organizationId, keyId }),
    typeOfKeyQuery(unit.build, { keyId }),
    organizationRowQuery(unit.build, { id: organizationId }),
  ])
  const [row] = keys
  const [organization] = organizations
  if (!row || !organization || (own === null ? isReservedSlug(row.key_type) : row.key_type !== own)) throw keyNotFound()
  const type = definitionOf(row.key_type, types[0])
  if (!type) throw new Error(`key ${keyId} has a type that is not stored`)
  return { key: toStoredKey(row), versions: versions.map(toStoredVersion), type, organization }
}

export function keyNotFound(): AppError {
  return new AppError('not_found', 'There is no such key here.')
}

/** @returns false when there is nothing to do. @throws AppError `status_conflict` when the table refuses. */
export function requireCommand(command: KeyCommand, { key, type }: LoadedKey, now: number): 'yes' | 'no-op' | 'limited' {
  const facts = lifecycleOf(type, key)
  const verdict = judge(command, facts, now)
  if (verdict === 'refused') throw new AppError('status_conflict', refusalOf(command, facts, now), { extra: { keyStatus: statusAt(facts, now) } })
  return verdict
}

/** Stores the new state of a key, tells verifiers and writes the audit event. `versions` must be what will be stored. */
export function storeKey(unit: Unit, key: StoredKey, versions: readonly StoredVersion[], action: AuditAction, detail: Record<string, unknown>): StoredKey {
  const next = { ...key, updatedAt: unit.now, revision: key.revision + 1 }
  unit.defer(updateKeyQuery(unit.build, next))
  unit.change({ kind: 'key', key: toRecord(next, versions) })
  unit.audit({
    organizationId: key.organizationId,
    action,
    subject: { kind: 'key', id: key.id },
    detail: { type: key.type, environment: key.environment, name: key.name, hint: key.hint, ...detail },
  })
  return next
}

/** What verifiers hold of a key. */
export function toRecord(key: StoredKey, versions: readonly StoredVersion[]): KeyRecord {
  return {
    id: key.id,
    organizationId: key.organizationId,
    environment: key.environment,
    type: key.type,
    name: key.name,
    origin: key.origin,
    status: key.status,
    expiresAt: key.expiresAt,
    scopes: key.scopes,
    addresses: replicatedAddresses(key.addresses),
    limits: key.limits,
    grant: key.grant,
    epoch: key.epoch,
    versions: versions.map(({ number, digest, endsAt }) => ({ number, digest: Buffer.from(digest).toString('base64url'), endsAt })),
  }
}
