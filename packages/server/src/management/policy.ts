import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import { RESERVED_KEY_TYPES } from '@keywright/core/configuration/reserved.ts'
import type { LifecycleFacts } from '@keywright/core/lifecycle.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { sunsetFor } from '@keywright/core/replica/compiled-type.ts'
import type { EndedRule } from '../store/key-status.ts'
import type { StoredKey } from '../store/key-record.ts'
import { precompile } from '../store/precompile.ts'
import type { Schema } from '../store/schema.ts'
import type { Caller } from './services.ts'

export const keyTypeQuery = precompile<{ slug: string }, Schema['key_types']>((build, parameter) =>
  build.selectFrom('key_types').selectAll().where('slug', '=', parameter('slug')),
)

const parsed = new Map<string, KeyType>()

/** The type a row or Keywright itself defines; null when there is none of that name. Every text is parsed once. */
export function definitionOf(slug: string, row: Schema['key_types'] | undefined): KeyType | null {
  if (!row) return RESERVED_KEY_TYPES.find((type) => type.slug === slug) ?? null
  let definition = parsed.get(row.definition)
  if (!definition) {
    definition = JSON.parse(row.definition) as KeyType
    if (parsed.size > 1000) parsed.clear()
    parsed.set(row.definition, definition)
  }
  return definition
}

/** When a sunset of its type ends the key; null: none does. */
export function retiresAt(type: KeyType | null, key: Pick<StoredKey, 'origin'>): number | null {
  return type === null ? null : (sunsetFor(type, key.origin)?.retiredAt ?? null)
}

export function lifecycleOf(type: KeyType | null, key: StoredKey): LifecycleFacts {
  return { status: key.status, expiresAt: key.expiresAt, retiredAt: retiresAt(type, key) }
}

/** The sunset rules of types, as lists need them to tell what is retired. */
export function endedRules(types: Iterable<KeyType>): EndedRule[] {
  return [...types].flatMap((type) => type.sunset.map(({ origin, retiredAt }) => ({ type: type.slug, origin, retiredAt })))
}

/** A type may narrow the roles that manage its keys. @throws AppError `forbidden`, naming who may. */
export function requireTypeRole(caller: Caller, type: KeyType, right: 'manage' | 'reveal'): void {
  if (caller.role === 'operator') return
  if ((type.roles[right] as readonly string[]).includes(caller.role)) return
  const who = type.roles[right].length === 0 ? 'operators only' : `${type.roles[right].join(' or ')} of the organization`
  throw new AppError('forbidden', `To ${right} keys of the type "${type.slug}" needs: ${who}.`)
}

/**
 * Whether a person must have proved afresh who he is, and has. Keys never have to: what they may is chosen when they are issued.
 * @throws AppError `step_up_required`, `second_factor_missing`.
 */
export function requireFreshProof(caller: Caller, type: KeyType, now: number): void {
  if (type.roles.stepUp) requireProof(caller, now, `Keys of the type "${type.slug}" ask`)
}

/**
 * @param asks subject and verb of the refusal: what asks for the proof.
 * @throws AppError `step_up_required`, `second_factor_missing`.
 */
export function requireProof(caller: Caller, now: number, asks: string): void {
  if (caller.actor.kind !== 'person') return
  const { until, possible } = caller.proof ?? { until: null, possible: false }
  if (until !== null && until > now) return
  if (possible) throw new AppError('step_up_required', `${asks} for a fresh proof of who you are. Show your second factor, and try again.`)
  throw new AppError('second_factor_missing', `${asks} for a second factor, and you have none. Set up an authenticator in your account, and try again.`)
}
