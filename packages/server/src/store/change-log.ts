import type { Change, Cursor, LogEntry } from '@keywright/core/replica/change.ts'
import { type CompiledQuery, sql } from 'kysely'
import type { ReadTransaction, WriteTransaction } from './database.ts'
import { type Build, precompile } from './precompile.ts'

/** Before the first entry. */
export const BEGINNING: Cursor = { number: 0, mark: '0000000000000000' }

const append = precompile<{ mark: string; kind: string; body: string; at: number }, Cursor>((build, parameter) =>
  build
    .insertInto('change_log')
    .columns(['number', 'mark', 'kind', 'body', 'at'])
    .expression(
      build.selectFrom('change_log').select((eb) => [
        // The write transaction is exclusive, so numbers follow the order of commits without a gap.
        sql<number>`coalesce(max(${eb.ref('number')}), 0) + 1`.as('number'),
        sql<string>`${parameter('mark')}`.as('mark'),
        sql<string>`${parameter('kind')}`.as('kind'),
        sql<string>`${parameter('body')}`.as('body'),
        sql<number>`${parameter('at')}`.as('at'),
      ]),
    )
    .returning(['number', 'mark']),
)

/**
 * Appends a change: `[{number, mark}]`.
 * @param mark 16 hex digits, random.
 */
export function appendChangeQuery(build: Build, change: Change, mark: string, now: number): CompiledQuery<Cursor> {
  return append(build, { mark, kind: change.kind, body: JSON.stringify(change), at: now })
}

/** The newest entry's place; `BEGINNING` when the log is empty. */
export async function changeLogHead(transaction: ReadTransaction, build: Build): Promise<Cursor> {
  return (await transaction.first(headQuery(build, {}))) ?? BEGINNING
}

const headQuery = precompile<object, Cursor>((build) => build.selectFrom('change_log').select(['number', 'mark']).orderBy('number', 'desc').limit(1))

/** The oldest entry's place; null when the log is empty. */
export async function changeLogTail(transaction: ReadTransaction, build: Build): Promise<Cursor | null> {
  return (await transaction.first(build.selectFrom('change_log').select(['number', 'mark']).orderBy('number').limit(1).compile())) ?? null
}

/** Up to `limit` entries after the cursor, oldest first. The caller has asked `holdsCursor`. */
export async function readChanges(transaction: ReadTransaction, build: Build, after: Cursor, limit = 1000): Promise<LogEntry[]> {
  const rows = await transaction.all(changesQuery(build, { number: after.number, limit }))
  return rows.map(({ number, mark, body }) => ({ number, mark, change: JSON.parse(body) as Change }))
}

const changesQuery = precompile<{ number: number; limit: number }, Cursor & { body: string }>((build, parameter) =>
  build.selectFrom('change_log').select(['number', 'mark', 'body']).where('number', '>', parameter('number')).orderBy('number').limit(parameter('limit')),
)

/**
 * True when this log holds exactly that pair. False after a restore, a failover or a trim: then only a snapshot helps.
 * `BEGINNING` is held as long as nothing was trimmed.
 */
export async function holdsCursor(transaction: ReadTransaction, build: Build, cursor: Cursor): Promise<boolean> {
  if (cursor.number === 0) {
    const first = await transaction.first(build.selectFrom('change_log').select('number').orderBy('number').limit(1).compile())
    return cursor.mark === BEGINNING.mark && (first === undefined || first.number === 1)
  }
  const row = await transaction.first(
    build.selectFrom('change_log').select('number').where('number', '=', cursor.number).where('mark', '=', cursor.mark).compile(),
  )
  return row !== undefined
}

/** Removes entries older than `before`; the newest always stays, for the next number follows from it. @returns how many. */
export async function trimChanges(transaction: WriteTransaction, build: Build, before: number): Promise<number> {
  const query = build
    .deleteFrom('change_log')
    .where('at', '<', before)
    .where('number', '<', (eb) => eb.selectFrom('change_log').select((inner) => inner.fn.max('number').as('newest')))
  return (await transaction.run(query.compile())).changes
}
