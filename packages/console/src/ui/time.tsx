import { Tooltip } from './tooltip.tsx'
import { useNow } from './use-now.ts'
import { dayOf, exactTime, relativeTime } from '../util/time.ts'

/** An instant (RFC 3339): how long ago, or the day with `day`; the exact instant in the person's zone on hover and focus. */
export function Time({ at, day = false, fallback = null }: { at: string | null; day?: boolean; fallback?: string | null }) {
  // Steps no longer than what counts as "just now": else what has just happened would lie ahead.
  const now = useNow(10)
  if (at === null) return <span className="text-ink-faint">{fallback}</span>
  const instant = Date.parse(at)
  return (
    <Tooltip content={`${exactTime(instant)} · ${at}`}>
      <time dateTime={at} tabIndex={0} className="rounded-sm whitespace-nowrap">
        {day ? dayOf(instant) : relativeTime(instant, now)}
      </time>
    </Tooltip>
  )
}
