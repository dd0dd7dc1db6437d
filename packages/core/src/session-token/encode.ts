import { encodeBase64url } from './base64url.ts'
import type { SessionClaims } from './claims.ts'

/** What is signed (RFC 7515 section 5.1): header and payload; the token is this, a dot, and the signature in base64url. */
export function signingInput(kid: string, claims: SessionClaims): string {
  const payload = {
    iss: claims.issuer,
    sub: claims.keyId,
    client_id: claims.keyId,
    jti: claims.sessionId,
    iat: Math.floor(claims.issuedAt / 1000),
    exp: Math.floor(claims.expiresAt / 1000),
    ...(claims.audience === null ? {} : { aud: claims.audience }),
    scope: claims.scopes.join(' '),
    organization: claims.organizationId,
    environment: claims.environment,
    secret_version: claims.secretVersion,
    epoch: claims.epoch,
  }
  return `${encodeBase64url(JSON.stringify({ alg: 'EdDSA', typ: 'at+jwt', kid }))}.${encodeBase64url(JSON.stringify(payload))}`
}
