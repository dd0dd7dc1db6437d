import type { KeyStatus } from '@keywright/core/lifecycle.ts'
import type { KeyRecord } from '@keywright/core/replica/change.ts'
import { type CompiledQuery, type RawBuilder, sql } from 'kysely'
import type { ReadTransaction } from './database.ts'
import { foldName, REPLICATED_COLUMNS, type StoredKey, toKeyRecord, toKeyRow, toStoredKey } from './key-record.ts'
import { type EndedRule, hasStatus } from './key-status.ts'
import { type CreatedCursor, type Page, toPage } from './page.ts'
import { type Build, precompile, precompileInsert } from './precompile.ts'
import type { Schema } from './schema.ts'

const KEY_COLUMNS = [
  'id',
  'organization_id',
  'environment',
  'key_type',
  'name',
  'name_folded',
  'origin',
  'status',
  'scopes',
  'addresses',
  'limits',
  'metadata',
  'tags',
  'key_grant',
  'hint',
  'newest_version',
  'expires_at',
  'created_by',
  'created_at',
  'updated_at',
  'revision',
  'epoch',
] as const satisfies readonly (keyof Schema['keys'])[]

const insertRow = precompileInsert('keys', KEY_COLUMNS)

export function insertKeyQuery(build: Build, key: StoredKey): CompiledQuery<unknown> {
  return insertRow(build, { ...toKeyRow(key) })
}

const CHANGING_COLUMNS = [
  'name',
  'name_folded',
  'status',
  'scopes',
  'addresses',
  'limits',
  'metadata',
  'tags',
  'key_grant',
  'hint',
  'newest_version',
  'expires_at',
  'updated_at',
  'revision',
  'epoch',
] as const

const updateRow = precompile<Record<string, unknown> & { id: string; organization_id: string }>((build, parameter) => {
  const changed = Object.fromEntries(CHANGING_COLUMNS.map((column) => [column, parameter(column)]))
  return build
    .updateTable('keys')
    .set(changed as never)
    .where('organization_id', '=', parameter('organization_id'))
    .where('id', '=', parameter('id'))
})

/** Stores the new state of a key; its organization, environment, type, origin and creation never change. */
export function updateKeyQuery(build: Build, key: StoredKey): CompiledQuery<unknown> {
  return updateRow(build, { ...toKeyRow(key) })
}

/** A row for `toStoredKey`. */
export const keyQuery = precompile<{ organizationId: string; id: string }, Schema['keys']>((build, parameter) =>
  build.selectFrom('keys').selectAll().where('organization_id', '=', parameter('organizationId')).where('id', '=', parameter('id')),
)

export async function getKey(transaction: ReadTransaction, build: Build, organizationId: string, id: string): Promise<StoredKey | null> {
  const row = await transaction.first(keyQuery(build, { organizationId, id }))
  return row ? toStoredKey(row) : null
}

/** Whose key this is, for a secret that was found by its digest. The only look-up without an organization. */
export async function findKeyOfAnyone(transaction: ReadTransaction, build: Build, id: string): Promise<StoredKey | null> {
  const row = await transaction.first(build.selectFrom('keys').selectAll().where('id', '=', id).compile())
  return row ? toStoredKey(row) : null
}

export interface KeyFilter {
  types?: readonly string[]
  /** Types left out, e.g. Keywright's own. */
  exceptTypes?: readonly string[]
  /** Statuses as shown at `now`. */
  statuses?: readonly KeyStatus[]
  environment?: string
  tag?: string
  /** Part of the name without regard to case, part of the hint, or the whole id. */
  q?: string
  ids?: readonly string[]
  cursor?: CreatedCursor
  limit: number
}

/** One organization's keys, newest first. `ended`: all sunset rules, of which those act whose time has come. */
export async function listKeys(
  transaction: ReadTransaction,
  build: Build,
  organizationId: string,
  filter: KeyFilter,
  ended: readonly EndedRule[],
  now: number,
): Promise<Page<StoredKey, CreatedCursor>> {
  const { cursor, limit } = filter
  let query = build
    .selectFrom('keys')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where(matches(filter, ended, now))
  if (cursor) query = query.where(sql<boolean>`(created_at, id) < (${cursor.createdAt}, ${cursor.id})`)
  const rows = await transaction.all(
    query
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .compile(),
  )
  return toPage(rows.map(toStoredKey), limit, ({ createdAt, id }) => ({ createdAt, id }))
}

