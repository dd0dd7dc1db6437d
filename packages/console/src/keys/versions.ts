import type { Key } from './key.ts'

export interface Overlap {
  /** Number of the old secret that still works, the newest of them. */
  version: number
  hint: string
  /** Milliseconds. */
  endsAt: number
}

/** The overlap that runs now; null when the key has one live secret. */
export function overlapOf(key: Pick<Key, 'versions' | 'newestVersion'>, now: number): Overlap | null {
  const old = (key.versions ?? [])
    .filter(({ number, endsAt, live }) => number !== key.newestVersion && live && endsAt !== null && Date.parse(endsAt) > now)
    .toSorted((one, other) => other.number - one.number)[0]
  return old === undefined ? null : { version: old.number, hint: old.hint, endsAt: Date.parse(old.endsAt as string) }
}

/** `6 d 3 h`, `2 h 05 min`, `4 min 09 s`, `9 s`: two units at most, as a countdown shows them. */
export function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000))
  const [days, hours, minutes, rest] = [Math.floor(seconds / 86_400), Math.floor((seconds / 3600) % 24), Math.floor((seconds / 60) % 60), seconds % 60]
  const two = (value: number): string => String(value).padStart(2, '0')
  if (days > 0) return `${days} d ${hours} h`
  if (hours > 0) return `${hours} h ${two(minutes)} min`
  return minutes > 0 ? `${minutes} min ${two(rest)} s` : `${rest} s`
}
