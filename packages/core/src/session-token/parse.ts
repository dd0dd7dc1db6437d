import { isId } from '../id.ts'
import { decodeBase64url } from './base64url.ts'
import { LONGEST_SESSION_SECONDS, type SessionClaims } from './claims.ts'

/** Longer than any token we mint: nothing larger is decoded. */
export const LONGEST_TOKEN = 8192

/** What every token of ours begins with: `{"alg":"EdDSA","typ":"at+jwt","kid":` in base64url, as far as whole characters go. */
export const TOKEN_START = 'eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCIsImtpZCI6'

export interface ParsedToken {
  kid: string
  claims: SessionClaims
  /** What the signature is over. */
  input: string
  /** 64 bytes in base64url. */
  signature: string
}

/** True when the text has the form of a JWS in compact serialization (RFC 7515 section 7.1), signed or not. */
export function looksLikeSessionToken(text: string): boolean {
  return text.startsWith('eyJ') && text.length <= LONGEST_TOKEN && /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*$/.test(text)
}

/** The last of 86 characters carries two bits of the 64 bytes; the others must be zero. */
const SIGNATURE = /^[A-Za-z0-9_-]{85}[AQgw]$/
const KID = /^[A-Za-z0-9_-]{1,64}$/

const HEADER = ['alg', 'typ', 'kid']
const CLAIMS = ['iss', 'sub', 'client_id', 'jti', 'iat', 'exp', 'scope', 'organization', 'environment', 'secret_version', 'epoch']

/**
 * Reads a token without believing it: the signature is not checked here. Accepted is only what `signingInput` writes: the algorithm is
 * fixed (RFC 8725 section 3.1), `typ` too (3.11), and a member we do not know may forbid what we would allow (`crit`, `nbf`, `cnf`, `jwk`), so it is refused.
 * @returns null when it is none of ours by its form; never throws.
 */
export function parseSessionToken(text: string): ParsedToken | null {
  if (!looksLikeSessionToken(text)) return null
  const [head, body, signature] = text.split('.') as [string, string, string]
  if (!SIGNATURE.test(signature)) return null
  const header = readObject(head, HEADER, [])
  if (header === null || header.alg !== 'EdDSA' || header.typ !== 'at+jwt') return null
  const { kid } = header
  if (typeof kid !== 'string' || !KID.test(kid)) return null
  const payload = readObject(body, CLAIMS, ['aud'])
  const claims = payload && readClaims(payload)
  return claims && { kid, claims, input: `${head}.${body}`, signature }
}

/** A JSON object with all of `required`, maybe some of `optional`, nothing else and nothing twice. */
function readObject(segment: string, required: readonly string[], optional: readonly string[]): Record<string, unknown> | null {
  const text = decodeBase64url(segment)
  if (text === null) return null
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  // A member that stands twice, or an escape that another reader takes for something else, does not survive the round trip.
  if (JSON.stringify(value) !== text) return null
  const names = Object.keys(value)
  if (!required.every((name) => names.includes(name))) return null
  return names.every((name) => required.includes(name) || optional.includes(name)) ? (value as Record<string, unknown>) : null
}

function readClaims(payload: Record<string, unknown>): SessionClaims | null {
  const { iss, sub, client_id, jti, iat, exp, aud, scope, organization, environment, secret_version, epoch } = payload
  if (!isIdText('installation', iss) || !isIdText('key', sub) || client_id !== sub) return null
  if (!isIdText('session', jti) || !isIdText('organization', organization)) return null
  if (!isWhole(iat, 0) || !isWhole(exp, 1) || exp <= iat || exp - iat > LONGEST_SESSION_SECONDS || exp > 253_402_300_799) return null
  if (aud !== undefined && (typeof aud !== 'string' || aud === '')) return null
  if (typeof scope !== 'string' || typeof environment !== 'string') return null
  if (!isWhole(secret_version, 1) || !isWhole(epoch, 0)) return null
  return {
    issuer: iss,
    keyId: sub,
    sessionId: jti,
    issuedAt: iat * 1000,
    expiresAt: exp * 1000,
    audience: aud ?? null,
    scopes: scope === '' ? [] : scope.split(' '),
    organizationId: organization,
    environment,
    secretVersion: secret_version,
    epoch,
  }
}

function isIdText(kind: 'installation' | 'key' | 'session' | 'organization', value: unknown): value is string {
  return typeof value === 'string' && isId(kind, value)
}

function isWhole(value: unknown, least: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least
}
