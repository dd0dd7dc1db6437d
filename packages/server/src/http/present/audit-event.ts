import type { AuditEventBody } from '@keywright/core/contract/audit.ts'
import { formatInstant } from '@keywright/core/time.ts'
import type { StoredAuditEvent } from '../../store/audit-events.ts'

export function presentAuditEvent(event: StoredAuditEvent): AuditEventBody {
  const { number, id, organizationId, action, actor, detail, requestId, previousHash, hash, personal } = event
  return {
    number,
    id,
    at: formatInstant(event.at),
    organizationId,
    action,
    actor,
    subject: { kind: event.subjectKind, id: event.subjectId },
    detail,
    personal: personal === null ? null : { ...personal.fields, salt: personal.salt },
    requestId,
    previousHash,
    hash,
  }
}

const CSV_COLUMNS = [
  'number',
  'at',
  'organizationId',
  'action',
  'actorKind',
  'actorId',
  'actorName',
  'subjectKind',
  'subjectId',
  'detail',
  'personal',
  'requestId',
  'hash',
] as const

export const CSV_HEAD = `${CSV_COLUMNS.join(',')}\r\n`

/** One line of RFC 4180 CSV. */
export function toCsvLine(event: StoredAuditEvent): string {
  const cells = [
    event.number,
    formatInstant(event.at),
    event.organizationId,
    event.action,
    event.actor.kind,
    event.actor.id,
    event.actor.name,
    event.subjectKind,
    event.subjectId,
    JSON.stringify(event.detail),
    event.personal === null ? null : JSON.stringify(event.personal.fields),
    event.requestId,
    event.hash,
  ]
  return `${cells.map((cell) => csvCell(cell === null ? '' : String(cell))).join(',')}\r\n`
}

/** A cell that a spreadsheet would take for a formula begins with an apostrophe (CSV injection). */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
