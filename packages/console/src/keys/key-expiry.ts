import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import { formatInstant } from '@keywright/core/time.ts'
import { duration, endOfDay } from '../util/time.ts'

/** What somebody has chosen in the form. */
export type ExpiryChoice = { kind: 'seconds'; seconds: number } | { kind: 'date'; day: string } | { kind: 'never' } | { kind: 'nothing' }

export interface ExpiryOption {
  choice: ExpiryChoice
  /** `30 days`. */
  label: string
  /** The very instant it would end, in milliseconds; null: never. */
  endsAt: number | null
}

/** The durations a type offers, each with the instant at which a key made at `now` would end. What goes beyond `max` is not offered. */
export function expiryOptions({ expiry }: KeyType, now: number): ExpiryOption[] {
  if (expiry.mode === 'none') return []
  const { presets, max, default: standard } = expiry
  const seconds = [...new Set([...presets, ...(standard === null ? [] : [standard])])].filter((each) => max === null || each <= max).toSorted((a, b) => a - b)
  const options: ExpiryOption[] = seconds.map((each) => ({
    choice: { kind: 'seconds', seconds: each },
    label: duration(each),
    endsAt: now + each * 1000,
  }))
  return expiry.mode === 'optional' ? [...options, { choice: { kind: 'never' }, label: '', endsAt: null }] : options
}

/** What is chosen before anybody chose. */
export function initialExpiry({ expiry }: KeyType): ExpiryChoice {
  if (expiry.mode === 'none') return { kind: 'never' }
  if (expiry.default !== null) return { kind: 'seconds', seconds: expiry.default }
  return expiry.mode === 'optional' ? { kind: 'never' } : { kind: 'nothing' }
}

/** When a key with this choice ends: the end of the chosen day in the person's zone. Null: never, or nothing usable is chosen. */
export function endOf(choice: ExpiryChoice, now: number): number | null {
  if (choice.kind === 'seconds') return now + choice.seconds * 1000
  return choice.kind === 'date' ? endOfDay(choice.day) : null
}

/** The fields of a request that say the choice; empty where nothing is said. */
export function expiryFields({ expiry }: KeyType, choice: ExpiryChoice): { expiresInSeconds?: number; expiresAt?: string | null } {
  if (expiry.mode === 'none') return {}
  if (choice.kind === 'seconds') return { expiresInSeconds: choice.seconds }
  if (choice.kind === 'never') return expiry.mode === 'optional' ? { expiresAt: null } : {}
  const endsAt = choice.kind === 'date' ? endOfDay(choice.day) : null
  return endsAt === null ? {} : { expiresAt: formatInstant(endsAt) }
}

/** The last day that may be chosen (`2026-12-31`), so that its end does not lie beyond the type's maximum; undefined: any. */
export function lastDay({ expiry }: KeyType, now: number): string | undefined {
  if (expiry.max === null) return undefined
  const latest = new Date(now + expiry.max * 1000)
  // A day ends when the next begins: the day of the latest instant may itself end too late.
  return dayText(new Date(latest.getFullYear(), latest.getMonth(), latest.getDate() - 1))
}

/** A day as a date field writes it, in the person's zone. */
export function dayText(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
