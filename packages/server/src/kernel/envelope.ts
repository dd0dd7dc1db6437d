import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { RandomBytes } from './random.ts'

/**
 * Envelope encryption: every secret has a data key of its own, and the data key lies under the master key. AES-256-GCM both
 * times, with fresh random nonces. Layout, version 1:
 *
 * | offset | bytes | what |
 * |---|---|---|
 * | 0 | 1 | version: 1 |
 * | 1 | 12 | nonce of the data key |
 * | 13 | 32 | data key, encrypted with the master key |
 * | 45 | 16 | tag of the data key |
 * | 61 | 12 | nonce of the secret |
 * | 73 | n | secret, encrypted with the data key |
 * | 73 + n | 16 | tag of the secret |
 *
 * Both encryptions authenticate the context, so a ciphertext moved to another organization, key or version does not open.
 */
export interface EnvelopeContext {
  organizationId: string
  keyId: string
  version: number
}

/** What envelopes lie under: the master key and its name. */
export interface EnvelopeKey {
  /** 16 hex digits that name the key without telling it. */
  id: string
  /** 32 bytes. */
  bytes: Uint8Array
}

const VERSION = 1
const NONCE = 12
const KEY = 32
const TAG = 16
const HEAD = 1 + NONCE + KEY + TAG + NONCE

export function seal(masterKey: EnvelopeKey, plaintext: Uint8Array, context: EnvelopeContext, random: RandomBytes): Uint8Array {
  const dataKey = random(KEY)
  const keyNonce = random(NONCE)
  const nonce = random(NONCE)
  const wrapped = encrypt(masterKey.bytes, keyNonce, additionalData('data-key', masterKey, context), dataKey)
  const sealed = encrypt(dataKey, nonce, additionalData('secret', masterKey, context), plaintext)
  dataKey.fill(0)
  return new Uint8Array(Buffer.concat([Uint8Array.of(VERSION), keyNonce, wrapped, nonce, sealed]))
}

/** @throws when the envelope was made with another key or for another place, or when any bit of it has changed. */
export function open(masterKey: EnvelopeKey, envelope: Uint8Array, context: EnvelopeContext): Uint8Array {
  if (envelope[0] !== VERSION || envelope.length < HEAD + TAG) throw new Error('The envelope has an unknown form.')
  try {
    const wrapped = envelope.subarray(1 + NONCE, 1 + NONCE + KEY + TAG)
    const dataKey = decrypt(masterKey.bytes, envelope.subarray(1, 1 + NONCE), additionalData('data-key', masterKey, context), wrapped)
    const plaintext = decrypt(dataKey, envelope.subarray(HEAD - NONCE, HEAD), additionalData('secret', masterKey, context), envelope.subarray(HEAD))
    dataKey.fill(0)
    return plaintext
  } catch (cause) {
    throw new Error('The envelope does not open: another master key, another place, or a changed ciphertext.', { cause })
  }
}

/** JSON, because joining with a separator would let two contexts look alike. */
function additionalData(what: string, masterKey: EnvelopeKey, { organizationId, keyId, version }: EnvelopeContext): Buffer {
  return Buffer.from(JSON.stringify(['keywright-envelope', VERSION, what, organizationId, keyId, version, masterKey.id]))
}

function encrypt(key: Uint8Array, nonce: Uint8Array, data: Buffer, plaintext: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG })
  cipher.setAAD(data)
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Uint8Array, nonce: Uint8Array, data: Buffer, ciphertext: Uint8Array): Uint8Array {
  // Without authTagLength Node would accept a shorter, guessable tag.
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG })
  decipher.setAAD(data)
  decipher.setAuthTag(ciphertext.subarray(ciphertext.length - TAG))
  return new Uint8Array(Buffer.concat([decipher.update(ciphertext.subarray(0, ciphertext.length - TAG)), decipher.final()]))
}
