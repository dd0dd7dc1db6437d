import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import type { CompiledQuery } from 'kysely'
import { countForCapQuery } from '../../store/keys.ts'
import { endedRules } from '../policy.ts'
import type { Unit } from '../unit.ts'

interface Place {
  organizationId: string
  environment: string
}

/** How many keys count against the type's cap there; null when it has none. */
export function capCountQuery(unit: Pick<Unit, 'build' | 'now'>, type: KeyType, place: Place): CompiledQuery<{ count: number }> | null {
  if (type.cap === null) return null
  const { counts, per } = type.cap
  return countForCapQuery(
    unit.build,
    { organizationId: place.organizationId, type: type.slug, counts, environment: per === 'environment' ? place.environment : null },
    endedRules([type]),
    unit.now,
  )
}

/**
 * Refuses one key more than the cap allows. Asked inside the write transaction, so two requests never count at once.
 * @param others keys that count already, without the one in question. @throws AppError `cap_reached`.
 */
export function requireRoom(type: KeyType, others: number): void {
  if (type.cap === null || others < type.cap.max) return
  const { max, counts, per } = type.cap
  const where = per === 'environment' ? 'in this environment' : 'in this organization'
  const instead =
    counts === 'active'
      ? type.deactivate
        ? 'Deactivate or delete one first.'
        : 'Delete one first.'
      : type.remove
        ? 'Delete one first.'
        : type.replace.allowed
          ? 'Replace the secret of the one there is.'
          : ''
  throw new AppError(
    'cap_reached',
    `The maximum of ${max} ${counts === 'active' ? 'active ' : ''}${max === 1 ? 'key' : 'keys'} of the type "${type.slug}" ${where} is reached. ${instead}`.trim(),
    { extra: { max, used: others, counts, per } },
  )
}
