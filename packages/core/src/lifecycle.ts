import type { Instant } from './time.ts'

/** What is stored. */
export const STORED_STATUSES = ['pending', 'active', 'inactive', 'removed'] as const
export type StoredStatus = (typeof STORED_STATUSES)[number]
/** What is shown: two more are derived at an instant. */
export const KEY_STATUSES = [...STORED_STATUSES, 'expired', 'retired'] as const
export type KeyStatus = (typeof KEY_STATUSES)[number]

export const KEY_COMMANDS = ['activate', 'deactivate', 'replace', 'finish-overlap', 'update', 'reveal', 'remove'] as const
export type KeyCommand = (typeof KEY_COMMANDS)[number]

/** What decides whether a command is legal. `expiresAt` and `retiredAt` are null when there is no such end. */
export interface LifecycleFacts {
  status: StoredStatus
  expiresAt: Instant | null
  retiredAt: Instant | null
}

/** The status to show at `now`. Removed wins over everything; retired over expired, because nobody can undo it. */
export function statusAt(facts: LifecycleFacts, now: Instant): KeyStatus {
  if (facts.status === 'removed') return 'removed'
  if (facts.retiredAt !== null && now >= facts.retiredAt) return 'retired'
  if (facts.expiresAt !== null && now >= facts.expiresAt) return 'expired'
  return facts.status
}

/** `yes`: do it. `no-op`: it is so already; answer as if done, change nothing. `limited`: name, tags and metadata only. `refused`: 409. */
export type Verdict = 'yes' | 'no-op' | 'limited' | 'refused'

type Column = 'pending' | 'active' | 'inactive' | 'endedActive' | 'endedOther' | 'removed'

const TABLE: Record<KeyCommand, Record<Column, Verdict>> = {
  activate: { pending: 'yes', active: 'no-op', inactive: 'yes', endedActive: 'refused', endedOther: 'refused', removed: 'refused' },
  deactivate: { pending: 'refused', active: 'yes', inactive: 'no-op', endedActive: 'yes', endedOther: 'no-op', removed: 'refused' },
  replace: { pending: 'yes', active: 'yes', inactive: 'yes', endedActive: 'refused', endedOther: 'refused', removed: 'refused' },
  'finish-overlap': { pending: 'refused', active: 'yes', inactive: 'yes', endedActive: 'yes', endedOther: 'yes', removed: 'refused' },
  update: { pending: 'yes', active: 'yes', inactive: 'yes', endedActive: 'limited', endedOther: 'limited', removed: 'refused' },
  reveal: { pending: 'yes', active: 'yes', inactive: 'yes', endedActive: 'yes', endedOther: 'yes', removed: 'refused' },
  remove: { pending: 'yes', active: 'yes', inactive: 'yes', endedActive: 'yes', endedOther: 'yes', removed: 'no-op' },
}

/** May this command be given to a key in this state? Server and console ask the same table. */
export function judge(command: KeyCommand, facts: LifecycleFacts, now: Instant): Verdict {
  return TABLE[command][columnOf(facts, now)]
}

/** A sentence for a person: why a refused command is refused and what works instead. */
export function refusalOf(command: KeyCommand, facts: LifecycleFacts, now: Instant): string {
  const status = statusAt(facts, now)
  if (status === 'removed') return 'The key was removed. Issue a new one.'
  if (status === 'retired') return 'Keys of this kind were retired; nobody can bring them back. Issue a key of the successor type.'
  if (status === 'expired') return `The key has expired, so it cannot be given "${command}". Issue a new one.`
  if (status === 'pending') return `The key is pending. Activate it before "${command}".`
  return `The key is ${status}, which does not allow "${command}".`
}

function columnOf(facts: LifecycleFacts, now: Instant): Column {
  const shown = statusAt(facts, now)
  if (shown !== 'expired' && shown !== 'retired') return shown
  return facts.status === 'active' ? 'endedActive' : 'endedOther'
}
