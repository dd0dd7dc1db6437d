import { createHash } from 'node:crypto'
import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import { generateSecret } from '@keywright/core/secret/generate.ts'
import { hintOf } from '@keywright/core/secret/hint.ts'
import type { Secret } from '@keywright/core/secret/secret.ts'
import { seal } from '../../kernel/envelope.ts'
import type { StoredVersion } from '../../store/secret-versions.ts'
import type { Caller, Services } from '../services.ts'

/** SHA-256 of a secret, 32 bytes. */
export function digestOf(secret: string): Uint8Array {
  return createHash('sha256').update(secret, 'utf8').digest()
}

/** A new secret and what is stored of it: digest and hint, and its envelope when the type may show it again. */
export function makeSecret(
  services: Services,
  caller: Caller,
  type: KeyType,
  place: { organizationId: string; keyId: string; number: number },
  now: number,
): { secret: Secret; version: StoredVersion } {
  const secret = generateSecret({ prefix: type.prefix, length: type.secretLength }, services.random)
  const text = secret.reveal()
  const context = { organizationId: place.organizationId, keyId: place.keyId, version: place.number }
  const ciphertext = type.visibility === 'retrievable' ? seal(services.masterKey, Buffer.from(text, 'utf8'), context, services.random) : null
  return {
    secret,
    version: {
      keyId: place.keyId,
      number: place.number,
      digest: digestOf(text),
      hint: hintOf(text),
      endsAt: null,
      ciphertext,
      createdBy: caller.actor,
      createdAt: now,
    },
  }
}
