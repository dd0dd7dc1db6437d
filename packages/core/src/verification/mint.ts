import { isReservedSlug } from '../configuration/reserved.ts'
import { DIGEST_WORDS, readLatin1Digest } from '../replica/digest.ts'
import { hasValidChecksum } from '../secret/format.ts'
import type { SessionClaims } from '../session-token/claims.ts'
import { looksLikeSessionToken } from '../session-token/parse.ts'
import { addressDenial, limitDenial, scopeDenial, statusDenial } from './checks.ts'
import type { Denied } from './decision.ts'
import { FoundKey } from './found-key.ts'
import { type DecisionContext, LONGEST_SECRET } from './verify.ts'

/** What is asked of the mint. */
export interface MintRequest {
  /** The key itself. */
  secret: string
  /** Of whoever asks. */
  address: string | null
  /** Null: every scope the key has now. They are written down, so that nothing is added later. */
  scopes: readonly string[] | null
  /** Slug of the one API the token is for; null: every API that accepts the key's type. */
  audience: string | null
  /** Calls it counts as; 0 asks without spending. */
  cost: number
}

/** What the token will say; the mint adds who it is and signs. */
export type MintGrant = Omit<SessionClaims, 'issuer' | 'sessionId'>

export type MintDecision = { valid: true; key: FoundKey; grant: MintGrant } | Denied

const scratch = new Uint32Array(DIGEST_WORDS)

/** May a session be minted with this? The same checks as a call with the key itself, as far as no API is involved, in the same order. */
export function decideMint(context: DecisionContext, request: MintRequest): MintDecision {
  const { replica, now } = context
  const { secret, address, scopes, audience, cost } = request
  if (secret.trim() === '') return deny('missing', null, null)
  if (secret.length > LONGEST_SECRET) return looksLikeSessionToken(secret) ? deny('wrong_type', 'session_token', null) : deny('malformed', 'too_long', null)
  readLatin1Digest(context.digest(secret), scratch)
  const found = replica.find(scratch)
  if (found === null) {
    if (looksLikeSessionToken(secret)) return deny('wrong_type', 'session_token', null)
    return deny(hasValidChecksum(secret) ? 'unknown' : 'malformed', null, null)
  }
  const key = new FoundKey(replica, found.row, found.version)
  if (now >= found.endsAt) return deny('replaced', null, key)
  const dead = statusDenial(key, now)
  if (dead !== null) return dead
  const type = key.profile.type.compiled
  if (type === null || isReservedSlug(key.type) || type.definition.mints === null) return deny('wrong_type', 'type_does_not_mint', key)
  if (audience !== null && (isReservedSlug(audience) || !replica.api(audience)?.accepts.has(key.type))) return deny('wrong_type', 'session_audience', key)
  const denial =
    addressDenial(key, address) ??
    scopeDenial(key, { address, ...(scopes === null ? {} : { requiredScopes: scopes }) }, { kind: 'any' }) ??
    limitDenial(key, context, cost)
  if (denial !== null) return denial
  const parent = replica.sessions.parent(key.id)
  if (parent === undefined) return deny('wrong_type', 'type_does_not_mint', key)
  return {
    valid: true,
    key,
    grant: {
      keyId: key.id,
      ...lifeOf(now, type.definition.mints.lifetime, key.expiresAt),
      audience,
      scopes: scopes === null ? key.scopes : [...new Set(scopes)],
      organizationId: key.organizationId,
      environment: key.environment,
      secretVersion: found.version,
      epoch: parent.epoch,
    },
  }
}

/** Whole seconds, as tokens count: at most the lifetime, and not beyond the key's own end but for the second it lies in. */
function lifeOf(now: number, lifetimeSeconds: number, keyExpiresAt: number | null): { issuedAt: number; expiresAt: number } {
  const issuedAt = Math.floor(now / 1000) * 1000
  const expiresAt = issuedAt + lifetimeSeconds * 1000
  return { issuedAt, expiresAt: keyExpiresAt === null ? expiresAt : Math.min(expiresAt, Math.ceil(keyExpiresAt / 1000) * 1000) }
}

function deny(reason: Denied['reason'], detail: string | null, key: FoundKey | null): Denied {
  return { valid: false, reason, detail, key, retryAfterSeconds: null, missing: [], successor: null }
}
