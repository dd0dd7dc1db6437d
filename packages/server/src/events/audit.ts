import { makeId } from '@keywright/core/id.ts'
import type { Actor } from '../kernel/actor.ts'
import { type ChainEnd, hashOf, type Personal, personalHash } from '../kernel/audit-chain.ts'
import type { RandomBytes } from '../kernel/random.ts'
import type { StoredAuditEvent } from '../store/audit-events.ts'
import type { AuditAction } from './catalog.ts'

export { CHAIN_START, type ChainEnd, chainFault, hashOf } from '../kernel/audit-chain.ts'

export interface AuditEvent {
  /** Null: the installation itself. */
  organizationId: string | null
  action: AuditAction
  actor: Actor
  subject: { kind: string; id: string }
  /** Facts of this action; never a secret, never a digest. */
  detail: Record<string, unknown>
  /** What is about a person (an address, a client's name): kept beside the chain, so that it can be erased. */
  personal?: Record<string, string>
  requestId: string | null
}

/** Puts an event at the end of the chain. */
export function chainEvent(end: ChainEnd, event: AuditEvent, now: number, random: RandomBytes): StoredAuditEvent {
  const { organizationId, action, actor, subject, detail, requestId } = event
  const personal: Personal | null = event.personal === undefined ? null : { salt: Buffer.from(random(16)).toString('hex'), fields: event.personal }
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
    detail: JSON.parse(JSON.stringify(personal === null ? detail : { ...detail, personal: personalHash(personal) })) as Record<string, unknown>,
    requestId,
    previousHash: end.hash,
  }
  return { ...stored, hash: hashOf(stored), personal }
}
