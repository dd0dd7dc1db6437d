import { type CompiledQuery, sql } from 'kysely'
import type { Actor } from '../kernel/actor.ts'
import type { ChainedEvent } from '../kernel/audit-chain.ts'
import type { ReadTransaction } from './database.ts'
import { type Page, toPage } from './page.ts'
import { type Build, precompile, precompileInsert } from './precompile.ts'
import type { Schema } from './schema.ts'

/** An audit event as it stands in the database. */
export type StoredAuditEvent = ChainedEvent

const insertRow = precompileInsert('audit_events', [
  'number',
  'id',
  'organization_id',
  'at',
  'action',
  'actor',
  'subject_kind',
  'subject_id',
  'detail',
  'request_id',
  'previous_hash',
  'hash',
])

/** The event as given, number and hashes too: the caller read the last one in the same transaction. */
export function insertAuditEventQuery(build: Build, event: StoredAuditEvent): CompiledQuery<unknown> {
  const { number, id, organizationId, at, action, actor, subjectKind, subjectId, detail, requestId, previousHash, hash } = event
  return insertRow(build, {
    number,
    id,
    organization_id: organizationId,
    at,
    action,
    actor: JSON.stringify(actor),
    subject_kind: subjectKind,
    subject_id: subjectId,
    detail: JSON.stringify(detail),
    request_id: requestId,
    previous_hash: previousHash,
    hash,
  })
}

const insertPersonal = precompileInsert('audit_personal', ['number', 'salt', 'fields'])

/** What belongs to an event and can be erased; null when it has nothing of the kind. */
export function insertPersonalQuery(build: Build, { number, personal }: StoredAuditEvent): CompiledQuery<unknown> | null {
  return personal === null ? null : insertPersonal(build, { number, salt: personal.salt, fields: JSON.stringify(personal.fields) })
}

/** The end of the chain: `[{number, hash}]`, or no row when there is no event yet. */
export const lastAuditEventQuery: (build: Build) => CompiledQuery<{ number: number; hash: string }> = (build) => last(build, {})

const last = precompile<object, { number: number; hash: string }>((build) =>
  build.selectFrom('audit_events').select(['number', 'hash']).orderBy('number', 'desc').limit(1),
)

export interface AuditFilter {
  /** An organization's own; null: the installation's; left out: everything (operators). */
  organizationId?: string | null
  actions?: readonly string[]
  subjectKind?: string
  subjectId?: string
  /** Id of an actor. */
  actorId?: string
  /** Instants: from inclusive, to exclusive. */
  from?: number
  to?: number
  /** Part of a name, an id or a fact; without regard to the case of ASCII letters. */
  text?: string
  /** Number of the last event seen. */
  before?: number
  limit: number
}

/** One call looks for a text in so many events at most: no index serves it, and other calls wait meanwhile. */
export const MOST_SEARCHED = 5_000

/**
 * Newest first; the cursor is the number of the last event. A search for a text ends after `MOST_SEARCHED` events: then the page has fewer
 * than `limit`, or none, and the cursor says where to go on.
 */
export async function listAuditEvents(transaction: ReadTransaction, build: Build, filter: AuditFilter): Promise<Page<StoredAuditEvent, number>> {
  const { text, limit } = filter
  const query = filtered(build, filter).orderBy('audit_events.number', 'desc')
  if (text === undefined) {
    const rows = await transaction.all(query.limit(limit + 1).compile())
    return toPage(rows.map(toAuditEvent), limit, (event) => event.number)
  }
  const end = await transaction.first(
    query
      .clearSelect()
      .select('audit_events.number')
      .offset(MOST_SEARCHED - 1)
      .limit(1)
      .compile(),
  )
  const within = end === undefined ? query : query.where('audit_events.number', '>=', end.number)
  const rows = await transaction.all(
    within
      .where(holding(text))
      .limit(limit + 1)
      .compile(),
  )
  const page = toPage(rows.map(toAuditEvent), limit, (event) => event.number)
  return { items: page.items, next: page.next ?? end?.number ?? null }
}

/** Where a text may stand: names and ids, what happened, its facts, and what is about people as long as it is kept. */
const SEARCHED = ["actor ->> 'name'", "actor ->> 'id'", 'action', 'subject_id', 'detail', 'fields']

function holding(text: string) {
  const pattern = `%${text.replaceAll(/[%_\\]/g, (special) => `\\${special}`)}%`
  return sql<boolean>`(${sql.join(
    SEARCHED.map((place) => sql`${sql.raw(place)} LIKE ${pattern} ESCAPE '\\'`),
    sql` OR `,
  )})`
}

/** The same for an event that was read. */
export function holdsText({ actor, action, subjectId, detail, personal }: StoredAuditEvent, text: string): boolean {
  const places = [actor.name ?? '', actor.id, action, subjectId, JSON.stringify(detail), JSON.stringify(personal?.fields ?? {})]
  return places.some((place) => asciiLower(place).includes(asciiLower(text)))
}

/** As LIKE folds: A to Z alone. */
const asciiLower = (text: string): string => text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())

function filtered(build: Build, filter: AuditFilter) {
  const { organizationId, actions, subjectKind, subjectId, actorId, from, to, before } = filter
  let query = withPersonal(build)
  if (organizationId !== undefined)
    query = organizationId === null ? query.where('organization_id', 'is', null) : query.where('organization_id', '=', organizationId)
  if (actions) query = query.where('action', 'in', actions)
  if (subjectKind !== undefined) query = query.where('subject_kind', '=', subjectKind)
  if (subjectId !== undefined) query = query.where('subject_id', '=', subjectId)
  if (actorId !== undefined) query = query.where(sql<boolean>`audit_events.actor ->> 'id' = ${actorId}`)
  if (from !== undefined) query = query.where('at', '>=', from)
  if (to !== undefined) query = query.where('at', '<', to)
  if (before !== undefined) query = query.where('audit_events.number', '<', before)
  return query
}

/** Oldest first, in pages: for the proof of the chain (no organization) and exports. */
export async function* eachAuditEventPage(reader: ReadTransaction, build: Build, organizationId?: string, pageSize = 1000): AsyncGenerator<StoredAuditEvent[]> {
  for (let after = 0; ;) {
    let query = withPersonal(build).where('audit_events.number', '>', after)
    if (organizationId !== undefined) query = query.where('organization_id', '=', organizationId)
    const rows = await reader.all(query.orderBy('audit_events.number').limit(pageSize).compile())
    if (rows.length > 0) yield rows.map(toAuditEvent)
    if (rows.length < pageSize) return
    after = (rows.at(-1) as { number: number }).number
  }
}

function withPersonal(build: Build) {
  return build
    .selectFrom('audit_events')
    .leftJoin('audit_personal', 'audit_personal.number', 'audit_events.number')
    .selectAll('audit_events')
    .select(['audit_personal.salt as salt', 'audit_personal.fields as fields'])
}

type AuditRow = Omit<Schema['audit_events'], 'number'> & { number: number; salt: string | null; fields: string | null }

function toAuditEvent(row: AuditRow): StoredAuditEvent {
  return {
    number: row.number,
    id: row.id,
    organizationId: row.organization_id,
    at: row.at,
    action: row.action,
    actor: JSON.parse(row.actor) as Actor,
    subjectKind: row.subject_kind,
    subjectId: row.subject_id,
    detail: JSON.parse(row.detail) as Record<string, unknown>,
    requestId: row.request_id,
    previousHash: row.previous_hash,
    hash: row.hash,
    personal: row.salt === null || row.fields === null ? null : { salt: row.salt, fields: JSON.parse(row.fields) as Record<string, string> },
  }
}
