import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import { judge, type KeyCommand, type LifecycleFacts, refusalOf, type StoredStatus } from '@keywright/core/lifecycle.ts'
import { roleAllows, rolesAllowed, type Role } from '@keywright/core/permissions.ts'
import { parseInstant } from '@keywright/core/time.ts'
import { text } from '../text/common.ts'
import { keysText } from '../text/keys.ts'
import type { Key } from './key.ts'
import { overlapOf } from './versions.ts'

/** What somebody may do with a key now. */
export interface CommandState {
  /** False: keys of this type never take the command, so it is not shown. */
  offered: boolean
  allowed: boolean
  /** Why not and who can help; undefined where it is allowed. */
  reason: string | undefined
  /** `limited`: only name, tags and metadata. `no-op`: it is so already. */
  verdict: 'yes' | 'no-op' | 'limited' | 'refused'
}

/**
 * The same questions in the same order as the server: the role's right, the roles of the type, the type, the status. What the server
 * counts (caps) it alone can tell.
 * @param now milliseconds. @param role null: the person is no member.
 */
export function commandState(command: KeyCommand, key: Key, type: KeyType, role: Role | null, now: number): CommandState {
  if (!takes(type, command)) return { offered: false, allowed: false, reason: undefined, verdict: 'refused' }
  const facts = factsOf(key, now)
  const verdict = judge(command, facts, now)
  const refused = (reason: string): CommandState => ({ offered: true, allowed: false, reason, verdict })
  const who = roleReason(role, type, command === 'reveal' ? 'reveal' : 'manage')
  if (who !== null) return refused(who)
  if (verdict === 'refused') return refused(refusalOf(command, facts, now))
  if (verdict === 'no-op') return refused(keysText.noOp[command] ?? refusalOf(command, facts, now))
  if (command === 'finish-overlap' && overlapOf(key, now) === null) return refused(keysText.noOverlap)
  return { offered: true, allowed: true, reason: undefined, verdict }
}

/** Why this role may not manage (or reveal) keys of the type, with who can; null: it may. */
export function roleReason(role: Role | null, type: KeyType, right: 'manage' | 'reveal'): string | null {
  const action = right === 'manage' ? 'keys:manage' : 'keys:reveal'
  const ofType: readonly Role[] = type.roles[right]
  if (role === 'operator' || (role !== null && roleAllows(role, action) && ofType.includes(role))) return null
  const able = rolesAllowed(action).filter((each) => each !== 'operator' && ofType.includes(each))
  return text.permissions.ask(able.map((each) => text.roles[each]))
}

/** What the label of a command is on the pages of this type. */
export function commandLabel(type: KeyType, command: KeyCommand | 'issue'): string {
  const own = command === 'finish-overlap' ? undefined : type.presentation.labels[command]
  return own ?? keysText.commands[command]
}

function takes(type: KeyType, command: KeyCommand): boolean {
  if (command === 'replace' || command === 'finish-overlap') return type.replace.allowed
  if (command === 'deactivate') return type.deactivate
  if (command === 'activate') return type.deactivate || type.activation === 'manual'
  if (command === 'remove') return type.remove
  return command === 'reveal' ? type.visibility === 'retrievable' : true
}

/**
 * The server answers the status it derived; what is stored beneath an end does not show, and no command that is then allowed
 * depends on it. An end that has come since the answer counts.
 */
export function factsOf(key: Pick<Key, 'status' | 'expiresAt' | 'retiresAt'>, now: number): LifecycleFacts {
  const ends = { expiresAt: instantOf(key.expiresAt), retiredAt: instantOf(key.retiresAt) }
  if (key.status === 'expired') return { status: 'active', ...ends, expiresAt: Math.min(ends.expiresAt ?? now, now) }
  if (key.status === 'retired') return { status: 'active', ...ends, retiredAt: Math.min(ends.retiredAt ?? now, now) }
  return { status: key.status satisfies StoredStatus, ...ends }
}

function instantOf(written: string | null): number | null {
  return written === null ? null : parseInstant(written)
}
