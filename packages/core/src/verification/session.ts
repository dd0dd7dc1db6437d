import type { Denied } from './decision.ts'
import { FoundKey } from './found-key.ts'
import type { DecisionContext } from './verify.ts'

/**
 * The key that a session token was minted with, seen through the token; everything after this is decided on that key's record as it is
 * now. Nothing of the key is told before the signature is known to be good.
 */
export function findSession(context: DecisionContext, token: string, digest: string): { valid: true; key: FoundKey } | Denied {
  const { replica, now, sessions } = context
  if (sessions === undefined) return deny('unknown', 'session_not_supported', null)
  const opened = sessions.open(replica.sessions, token, digest, now)
  if (!opened.ok) return deny(opened.reason, opened.detail, null)
  const { claims } = opened
  const parent = replica.sessions.parent(claims.keyId)
  // Keys are never deleted: a parent that is not found is of a type that mints no more.
  if (parent === undefined) return deny('wrong_type', 'type_does_not_mint', null)
  const key = new FoundKey(replica, parent.row, claims.secretVersion, claims)
  if (key.organizationId !== claims.organizationId || key.environment !== claims.environment) return deny('unknown', 'session_parent', null)
  if (now >= claims.expiresAt) return deny('expired', 'session_expired', key)
  const endsAt = parent.versions.get(claims.secretVersion)
  // Minted after what this replica knows of: it will be good as soon as the changes before it have come.
  if (endsAt === undefined) return deny('unknown', 'session_ahead', null)
  if (now >= endsAt) return deny('replaced', 'session_of_replaced_secret', key)
  return { valid: true, key }
}

/** After the status of the key itself: a session from before a deactivation stays ended when the key is activated again. */
export function sessionDenial(key: FoundKey): Denied | null {
  const { claims } = key
  if (claims === null) return null
  const epoch = key.replica.sessions.parent(claims.keyId)?.epoch ?? -1
  if (claims.epoch > epoch) return deny('unknown', 'session_ahead', null)
  if (claims.epoch < epoch) return deny('replaced', 'session_superseded', key)
  return key.replica.sessions.isEnded(claims.keyId, claims.sessionId) ? deny('removed', 'session_ended', key) : null
}

function deny(reason: Denied['reason'], detail: string, key: FoundKey | null): Denied {
  return { valid: false, reason, detail, key, retryAfterSeconds: null, missing: [], successor: null }
}
