import type { RateLimiter } from '../rate-limit/rate-limiter.ts'
import type { Replica } from '../replica/replica.ts'
import type { Instant } from '../time.ts'
import { addressDenial, companionDenial, environmentDenial, limitDenial, scopeDenial, statusDenial, typeDenial } from './checks.ts'
import type { CompiledApi } from './compiled-api.ts'
import { findCredential } from './carriers.ts'
import type { Carrier } from '../configuration/key-type.ts'
import type { Decision } from './decision.ts'
import { DIGEST_WORDS, readLatin1Digest } from '../replica/digest.ts'
import { FoundKey } from './found-key.ts'
import type { DecisionPorts } from './ports.ts'
import type { VerificationRequest } from './request.ts'
import { matchRoute, type RouteMatch } from './routes.ts'
import { hasValidChecksum } from '../secret/format.ts'
import { looksLikeSessionToken } from '../session-token/parse.ts'
import type { SessionTokens } from '../session-token/session-tokens.ts'
import { findSession, sessionDenial } from './session.ts'

/** What the decision is made from. */
export interface DecisionContext extends DecisionPorts {
  replica: Replica
  limiter: Pick<RateLimiter, 'take'>
  now: Instant
  /** Tells session tokens; without it every one of them is unknown. */
  sessions?: SessionTokens
}

/** Longer than any secret: nothing larger is hashed. */
export const LONGEST_SECRET = 512

const scratch = new Uint32Array(DIGEST_WORDS)
const NO_ROUTE: RouteMatch = { kind: 'any' }

/**
 * May this secret, or this request, do this now? THE decision: one function, the same in server, gateway and SDK. Synchronous,
 * in memory, pure up to the limiter, which is asked last because only it spends.
 * @param api null: no API is named (an operator's verifier); then carriers, companions and routes are not looked at.
 */
export function verify(context: DecisionContext, api: CompiledApi | null, request: VerificationRequest): Decision {
  const { replica, now } = context
  let secret = request.secret
  let carrier: Carrier | null = null
  if (secret === undefined) {
    if (api === null || request.request === undefined) return deny('missing', null, null)
    const credential = findCredential(api, request.request, prefixesOf(replica, api))
    if (credential.kind === 'denied') return deny(credential.reason, credential.detail, null)
    secret = credential.secret
    carrier = credential.carrier
  }
  if (secret.trim() === '') return deny('missing', null, null)
  if (secret.length > LONGEST_SECRET && !looksLikeSessionToken(secret)) return deny('malformed', 'too_long', null)
  const digest = context.digest(secret)
  readLatin1Digest(digest, scratch)
  const found = replica.find(scratch)
  let key: FoundKey
  if (found !== null) {
    key = new FoundKey(replica, found.row, found.version)
    if (now >= found.endsAt) return deny('replaced', null, key)
  } else if (looksLikeSessionToken(secret)) {
    const session = findSession(context, secret, digest)
    if (!session.valid) return session
    key = session.key
  } else return hasValidChecksum(secret) ? deny('unknown', null, null) : deny('malformed', null, null)
  const route = api !== null && request.request !== undefined ? matchRoute(api, request.request.method, request.request.path) : NO_ROUTE
  return (
    statusDenial(key, now) ??
    sessionDenial(key) ??
    companionDenial(key, api, request, route) ??
    environmentDenial(key, api, request, route) ??
    typeDenial(key, api, request, carrier) ??
    addressDenial(key, request.address) ??
    scopeDenial(key, request, route) ??
    limitDenial(key, context, request.cost ?? 1) ??
    allow(key, now)
  )
}

function allow(key: FoundKey, now: Instant): Decision {
  const { sunset } = key.profile
  const deprecation =
    sunset !== null && now >= sunset.deprecatedAt ? { deprecatedAt: sunset.deprecatedAt, retiresAt: sunset.retiredAt, successor: sunset.successor } : null
  return { valid: true, key, deprecation }
}

function deny(reason: 'missing' | 'malformed' | 'wrong_carrier' | 'unknown' | 'replaced', detail: string | null, key: FoundKey | null): Decision {
  return { valid: false, reason, detail, key, retryAfterSeconds: null, missing: [], successor: null }
}

/** Asked only when no credential was found, so nothing is made before. */
function* prefixesOf(replica: Replica, api: CompiledApi): Generator<string> {
  for (const slug of api.accepts) {
    const type = replica.type(slug)
    if (type) yield type.definition.prefix
  }
}