/** True for keys that pass the filter, page and organization aside. */
export function matches(filter: Omit<KeyFilter, 'cursor' | 'limit'>, ended: readonly EndedRule[], now: number): RawBuilder<boolean> {
  const { types, exceptTypes, statuses, environment, tag, q, ids } = filter
  const all = [sql`(1 = 1)`]
  if (types) all.push(sql`keys.key_type in (${sql.join(types)})`)
  if (exceptTypes?.length) all.push(sql`keys.key_type not in (${sql.join(exceptTypes)})`)
  if (statuses) all.push(anyOf(statuses.map((status) => hasStatus(status, ended, now))))
  if (environment !== undefined) all.push(sql`keys.environment = ${environment}`)
  if (tag !== undefined) all.push(sql`exists (select 1 from json_each(keys.tags) as tag where tag.value = ${tag})`)
  if (q !== undefined && q !== '') all.push(sql`(instr(keys.name_folded, ${foldName(q)}) > 0 or instr(keys.hint, ${q}) > 0 or keys.id = ${q})`)
  if (ids) all.push(sql`keys.id in (${sql.join(ids)})`)
  return sql<boolean>`(${sql.join(all, sql` and `)})`
}

export interface CapScope {
  organizationId: string
  type: string
  counts: 'notRemoved' | 'active'
  /** Null: the cap is per organization. */
  environment: string | null
}

/** How many keys count against a cap at `now`: `[{count}]`. */
export function countForCapQuery(
  build: Build,
  { organizationId, type, counts, environment }: CapScope,
  ended: readonly EndedRule[],
  now: number,
): CompiledQuery<{ count: number }> {
  let query = build
    .selectFrom('keys')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('organization_id', '=', organizationId)
    .where('key_type', '=', type)
  query =
    counts === 'active'
      ? query.where(
          hasStatus(
            'active',
            ended.filter((rule) => rule.type === type),
            now,
          ),
        )
      : query.where('status', 'in', ['pending', 'active', 'inactive'])
  if (environment !== null) query = query.where('environment', '=', environment)
  return query.compile()
}

/** A row when a key of this type, not removed, has that name; `exceptId` is the key that may have it. */
export const nameExistsQuery = (build: Build, organizationId: string, type: string, name: string, exceptId = ''): CompiledQuery<{ id: string }> =>
  nameExists(build, { organizationId, type, folded: foldName(name), exceptId })

const nameExists = precompile<{ organizationId: string; type: string; folded: string; exceptId: string }, { id: string }>((build, parameter) =>
  build
    .selectFrom('keys')
    .select('id')
    .where('organization_id', '=', parameter('organizationId'))
    .where('name_folded', '=', parameter('folded'))
    .where('key_type', '=', parameter('type'))
    .where('status', '<>', 'removed')
    .where('id', '<>', parameter('exceptId'))
    .limit(1),
)

/** How many keys of a type there are in all, by organization and stored status: what a change of the type touches. */
export async function countKeysOfType(
  transaction: ReadTransaction,
  build: Build,
  type: string,
): Promise<{ organizationId: string; status: StoredKey['status']; count: number }[]> {
  return transaction.all(
    build
      .selectFrom('keys')
      .select((eb) => ['organization_id as organizationId', 'status', eb.fn.countAll<number>().as('count')])
      .where('key_type', '=', type)
      .groupBy(['organization_id', 'status'])
      .compile(),
  )
}

/** Every key ever, with all its versions, as verifiers need it: in pages ordered by id. Meant for `database.snapshot`. */
export async function* eachKeyPage(reader: ReadTransaction, build: Build, pageSize = 2000): AsyncGenerator<KeyRecord[]> {
  for (let after = ''; ;) {
    const page = build.selectFrom('keys').where('id', '>', after).orderBy('id').limit(pageSize)
    const versions = build.selectFrom('secret_versions').select(['key_id', 'number', 'digest', 'ends_at']).where('key_id', '>', after)
    const [rows, versionRows] = await reader.batch([
      page.select(REPLICATED_COLUMNS).compile(),
      versions
        .where('key_id', '<=', lastIdOf(page.select('id')))
        .orderBy('key_id')
        .orderBy('number')
        .compile(),
    ])
    const records = rows.map(toKeyRecord)
    let index = 0
    for (const record of records) {
      for (let row = versionRows[index]; row?.key_id === record.id; row = versionRows[++index]) {
        record.versions.push({ number: row.number, digest: toBase64Url(row.digest), endsAt: row.ends_at })
      }
    }
    if (records.length > 0) yield records
    if (records.length < pageSize) return
    after = (records.at(-1) as KeyRecord).id
  }
}

function lastIdOf(ids: { compile(): unknown } & Parameters<typeof sql.join>[0][number]): RawBuilder<string> {
  return sql<string>`(select max(id) from (${ids}))`
}

function anyOf(conditions: RawBuilder<boolean>[]): RawBuilder<boolean> {
  return conditions.length === 0 ? sql<boolean>`(1 = 0)` : sql<boolean>`(${sql.join(conditions, sql` or `)})`
}

function toBase64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url')
}
