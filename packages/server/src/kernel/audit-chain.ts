import { createHash } from 'node:crypto'
import type { Actor } from './actor.ts'

/** What of an audit event the chain proves. */
export interface ChainedEvent {
  /** From 1, in commit order, without gaps. */
  number: number
  id: string
  organizationId: string | null
  at: number
  action: string
  actor: Actor
  subjectKind: string
  subjectId: string
  detail: Record<string, unknown>
  requestId: string | null
  previousHash: string
  hash: string
  /** What is about a person: beside the chain, which holds its salted hash. Null: there is none, or it was erased. */
  personal: Personal | null
}

export interface Personal {
  /** 32 hex digits, random: without it the few possible values of a field could be tried against the hash. */
  salt: string
  fields: Record<string, string>
}

/** The end of the chain. */
export interface ChainEnd {
  /** 0: there is no event yet. */
  number: number
  hash: string
}

/** What the chain begins with. */
export const CHAIN_START: ChainEnd = { number: 0, hash: '0'.repeat(64) }

/** SHA-256, hex, over a JSON array of the event's members in a fixed order, the hash before it last. */
export function hashOf(event: Omit<ChainedEvent, 'hash' | 'personal'>): string {
  const { number, id, organizationId, at, action, actor, subjectKind, subjectId, detail, requestId, previousHash } = event
  const members = [number, id, organizationId, at, action, [actor.kind, actor.id, actor.name], subjectKind, subjectId, detail, requestId, previousHash]
  return createHash('sha256').update(JSON.stringify(members)).digest('hex')
}

/** What stands in the chained detail, as `personal`, for fields that may be erased. */
export function personalHash({ salt, fields }: Personal): string {
  return createHash('sha256')
    .update(JSON.stringify(['keywright-personal', salt, fields]))
    .digest('hex')
}

/** Why the next event does not continue the chain, or null when it does. */
export function chainFault(end: ChainEnd, event: ChainedEvent): string | null {
  if (event.number !== end.number + 1) return `event ${end.number + 1} is missing`
  if (event.previousHash !== end.hash) return `event ${event.number} does not continue event ${end.number}`
  if (event.hash !== hashOf(event)) return `event ${event.number} was changed`
  // Erased fields prove nothing and are no fault; changed ones are.
  if (event.personal !== null && event.detail['personal'] !== personalHash(event.personal)) return `the personal fields of event ${event.number} were changed`
  return null
}
