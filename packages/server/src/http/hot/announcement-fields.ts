import type { RateLimitState } from '@keywright/core/rate-limit/rate-limiter.ts'
import { formatInstant } from '@keywright/core/time.ts'
import type { Announcement } from '@keywright/core/verification/announcement.ts'

/** Ends that are near, as header fields of an answer to a proxy. */
export function announcementFields({ retirement, expiresAt }: Announcement): Record<string, string> {
  return {
    ...(retirement === null ? {} : { 'Keywright-Key-Retires': formatInstant(retirement.retiresAt) }),
    ...(retirement === null || retirement.successor === null ? {} : { 'Keywright-Key-Successor': retirement.successor }),
    ...(expiresAt === null ? {} : { 'Keywright-Key-Expires': formatInstant(expiresAt) }),
  }
}

/** The same as members of an answer. */
export function announcementData({ retirement, expiresAt }: Announcement): Record<string, unknown> {
  return {
    ...(retirement === null ? {} : { retirement: { retiresAt: formatInstant(retirement.retiresAt), successor: retirement.successor } }),
    ...(expiresAt === null ? {} : { expiry: { expiresAt: formatInstant(expiresAt) } }),
  }
}

/** `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers: one policy a limit, named by its interval. */
export function rateLimitFields(states: readonly RateLimitState[]): Record<string, string> {
  if (states.length === 0) return {}
  return {
    'RateLimit-Policy': states.map(({ calls, per }) => `"${per}s";q=${calls};w=${per}`).join(', '),
    RateLimit: states.map(({ per, remaining, resetMs }) => `"${per}s";r=${remaining};t=${toSeconds(resetMs)}`).join(', '),
  }
}

export function rateLimitData(states: readonly RateLimitState[]): Record<string, unknown> {
  if (states.length === 0) return {}
  return {
    rateLimits: states.map(({ calls, per, remaining, resetMs }) => ({ calls, perSeconds: per, remaining, resetSeconds: toSeconds(resetMs) })),
  }
}

/** Rounded up: at the time given, it is so. */
function toSeconds(milliseconds: number): number {
  return Math.max(0, Math.ceil(milliseconds / 1000))
}
