import type { Grant } from '../replica/change.ts'
import type { Instant } from '../time.ts'

/** Why a presented secret was refused, with the HTTP status an end client is answered. The table is closed and permanent. */
export const DENY_REASONS = {
  missing: 401,
  malformed: 401,
  unknown: 401,
  wrong_carrier: 401,
  replaced: 401,
  pending: 401,
  inactive: 401,
  removed: 401,
  expired: 401,
  retired: 401,
  organization_suspended: 401,
  organization_mismatch: 401,
  wrong_environment: 401,
  wrong_type: 403,
  exchange_required: 403,
  ip_not_allowed: 403,
  insufficient_scope: 403,
  not_entitled: 403,
  rate_limited: 429,
} as const

export type DenyReason = keyof typeof DENY_REASONS

/** The session token that was presented instead of the key itself. */
export interface SessionFacts {
  readonly id: string
  readonly issuedAt: Instant
  readonly expiresAt: Instant
  /** Slug of the one API it is for; null: every API that accepts the key's type. */
  readonly audience: string | null
}

/** What a verifier is told of the key. Never a secret or a digest. */
export interface KeyFacts {
  readonly id: string
  readonly name: string
  readonly type: string
  /** Organization id. */
  readonly organizationId: string
  /** Organization slug. */
  readonly organization: string
  readonly environment: string
  /** Scopes the key holds and its type still offers; of a session, those of them that its token names. */
  readonly scopes: readonly string[]
  /** Number of the secret version that was presented, or that a session was minted with. */
  readonly secretVersion: number
  readonly expiresAt: Instant | null
  /** What a key of Keywright's own types may do; null for every other key. */
  readonly grant: Grant | null
  /** Only where a session token was presented; everything else then is of the key it was minted with. */
  readonly session?: SessionFacts | undefined
  /** The facts as a plain object; without it, a key in the replica is read when asked. */
  toJSON?(): KeyFacts
}

/** Announced end of a key that is still accepted. */
export interface Deprecation {
  readonly deprecatedAt: Instant
  readonly retiresAt: Instant
  readonly successor: string | null
}

export interface Allowed {
  readonly valid: true
  readonly key: KeyFacts
  readonly deprecation: Deprecation | null
}

export interface Denied {
  readonly valid: false
  readonly reason: DenyReason
  /** A machine-readable refinement, e.g. `address_missing`, `route_not_listed`, `companion_missing`. */
  readonly detail: string | null
  /** The key, when the secret named one. Null when it did not. */
  readonly key: KeyFacts | null
  /** Whole seconds after which the same call passes; only with `rate_limited`. */
  readonly retryAfterSeconds: number | null
  /** Only with `insufficient_scope` and `not_entitled`: what is missing. */
  readonly missing: readonly string[]
  /** Slug of the type to move to; only with `retired`. */
  readonly successor: string | null
}

export type Decision = Allowed | Denied
