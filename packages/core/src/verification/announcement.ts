import { announcedFrom, EXPIRY_ANNOUNCED_MS } from '../policy/sunset.ts'
import type { RateLimiter, RateLimitState } from '../rate-limit/rate-limiter.ts'
import type { Instant } from '../time.ts'
import type { Decision } from './decision.ts'
import { FoundKey } from './found-key.ts'

/** What a caller is told beside the decision: ends that are near. */
export interface Announcement {
  retirement: { retiresAt: Instant; successor: string | null } | null
  expiresAt: Instant | null
}

/** Ends of an accepted key that are near enough to be said, so that nobody is surprised by them. */
export function announcementOf({ key }: Decision, now: Instant): Announcement {
  if (key === null) return { retirement: null, expiresAt: null }
  const sunset = key instanceof FoundKey ? key.profile.sunset : null
  const { expiresAt } = key
  return {
    retirement: sunset !== null && now >= announcedFrom(sunset) ? { retiresAt: sunset.retiredAt, successor: sunset.successor } : null,
    expiresAt: expiresAt !== null && now >= expiresAt - EXPIRY_ANNOUNCED_MS ? expiresAt : null,
  }
}

/** What is left of each limit of the key, after the call that was decided. Empty where it has none; only where limits were asked. */
export function rateLimitsOf(decision: Decision, limiter: Pick<RateLimiter, 'state'>, now: Instant): RateLimitState[] {
  if (!decision.valid && decision.reason !== 'rate_limited') return []
  const { key } = decision
  if (!(key instanceof FoundKey)) return []
  const limits = key.replica.limitsOf(key.row)
  return limits.length === 0 ? [] : limiter.state(key.id, limits, now)
}
