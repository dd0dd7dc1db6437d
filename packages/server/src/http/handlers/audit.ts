import { AUDIT_ACTIONS } from '../../events/catalog.ts'
import { type AuditFilter, eachAuditEventPage, holdsText, listAuditEvents, type StoredAuditEvent } from '../../store/audit-events.ts'
import { printCursor, readNumberCursor } from '../cursor.ts'
import { type Call, handler, type Handlers } from '../handler.ts'
import { CSV_HEAD, presentAuditEvent, toCsvLine } from '../present/audit-event.ts'

interface Filters {
  action?: string
  subject?: string
  actor?: string
  from?: number
  to?: number
  q?: string
}

const list = handler<unknown, Filters & { limit: number; cursor?: string }>(async (call) => {
  const { reader, build } = call.context.services.database
  const before = readNumberCursor(call.query.cursor)
  const page = await listAuditEvents(reader, build, {
    ...filterOf(call),
    limit: call.query.limit,
    ...(before === undefined ? {} : { before }),
  })
  return { body: { items: page.items.map(presentAuditEvent), nextCursor: printCursor(page.next) } }
})

const exportEvents = handler<unknown, Filters & { format: 'ndjson' | 'csv' }>(async (call) => {
  const csv = call.query.format === 'csv'
  return {
    stream: lines(call, csv),
    contentType: csv ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8',
    fileName: `audit-events.${csv ? 'csv' : 'ndjson'}`,
  }
})

export const auditHandlers: Handlers = {
  'audit-events.list': list,
  'audit-events.export': exportEvents,
  'organization-audit-events.list': list,
  'organization-audit-events.export': exportEvents,
}

async function* lines(call: Call<unknown, Filters>, csv: boolean): AsyncGenerator<string> {
  const { reader, build } = call.context.services.database
  const filter = filterOf(call)
  if (csv) yield CSV_HEAD
  for await (const page of eachAuditEventPage(reader, build, call.organizationId === '' ? undefined : call.organizationId)) {
    const text = page.filter((event) => passes(filter, event)).map((event) => (csv ? toCsvLine(event) : `${JSON.stringify(presentAuditEvent(event))}\n`))
    if (text.length > 0) yield text.join('')
  }
}

function filterOf(call: Call<unknown, Filters>): Omit<AuditFilter, 'limit' | 'before'> {
  const { action, subject, actor, from, to, q } = call.query
  return {
    ...(call.organizationId === '' ? {} : { organizationId: call.organizationId }),
    ...(action === undefined ? {} : { actions: actionsNamed(action) }),
    ...(subject === undefined ? {} : { subjectId: subject }),
    ...(actor === undefined ? {} : { actorId: actor }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(q === undefined ? {} : { text: q }),
  }
}

/** `key.issued` is that action; `key` is every action whose first part it is. */
function actionsNamed(name: string): string[] {
  const matching = Object.keys(AUDIT_ACTIONS).filter((action) => action === name || action.startsWith(`${name}.`))
  return matching.length > 0 ? matching : [name]
}

function passes(filter: Omit<AuditFilter, 'limit' | 'before'>, event: StoredAuditEvent): boolean {
  return (
    (filter.actions === undefined || filter.actions.includes(event.action)) &&
    (filter.text === undefined || holdsText(event, filter.text)) &&
    (filter.subjectId === undefined || event.subjectId === filter.subjectId) &&
    (filter.actorId === undefined || event.actor.id === filter.actorId) &&
    (filter.from === undefined || event.at >= filter.from) &&
    (filter.to === undefined || event.at < filter.to)
  )
}
