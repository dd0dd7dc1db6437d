import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import { isReservedSlug } from '@keywright/core/configuration/reserved.ts'
import { formatInstant } from '@keywright/core/time.ts'
import type { Caller } from '../management/services.ts'
import type { Unit } from '../management/unit.ts'
import type { Call } from './handler.ts'
import { remember } from './idempotency.ts'

/**
 * The caller with whom to run a use case that creates something: with an `Idempotency-Key`, its answer is stored in the same
 * transaction, without the secret.
 * @param present what is answered; may read through the unit. @param typeOf the type of the key whose secret is in the answer.
 */
export function creatingCaller<Value>(
  call: Pick<Call, 'caller' | 'idempotency'>,
  present: (value: Value, unit: Unit) => Record<string, unknown> | Promise<Record<string, unknown>>,
  typeOf?: (value: Value) => KeyType,
): Caller {
  const { caller, idempotency } = call
  if (idempotency === null) return caller
  return {
    ...caller,
    guard: {
      before: (unit) => caller.guard?.before(unit) ?? Promise.resolve(),
      applied: (elapsedMs) => caller.guard?.applied(elapsedMs),
      after: async (unit, value) => {
        const answer = await present(value as Value, unit)
        const type = typeOf?.(value as Value)
        const shown = type === undefined ? {} : { secret: null, secretShownAt: formatInstant(unit.now), nextStep: nextStepOf(type) }
        remember(unit, idempotency, { ...answer, ...shown })
      },
    },
  }
}

/** What somebody can do who never saw the secret. */
function nextStepOf(type: KeyType): { command: 'reveal' | 'replace' | 'issue'; message: string } {
  if (type.visibility === 'retrievable') return { command: 'reveal', message: 'Reveal the key to see its secret again.' }
  if (type.replace.allowed && !isReservedSlug(type.slug))
    return { command: 'replace', message: 'The secret was shown once. If it was lost, replace it: the key keeps its id and its history.' }
  return { command: 'issue', message: 'The secret was shown once. If it was lost, remove this key and issue another with a new Idempotency-Key.' }
}
