import { createHash } from 'node:crypto'
import { makeId } from '@keywright/core/id.ts'
import type { Actor } from '../kernel/actor.ts'
import type { RandomBytes } from '../kernel/random.ts'
import type { StoredAuditEvent } from '../store/audit-events.ts'
import type { AuditAction } from './catalog.ts'

/** The end of the chain, as read in the same transaction. */
export interface ChainEnd {
  /** 0: there is no event yet. */
  number: number
  hash: string
}

/** What the chain begins with. */
export const CHAIN_START: ChainEnd = { number: 0, hash: '0'.repeat(64) }

export interface AuditEvent {
  /** Null: the installation itself. */
  organizationId: string | null
  action: AuditAction
  actor: Actor
  subject: { kind: string; id: string }
  /** Facts of this action; never a secret, never a digest. */
  detail: Record<string, unknown>
  requestId: string | null
}

/** Puts an event at the end of the chain. */
export function chainEvent(end: ChainEnd, event: AuditEvent, now: number, random: RandomBytes): StoredAuditEvent {
  const { organizationId, action, actor, subject, detail, requestId } = event
  const stored = {
    number: end.number + 1,
    id: makeId('auditEvent', now, random(10)),
    organizationId,
    at: now,
    action,
    actor,
    subjectKind: subject.kind,
    subjectId: subject.id,
    // What is hashed must be what a reader gets back: undefined members do not survive JSON.
    detail: JSON.parse(JSON.stringify(detail)) as Record<string, unknown>,
    requestId,
    previousHash: end.hash,
  }
  return { ...stored, hash: hashOf(stored) }
}

/** SHA-256, hex, over a JSON array of the event's members in a fixed order, the hash before it last. */
export function hashOf(event: Omit<StoredAuditEvent, 'hash'>): string {
  const { number, id, organizationId, at, action, actor, subjectKind, subjectId, detail, requestId, previousHash } = event
  const members = [number, id, organizationId, at, action, [actor.kind, actor.id, actor.name], subjectKind, subjectId, detail, requestId, previousHash]
  return createHash('sha256').update(JSON.stringify(members)).digest('hex')
}

/** Why the next event does not continue the chain, or null when it does. */
export function chainFault(end: ChainEnd, event: StoredAuditEvent): string | null {
  if (event.number !== end.number + 1) return `event ${end.number + 1} is missing`
  if (event.previousHash !== end.hash) return `event ${event.number} does not continue event ${end.number}`
  if (event.hash !== hashOf(event)) return `event ${event.number} was changed`
  return null
}
