import type { Decision, Denied } from '@keywright/core/verification/decision.ts'

/**
 * Why a verifier cannot decide. It says nothing of the key: whoever presented it may try again, and is not told that it is wrong.
 * `starting`: no replica yet. `stale`: the server was not heard of for longer than the bound. `refused`: the server refuses the verifier key or
 * the API. `closed`: `close()` was called.
 */
export type UnavailableDetail = 'starting' | 'stale' | 'refused' | 'closed'

/** No decision: HTTP status 503. */
export interface Unavailable {
  readonly valid: false
  readonly reason: 'unavailable'
  readonly detail: UnavailableDetail
  readonly key: null
  /** When asking again may help. */
  readonly retryAfterSeconds: number
  readonly missing: readonly string[]
  readonly successor: null
}

/** What a verifier answers: the decision, or that it cannot decide. */
export type VerifierDecision = Decision | Unavailable

const RETRY_SECONDS: Record<UnavailableDetail, number> = { starting: 1, stale: 5, refused: 60, closed: 5 }

const ANSWERS = Object.fromEntries(
  (Object.keys(RETRY_SECONDS) as UnavailableDetail[]).map((detail) => [
    detail,
    Object.freeze({ valid: false, reason: 'unavailable', detail, key: null, retryAfterSeconds: RETRY_SECONDS[detail], missing: [], successor: null }),
  ]),
) as unknown as Record<UnavailableDetail, Unavailable>

export function unavailable(detail: UnavailableDetail): Unavailable {
  return ANSWERS[detail]
}

export function isUnavailable(decision: Denied | Unavailable): decision is Unavailable {
  return decision.reason === 'unavailable'
}
