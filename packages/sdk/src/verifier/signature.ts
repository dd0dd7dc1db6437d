import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import type { SignaturePort } from '@keywright/core/session-token/session-tokens.ts'

/** SHA-256 of the text's UTF-8 bytes as latin1. */
export function digestText(secret: string): string {
  return hash('sha256', secret, 'latin1')
}

/** There are as many as signing keys whose tokens live: one, or two around a rotation. */
const MOST_KEYS = 16
const keys = new Map<string, KeyObject>()

/** Ed25519 by Node. Small-order and non-canonical signatures are OpenSSL's to refuse; the key is one of ours in any case. */
export const signaturePort: SignaturePort = {
  checkSignature(publicKey, input, signature) {
    try {
      return verify(null, Buffer.from(input, 'latin1'), keyOf(publicKey), Buffer.from(signature, 'base64url'))
    } catch {
      return false
    }
  },
}

function keyOf(publicKey: string): KeyObject {
  let key = keys.get(publicKey)
  if (!key) {
    key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' })
    if (keys.size >= MOST_KEYS) keys.clear()
    keys.set(publicKey, key)
  }
  return key
}
