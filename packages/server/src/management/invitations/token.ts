import { createHash } from 'node:crypto'
import type { RandomBytes } from '../../kernel/random.ts'

/** 32 random bytes, so that its digest needs neither salt nor a slow hash. */
export function makeToken(random: RandomBytes): { token: string; digest: Uint8Array } {
  const token = Buffer.from(random(32)).toString('base64url')
  return { token, digest: digestOf(token) }
}

export function digestOf(token: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(token).digest())
}
