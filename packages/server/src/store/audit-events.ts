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
  /** Number of the last event seen. */
  before?: number
  limit: number
}

/** Newest first; the cursor is the number of the last event. */
export async function listAuditEvents(transaction: ReadTransaction, build: Build, filter: AuditFilter): Promise<Page<StoredAuditEvent, number>> {
  const { organizationId, actions, subjectKind, subjectId, actorId, from, to, before, limit } = filter
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
  const rows = await transaction.all(
    query
      .orderBy('audit_events.number', 'desc')
      .limit(limit + 1)
      .compile(),
  )
  return toPage(rows.map(toAuditEvent), limit, (event) => event.number)
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
