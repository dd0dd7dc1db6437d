import type { SessionTable } from '../replica/session-table.ts'
import type { Instant } from '../time.ts'
import { ISSUE_LEEWAY_MS, type SessionClaims } from './claims.ts'
import { parseSessionToken } from './parse.ts'

/** What checking a token needs from outside: core has no cryptography of its own. */
export interface SignaturePort {
  /**
   * Ed25519 (RFC 8032).
   * @param publicKey 32 bytes in base64url. @param signature 64 bytes in base64url. @returns false, also for what is no key or signature.
   */
  checkSignature(publicKey: string, input: string, signature: string): boolean
}

/** A token whose signature is good; or why it is none of this installation's. */
export type OpenedToken = { ok: true; claims: SessionClaims } | { ok: false; reason: 'malformed' | 'unknown'; detail: string }

interface CheckedToken {
  kid: string
  publicKey: string
  claims: SessionClaims
}

const DEFAULT_MAX_TOKENS = 50_000
/** How many of the oldest are looked at for one that has expired, to make room. */
const EVICTION_SAMPLE = 16

/**
 * Tells tokens of this installation from others. A signature is checked once; that it was good is remembered under the digest of the whole
 * token until the token expires. Nothing else is remembered: neither a refusal nor that a call was allowed, so a token that is known here
 * is decided on the replica like any other (quality.md, traps 1 and 2).
 */
export class SessionTokens {
  readonly #port: SignaturePort
  readonly #maxTokens: number
  readonly #checked = new Map<string, CheckedToken>()

  /** @param options.maxTokens how many are remembered at once; the oldest goes first. A forgotten one is only checked again. */
  constructor(port: SignaturePort, options: { maxTokens?: number } = {}) {
    this.#port = port
    this.#maxTokens = options.maxTokens ?? DEFAULT_MAX_TOKENS
  }

  /** How many are remembered. */
  get size(): number {
    return this.#checked.size
  }

  /** @param digest of the whole token, as `DecisionPorts.digest` gives it. */
  open(table: SessionTable, token: string, digest: string, now: Instant): OpenedToken {
    const known = this.#checked.get(digest)
    // A signing key may be withdrawn, or another history loaded, at any time: the key is looked up again at every call.
    if (known && now < known.claims.expiresAt && table.signingKey(known.kid, now)?.publicKey === known.publicKey)
      return this.#judge(table, known.kid, known.claims, now)
    const parsed = parseSessionToken(token)
    if (parsed === null) return { ok: false, reason: 'malformed', detail: 'session_token_form' }
    const { kid, claims, input, signature } = parsed
    const signingKey = table.signingKey(kid, now)
    if (signingKey === undefined) return { ok: false, reason: 'unknown', detail: 'session_signing_key' }
    if (!this.#port.checkSignature(signingKey.publicKey, input, signature)) return { ok: false, reason: 'unknown', detail: 'session_signature' }
    if (now < claims.expiresAt) this.#remember(digest, { kid, publicKey: signingKey.publicKey, claims }, now)
    return this.#judge(table, kid, claims, now)
  }

  /** Forgets what has expired. */
  prune(now: Instant): void {
    for (const [digest, { claims }] of this.#checked) if (now >= claims.expiresAt) this.#checked.delete(digest)
  }

  #judge(table: SessionTable, kid: string, claims: SessionClaims, now: Instant): OpenedToken {
    if (claims.issuer !== table.signingKey(kid, now)?.issuer) return { ok: false, reason: 'unknown', detail: 'session_issuer' }
    if (claims.issuedAt > now + ISSUE_LEEWAY_MS) return { ok: false, reason: 'unknown', detail: 'session_from_the_future' }
    return { ok: true, claims }
  }

  #remember(digest: string, token: CheckedToken, now: Instant): void {
    if (this.#checked.size >= this.#maxTokens) this.#makeRoom(now)
    if (this.#maxTokens > 0) this.#checked.set(digest, token)
  }

  /** Expired ones among the oldest; when there is none, the oldest of all. */
  #makeRoom(now: Instant): void {
    let looked = 0
    let oldest: string | undefined
    for (const [digest, { claims }] of this.#checked) {
      oldest ??= digest
      if (now >= claims.expiresAt) this.#checked.delete(digest)
      if (++looked >= EVICTION_SAMPLE) break
    }
    if (this.#checked.size >= this.#maxTokens && oldest !== undefined) this.#checked.delete(oldest)
  }
}
