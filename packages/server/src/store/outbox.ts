import { sql } from 'kysely'
import type { MessageStatus } from '@keywright/core/contract/notices.ts'
import type { ReadTransaction, WriteTransaction } from './database.ts'
import { type CreatedCursor, type Page, toPage } from './page.ts'
import { type Build, precompileInsert } from './precompile.ts'
import type { Schema } from './schema.ts'

/** A message to an organization or a person. Text and html never hold a secret; what carries a link is sealed. */
export interface StoredMessage {
  id: string
  organizationId: string
  kind: Schema['outbox']['kind']
  status: MessageStatus
  recipients: string[]
  subject: string
  text: string
  html: string
  /** Of one that carries a link: `{text, html}` as JSON, in an envelope; null once it was sent or is too old. */
  sealed: Uint8Array | null
  /** Until when the link of it can be used; null: it carries none. */
  usableUntil: number | null
  /** How often sending was begun. */
  attempts: number
  /** Only of queued ones. */
  nextAttemptAt: number | null
  lastError: string | null
  createdAt: number
  sentAt: number | null
}

const insertRow = precompileInsert('outbox', [
  'id',
  'organization_id',
  'kind',
  'status',
  'recipients',
  'subject',
  'text',
  'html',
  'sealed',
  'usable_until',
  'attempts',
  'next_attempt_at',
  'last_error',
  'created_at',
  'sent_at',
])

export function insertMessageQuery(build: Build, message: StoredMessage) {
  return insertRow(build, { ...toRow(message) })
}

/** Stores what changes of a message. */
export async function updateMessage(transaction: WriteTransaction, build: Build, message: StoredMessage): Promise<void> {
  const { status, recipients, sealed, attempts, next_attempt_at, last_error, sent_at } = toRow(message)
  const query = build.updateTable('outbox').set({ status, recipients, sealed, attempts, next_attempt_at, last_error, sent_at }).where('id', '=', message.id)
  await transaction.run(query.compile())
}

export async function getMessage(transaction: ReadTransaction, build: Build, id: string): Promise<StoredMessage | null> {
  const row = await transaction.first(build.selectFrom('outbox').selectAll().where('id', '=', id).compile())
  return row ? toMessage(row) : null
}

/** Newest first. */
export async function listMessages(
  transaction: ReadTransaction,
  build: Build,
  filter: { status?: MessageStatus; cursor?: CreatedCursor; limit: number },
): Promise<Page<StoredMessage, CreatedCursor>> {
  const { status, cursor, limit } = filter
  let query = build.selectFrom('outbox').selectAll()
  if (status !== undefined) query = query.where('status', '=', status)
  if (cursor) query = query.where(sql<boolean>`(created_at, id) < (${cursor.createdAt}, ${cursor.id})`)
  const rows = await transaction.all(
    query
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .compile(),
  )
  return toPage(rows.map(toMessage), limit, ({ createdAt, id }) => ({ createdAt, id }))
}

/**
 * Queued messages whose time has come, oldest first.
 * @param latest later times than this cannot be meant: the clock was set back since.
 */
export async function dueMessages(reader: ReadTransaction, build: Build, now: number, latest: number, limit: number): Promise<StoredMessage[]> {
  const query = build
    .selectFrom('outbox')
    .selectAll()
    .where('status', '=', 'queued')
    .where((eb) => eb.or([eb('next_attempt_at', '<=', now), eb('next_attempt_at', '>', latest)]))
    .orderBy('next_attempt_at')
    .limit(limit)
  return (await reader.all(query.compile())).map(toMessage)
}

/** Links that are too old are of no use to anybody but a thief. @returns how many messages were blanked. */
export async function blankExpiredMessages(transaction: WriteTransaction, build: Build, now: number): Promise<number> {
  const query = build.updateTable('outbox').set({ sealed: null }).where('sealed', 'is not', null).where('usable_until', '<=', now)
  return (await transaction.run(query.compile())).changes
}

export async function hasExpiredMessages(reader: ReadTransaction, build: Build, now: number): Promise<boolean> {
  const query = build.selectFrom('outbox').select('id').where('sealed', 'is not', null).where('usable_until', '<=', now).limit(1)
  return (await reader.first(query.compile())) !== undefined
}

function toRow(message: StoredMessage): Schema['outbox'] {
  const { id, kind, status, subject, text, html, attempts } = message
  return {
    id,
    organization_id: message.organizationId,
    kind,
    status,
    recipients: JSON.stringify(message.recipients),
    subject,
    text,
    html,
    sealed: message.sealed,
    usable_until: message.usableUntil,
    attempts,
    next_attempt_at: message.nextAttemptAt,
    last_error: message.lastError,
    created_at: message.createdAt,
    sent_at: message.sentAt,
  }
}

function toMessage(row: Schema['outbox']): StoredMessage {
  const { id, kind, status, subject, text, html, attempts } = row
  return {
    id,
    organizationId: row.organization_id,
    kind,
    status,
    recipients: JSON.parse(row.recipients) as string[],
    subject,
    text,
    html,
    sealed: row.sealed,
    usableUntil: row.usable_until,
    attempts,
    nextAttemptAt: row.next_attempt_at,
    lastError: row.last_error,
    createdAt: row.created_at,
    sentAt: row.sent_at,
  }
}
