import type { Instant } from '../time.ts'

/** No session lives longer, whatever a type says: so long the public key of a retired signing key is kept. */
export const LONGEST_SESSION_SECONDS = 86_400

/**
 * How far ahead of a verifier's clock the moment of issue may lie (RFC 7519 section 4.1.6 leaves it open): verifiers run on other machines than the
 * mint. The end of a token has no leeway: it is refused at `exp` by the verifier's own clock.
 */
export const ISSUE_LEEWAY_MS = 60_000

/** What a session token says (RFC 9068, and claims of our own). Whole seconds on the wire, milliseconds here. */
export interface SessionClaims {
  /** `iss`: id of the installation. */
  issuer: string
  /** `sub` and `client_id`: the key it was minted with, on whose record every decision is made. */
  keyId: string
  /** `jti` */
  sessionId: string
  issuedAt: Instant
  expiresAt: Instant
  /** `aud`: slug of the one API it is for; null: every API that accepts the key's type. */
  audience: string | null
  /** `scope`: at most these, of those the key still has. */
  scopes: readonly string[]
  organizationId: string
  environment: string
  /** Number of the secret version that was presented to the mint: when it ends, so does the session. */
  secretVersion: number
  /** The key's epoch at that time: deactivating and removing raise it, so that no earlier session returns. */
  epoch: number
}
