import { CompiledQuery } from 'kysely'
import type { MessageStatus } from '@keywright/core/contract/notices.ts'
import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import type { ReadTransaction } from './database.ts'
import type { Build } from './precompile.ts'

/** Bytes of the database: its pages, without what waits in the write-ahead log. */
export async function databaseBytes(reader: ReadTransaction): Promise<number> {
  const row = await reader.first(
    CompiledQuery.raw('SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()') as CompiledQuery<{ bytes: number }>,
  )
  return row?.bytes ?? 0
}

export async function countOrganizations(reader: ReadTransaction, build: Build): Promise<number> {
  const query = build
    .selectFrom('organizations')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('status', '!=', 'removed')
    .where('id', '!=', RESERVED_ORGANIZATION_ID)
  return (await reader.first(query.compile()))?.count ?? 0
}

/** Instant of the newest change; null when the log is empty. */
export async function newestChangeAt(reader: ReadTransaction, build: Build): Promise<number | null> {
  return (await reader.first(build.selectFrom('change_log').select('at').orderBy('number', 'desc').limit(1).compile()))?.at ?? null
}

/** How many messages have which status, and since when the oldest queued one waits. */
export async function countMessages(reader: ReadTransaction, build: Build): Promise<{ counts: Map<MessageStatus, number>; oldestQueuedAt: number | null }> {
  const [byStatus, queued] = await reader.batch<[{ status: MessageStatus; count: number }, { at: number | null }]>([
    build
      .selectFrom('outbox')
      .select((eb) => ['status', eb.fn.countAll<number>().as('count')])
      .groupBy('status')
      .compile(),
    build
      .selectFrom('outbox')
      .select((eb) => eb.fn.min('created_at').as('at'))
      .where('status', '=', 'queued')
      .compile(),
  ])
  return { counts: new Map(byStatus.map(({ status, count }) => [status, count])), oldestQueuedAt: queued[0]?.at ?? null }
}
