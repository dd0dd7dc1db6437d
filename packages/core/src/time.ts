/** An instant: integer milliseconds since 1970-01-01T00:00:00Z. An instant X ends something at X: it holds while `now < X`. */
export type Instant = number

/** The last instant we accept anywhere (year 9999), so that every stored instant prints as RFC 3339. */
export const LATEST_INSTANT: Instant = 253_402_300_799_999

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/

/** Milliseconds -> RFC 3339 in UTC with milliseconds, e.g. `2026-01-31T09:00:00.000Z`. */
export function formatInstant(instant: Instant): string {
  return new Date(instant).toISOString()
}

/**
 * RFC 3339 date-time with an offset -> milliseconds; digits below a millisecond are cut.
 * @returns null when the text is not one, names a day that does not exist, or lies outside 1970..9999.
 */
export function parseInstant(text: string): Instant | null {
  const match = RFC3339.exec(text)
  if (!match) return null
  const [, year, month, day, hour, minute, second, fraction, offset] = match
  // Date.parse rolls 30 February over to March; the calendar day must survive the round trip.
  const midnight = Date.parse(`${year}-${month}-${day}T00:00:00Z`)
  if (Number.isNaN(midnight) || new Date(midnight).getUTCDate() !== Number(day)) return null
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null
  const milliseconds = (fraction ?? '').padEnd(3, '0').slice(0, 3)
  const instant = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}${(offset ?? 'Z').toUpperCase()}`)
  if (Number.isNaN(instant) || instant < 0 || instant > LATEST_INSTANT) return null
  return instant
}

const UNIT_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** The longest duration we accept: a hundred years of 365 days, in seconds. */
export const LONGEST_DURATION_SECONDS = 3_153_600_000

/**
 * `60s`, `15m`, `1h`, `7d` or a whole number of seconds -> seconds. Months and years are never offered: they are not exact.
 * @returns null for anything else, and beyond LONGEST_DURATION_SECONDS.
 */
export function parseDuration(value: string | number): number | null {
  const match = typeof value === 'number' ? null : /^(\d{1,10})(s|m|h|d)?$/.exec(value)
  const seconds = typeof value === 'number' ? value : match ? Number(match[1]) * (UNIT_SECONDS[match[2] ?? 's'] as number) : Number.NaN
  return Number.isSafeInteger(seconds) && seconds >= 0 && seconds <= LONGEST_DURATION_SECONDS ? seconds : null
}

/** Seconds -> the shortest exact form, e.g. 604800 -> `7d`, 90 -> `90s`. */
export function formatDuration(seconds: number): string {
  for (const unit of ['d', 'h', 'm']) {
    const size = UNIT_SECONDS[unit] as number
    if (seconds >= size && seconds % size === 0) return `${seconds / size}${unit}`
  }
  return `${seconds}s`
}
