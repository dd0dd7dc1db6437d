import type { Announcement } from '@keywright/core/verification/announcement.ts'
import { announcementFields, deprecationFields, rateLimitFields, type Refusal, refusalOf } from '@keywright/core/verification/refusal.ts'
import type { RateLimitState } from '@keywright/core/rate-limit/rate-limiter.ts'
import type { Allowed, Denied } from '@keywright/core/verification/decision.ts'
import { isUnavailable, type Unavailable, type UnavailableDetail } from './decision.ts'

const SENTENCES: Record<UnavailableDetail, string> = {
  starting: 'API keys cannot be checked yet. Try again in a moment.',
  stale: 'API keys cannot be checked right now. Try again in a moment.',
  refused: 'API keys cannot be checked right now.',
  closed: 'This service is stopping. Try again in a moment.',
}

export interface AnswerContext {
  /** Slug of the API. */
  realm: string
  requestId: string | null
  supportContact: string | null
}

/** The answer to a client that was not let through: status, RFC 9457 problem and fields. */
export function answerFor(decision: Denied | Unavailable, context: AnswerContext): Refusal {
  if (!isUnavailable(decision)) return refusalOf(decision, context)
  const { requestId, supportContact } = context
  const body = {
    type: 'urn:keywright:refusal:unavailable',
    title: 'API keys cannot be checked',
    status: 503,
    detail: SENTENCES[decision.detail],
    code: 'unavailable',
    retryAfterSeconds: decision.retryAfterSeconds,
    ...(requestId === null ? {} : { requestId }),
    ...(supportContact === null ? {} : { support: supportContact }),
  }
  return { status: 503, body, headers: { 'Retry-After': String(decision.retryAfterSeconds) } }
}

/** What a client that was let through is told beside the answer: ends that are near, and what is left of limits. */
export function fieldsFor(decision: Allowed, announcement: Announcement, limits: readonly RateLimitState[]): Record<string, string> {
  return { ...deprecationFields(decision.deprecation), ...announcementFields(announcement), ...rateLimitFields(limits) }
}
