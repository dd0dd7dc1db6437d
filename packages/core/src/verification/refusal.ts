import type { RateLimitState } from '../rate-limit/rate-limiter.ts'
import { formatInstant } from '../time.ts'
import type { Announcement } from './announcement.ts'
import { type Denied, type Deprecation, DENY_REASONS } from './decision.ts'

/** What an end client is answered: a problem (RFC 9457) with the fields that belong to it. */
export interface Refusal {
  status: number
  body: Record<string, unknown>
  headers: Record<string, string>
}

export interface RefusalContext {
  /** Slug of the API. */
  realm: string
  requestId: string | null
  /** Whom to ask; null: nobody was configured. */
  supportContact: string | null
}

/** The answer to a refused client, the same from server, gateway and SDK. */
export function refusalOf({ reason, detail, missing, retryAfterSeconds, successor }: Denied, { realm, requestId, supportContact }: RefusalContext): Refusal {
  const status = DENY_REASONS[reason]
  const scopes = reason === 'insufficient_scope' ? missing.join(' ') : ''
  const body = {
    type: `urn:keywright:refusal:${reason}`,
    title: 'The key was refused',
    status,
    detail: SENTENCES[reason],
    code: reason,
    ...(detail === null ? {} : { reasonDetail: detail }),
    ...(missing.length === 0 ? {} : { missing }),
    ...(successor === null ? {} : { successor }),
    ...(retryAfterSeconds === null ? {} : { retryAfterSeconds }),
    ...(requestId === null ? {} : { requestId }),
    ...(supportContact === null ? {} : { support: supportContact }),
  }
  const headers = {
    'Keywright-Reason': reason,
    ...(status === 401 ? { 'WWW-Authenticate': challenge(realm, reason) } : {}),
    ...(scopes === '' ? {} : { 'WWW-Authenticate': `Bearer realm="${realm}", error="insufficient_scope", scope="${scopes}"`, 'Keywright-Scope': scopes }),
    ...(retryAfterSeconds === null ? {} : { 'Retry-After': String(retryAfterSeconds) }),
  }
  return { status, body, headers }
}

/** RFC 6750 section 3: without a credential no error is named. */
function challenge(realm: string, reason: Denied['reason']): string {
  return reason === 'missing' ? `Bearer realm="${realm}"` : `Bearer realm="${realm}", error="invalid_token", error_description="${reason}"`
}

/** RFC 9745: a structured-field date; RFC 8594: an HTTP date. */
export function deprecationFields(deprecation: Deprecation | null): Record<string, string> {
  return deprecation === null ? {} : { Deprecation: `@${Math.floor(deprecation.deprecatedAt / 1000)}`, Sunset: new Date(deprecation.retiresAt).toUTCString() }
}

/** Ends that are near, as header fields. */
export function announcementFields({ retirement, expiresAt }: Announcement): Record<string, string> {
  return {
    ...(retirement === null ? {} : { 'Keywright-Key-Retires': formatInstant(retirement.retiresAt) }),
    ...(retirement === null || retirement.successor === null ? {} : { 'Keywright-Key-Successor': retirement.successor }),
    ...(expiresAt === null ? {} : { 'Keywright-Key-Expires': formatInstant(expiresAt) }),
  }
}

/** `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers: one policy a limit, named by its interval. */
export function rateLimitFields(states: readonly RateLimitState[]): Record<string, string> {
  if (states.length === 0) return {}
  return {
    'RateLimit-Policy': states.map(({ calls, per }) => `"${per}s";q=${calls};w=${per}`).join(', '),
    RateLimit: states.map(({ per, remaining, resetMs }) => `"${per}s";r=${remaining};t=${wholeSeconds(resetMs)}`).join(', '),
  }
}

/** Rounded up: at the time given, it is so. */
export function wholeSeconds(milliseconds: number): number {
  return Math.max(0, Math.ceil(milliseconds / 1000))
}

const SENTENCES: Record<Denied['reason'], string> = {
  missing: 'No API key was sent.',
  malformed: 'What was sent is not an API key, or not exactly one.',
  unknown: 'This API key is not known.',
  wrong_carrier: 'The API key was sent in the wrong place.',
  replaced: 'This API key was replaced by a newer one.',
  pending: 'This API key is not active yet.',
  inactive: 'This API key is deactivated.',
  removed: 'This API key was removed.',
  expired: 'This API key has expired.',
  retired: 'API keys of this kind were retired.',
  organization_suspended: 'The account of this API key is suspended.',
  organization_mismatch: 'This API key belongs to another account than the request names.',
  wrong_environment: 'This API key belongs to another environment.',
  wrong_type: 'This API does not accept API keys of this kind.',
  exchange_required: 'This key only mints session tokens; send one of those.',
  ip_not_allowed: 'This API key may not be used from this address.',
  insufficient_scope: 'This API key may not do this.',
  not_entitled: 'The package of this account does not include this.',
  rate_limited: 'Too many calls. Try again later.',
}
