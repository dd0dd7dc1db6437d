import { Tooltip } from './tooltip.tsx'
import { useNow } from './use-now.ts'
import { dayOf, exactTime, pastTime, relativeTime } from '../util/time.ts'

/** An instant (RFC 3339) that has passed, or with `ahead` one that may be to come: how far away it is, or the day with `day`; the exact instant in the person's zone on hover and focus. */
export function Time({ at, day = false, ahead = false, fallback = null }: { at: string | null; day?: boolean; ahead?: boolean; fallback?: string | null }) {
  // Steps no longer than what counts as "just now": else what has just happened would lie ahead.
  const now = useNow(10)
  if (at === null) return <span className="text-ink-faint">{fallback}</span>
  const instant = Date.parse(at)
  return (
    <Tooltip content={`${exactTime(instant)} · ${at}`}>
      <time dateTime={at} tabIndex={0} className="rounded-sm whitespace-nowrap">
        {day ? dayOf(instant) : (ahead ? relativeTime : pastTime)(instant, now)}
      </time>
    </Tooltip>
  )
}
