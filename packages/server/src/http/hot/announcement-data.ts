import type { RateLimitState } from '@keywright/core/rate-limit/rate-limiter.ts'
import { formatInstant } from '@keywright/core/time.ts'
import type { Announcement } from '@keywright/core/verification/announcement.ts'
import { wholeSeconds } from '@keywright/core/verification/refusal.ts'

/** Ends that are near, as members of an answer. */
export function announcementData({ retirement, expiresAt }: Announcement): Record<string, unknown> {
  return {
    ...(retirement === null ? {} : { retirement: { retiresAt: formatInstant(retirement.retiresAt), successor: retirement.successor } }),
    ...(expiresAt === null ? {} : { expiry: { expiresAt: formatInstant(expiresAt) } }),
  }
}

export function rateLimitData(states: readonly RateLimitState[]): Record<string, unknown> {
  if (states.length === 0) return {}
  return {
    rateLimits: states.map(({ calls, per, remaining, resetMs }) => ({ calls, perSeconds: per, remaining, resetSeconds: wholeSeconds(resetMs) })),
  }
}
