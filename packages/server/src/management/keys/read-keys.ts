import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import { isReservedSlug } from '@keywright/core/configuration/reserved.ts'
import { isId } from '@keywright/core/id.ts'
import type { KeyStatus } from '@keywright/core/lifecycle.ts'
import type { ReadTransaction } from '../../store/database.ts'
import type { StoredKey } from '../../store/key-record.ts'
import { getKeyType, listKeyTypes } from '../../store/key-types.ts'
import { getKey, listKeys } from '../../store/keys.ts'
import type { CreatedCursor } from '../../store/page.ts'
import type { Build } from '../../store/precompile.ts'
import { listVersions, type StoredVersion } from '../../store/secret-versions.ts'
import type { LastSeen } from '@keywright/core/usage/usage.ts'
import { definitionOf, endedRules } from '../policy.ts'
import { keyNotFound } from './load-key.ts'

/** A key as it is shown: with its type and the last accepted call, of whichever secret version. */
export interface KeyView {
  key: StoredKey
  type: KeyType | null
  lastSeen: LastSeen | null
  /** Only where one key is read. */
  versions?: StoredVersion[]
}

/** @param own null: an ordinary key; else the reserved type. @throws AppError `not_found`. */
export async function readKey(
  reader: ReadTransaction,
  build: Build,
  organizationId: string,
  keyId: string,
  own: string | null = null,
): Promise<KeyView & { versions: StoredVersion[] }> {
  const key = isId('key', keyId) ? await getKey(reader, build, organizationId, keyId) : null
  if (!key || (own === null ? isReservedSlug(key.type) : key.type !== own)) throw keyNotFound()
  const type = isReservedSlug(key.type) ? definitionOf(key.type, undefined) : ((await getKeyType(reader, build, key.type))?.definition ?? null)
  const seen = await lastSeenOf(reader, build, [key.id])
  return { key, type, lastSeen: seen.get(key.id) ?? null, versions: await listVersions(reader, build, organizationId, keyId) }
}

export interface KeyListQuery {
  type?: readonly string[] | undefined
  status?: readonly KeyStatus[] | undefined
  q?: string | undefined
  environment?: string | undefined
  tag?: string | undefined
  cursor?: CreatedCursor | undefined
  limit: number
}

/** One organization's keys, newest first. @param own null: ordinary keys; else the keys of that reserved type. */
export async function readKeys(
  reader: ReadTransaction,
  build: Build,
  organizationId: string,
  query: KeyListQuery,
  now: number,
  own: string | null = null,
): Promise<{ items: KeyView[]; next: CreatedCursor | null }> {
  const types = (await listKeyTypes(reader, build)).map((stored) => stored.definition)
  const { type, status, q, environment, tag, cursor, limit } = query
  const filter = {
    ...(own === null ? { exceptTypes: ['kw-management', 'kw-verifier'] } : { types: [own] }),
    ...(own === null && type !== undefined ? { types: [...type] } : {}),
    ...(status === undefined ? {} : { statuses: [...status] }),
    ...(q === undefined ? {} : { q }),
    ...(environment === undefined ? {} : { environment }),
    ...(tag === undefined ? {} : { tag }),
    ...(cursor === undefined ? {} : { cursor }),
    limit,
  }
  const page = await listKeys(reader, build, organizationId, filter, endedRules(types), now)
  const seen = await lastSeenOf(
    reader,
    build,
    page.items.map((key) => key.id),
  )
  const typeOf = (key: StoredKey) => types.find((each) => each.slug === key.type) ?? definitionOf(key.type, undefined)
  return { items: page.items.map((key) => ({ key, type: typeOf(key), lastSeen: seen.get(key.id) ?? null })), next: page.next }
}

async function lastSeenOf(reader: ReadTransaction, build: Build, keyIds: readonly string[]): Promise<Map<string, LastSeen>> {
  if (keyIds.length === 0) return new Map()
  const rows = await reader.all(build.selectFrom('last_seen').selectAll().where('key_id', 'in', keyIds).orderBy('at').compile())
  return new Map(rows.map(({ key_id, version, at, address, client, calls }) => [key_id, { version, at, address, client, calls }]))
}
