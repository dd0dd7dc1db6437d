const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const STEPS: readonly [limit: number, unit: Intl.RelativeTimeFormatUnit, length: number][] = [
  [MINUTE, 'second', SECOND],
  [HOUR, 'minute', MINUTE],
  [DAY, 'hour', HOUR],
  [30 * DAY, 'day', DAY],
  [365 * DAY, 'month', 30.436875 * DAY],
  [Infinity, 'year', 365.2425 * DAY],
]

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

/** How long ago, or until, in the largest whole unit: `3 hours ago`, `in 2 days`, `now`. Both instants in milliseconds. */
export function relativeTime(at: number, now: number): string {
  const difference = at - now
  const distance = Math.abs(difference)
  if (distance < 10 * SECOND) return 'just now'
  const [, unit, length] = STEPS.find(([limit]) => distance < limit) as (typeof STEPS)[number]
  return relative.format(Math.trunc(difference / length), unit)
}

/** How long ago something happened. Clocks differ: what happened is never said to lie ahead; far ahead, its day is all that can be said. */
export function pastTime(at: number, now: number): string {
  if (at <= now) return relativeTime(at, now)
  return at - now < MINUTE ? 'just now' : dayOf(at)
}

/** The instant in the person's zone, to the second, with the zone named: `26 Nov 2026, 14:05:09 GMT+1`. */
export function exactTime(at: number, timeZone?: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(at)
}

/** The day in the person's zone: `26 Nov 2026`. */
export function dayOf(at: number, timeZone?: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', ...(timeZone === undefined ? {} : { timeZone }) }).format(at)
}

/** The end of that day (`2026-11-26`) in the person's zone, as the instant at which the next one begins, in milliseconds; null when it is no day. */
export function endOfDay(day: string): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day)
  if (match === null) return null
  const [year, month, date] = match.slice(1).map(Number) as [number, number, number]
  const first = new Date(year, month - 1, date)
  // The constructor takes the 31st of a month with 30 days for the 1st of the next.
  if (first.getMonth() !== month - 1 || first.getDate() !== date) return null
  return new Date(year, month - 1, date + 1).getTime()
}

/** Seconds as people say them, in the largest unit that is exact: `30 days`, `90 minutes`. */
export function duration(seconds: number): string {
  const units: readonly [number, string][] = [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ]
  const [length, unit] = units.find(([each]) => seconds >= each && seconds % each === 0) ?? [1, 'second']
  const count = seconds / length
  return `${count.toLocaleString('en')} ${unit}${count === 1 ? '' : 's'}`
}
