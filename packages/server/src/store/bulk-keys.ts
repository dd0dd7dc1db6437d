import { type RawBuilder, sql } from 'kysely'
import type { ReadTransaction } from './database.ts'
import type { EndedRule } from './key-status.ts'
import { type KeyFilter, matches } from './keys.ts'
import type { CreatedCursor } from './page.ts'
import type { Build } from './precompile.ts'

/** Keys of one organization, or of all (null), from a place in the order of lists on. */
export interface BulkScope {
  organizationId: string | null
  filter: Omit<KeyFilter, 'cursor' | 'limit'>
  cursor: CreatedCursor | null
  ended: readonly EndedRule[]
  now: number
}

export interface BulkRow {
  id: string
  organization_id: string
  created_at: number
}

/** How many keys match, and the first of them, newest first. */
export async function matchKeys(transaction: ReadTransaction, build: Build, scope: BulkScope, limit: number): Promise<{ count: number; rows: BulkRow[] }> {
  const where = conditionOf(scope)
  const [counted, rows] = await transaction.batch<[{ count: number }, BulkRow]>([
    build
      .selectFrom('keys')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where(where)
      .compile(),
    build
      .selectFrom('keys')
      .select(['id', 'organization_id', 'created_at'])
      .where(where)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .compile(),
  ])
  return { count: counted[0]?.count ?? 0, rows }
}

/** Which of these ids name a key within the scope, whatever else the filter asks. */
export async function knownIds(transaction: ReadTransaction, build: Build, scope: BulkScope, ids: readonly string[]): Promise<Set<string>> {
  const { exceptTypes } = scope.filter
  const where = conditionOf({ ...scope, cursor: null, filter: { ids, ...(exceptTypes === undefined ? {} : { exceptTypes }) } })
  const rows = await transaction.all(build.selectFrom('keys').select('id').where(where).compile())
  return new Set(rows.map((row) => row.id))
}

function conditionOf({ organizationId, filter, cursor, ended, now }: BulkScope): RawBuilder<boolean> {
  const all = [matches(filter, ended, now)]
  if (organizationId !== null) all.push(sql<boolean>`keys.organization_id = ${organizationId}`)
  if (cursor !== null) all.push(sql<boolean>`(keys.created_at, keys.id) < (${cursor.createdAt}, ${cursor.id})`)
  return sql<boolean>`(${sql.join(all, sql` and `)})`
}
