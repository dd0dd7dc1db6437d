import { createHash } from 'node:crypto'
import type { ImportedKey } from '@keywright/core/contract/import.ts'
import type { FieldError } from '@keywright/core/problem-code.ts'
import { hasValidChecksum } from '@keywright/core/secret/format.ts'
import { hintOf } from '@keywright/core/secret/hint.ts'
import { digestOf } from '../make-secret.ts'

/** From this length on, the last four characters tell keys apart and cost an attacker nothing. */
const LONG_ENOUGH_FOR_TAIL = 24
/** Fewer characters than this may be guessed from a digest. */
const SHORT = 22

export interface SecretOfLine {
  digest: Buffer
  hint: string
  /** Held no longer than the unit that seals it; null: the file gave the digest. */
  secret: string | null
  /** May be guessed by trying. */
  short: boolean
}

/** What is stored of a line's secret; errors when its hint would show the secret itself. */
export function secretOfLine({ digest, secret, prefix, hint }: ImportedKey): SecretOfLine | FieldError {
  const bytes = secret === undefined ? readDigest(digest as string) : Buffer.from(digestOf(secret))
  const shown = hint ?? makeHint(secret, prefix)
  if (secret !== undefined && prefix !== undefined && !(secret.startsWith(prefix) && prefix.length * 2 <= secret.length))
    return { path: 'prefix', code: 'invalid', message: 'Must be what the secret begins with, and at most half of it.' }
  if (shows(hint, bytes, secret)) return { path: 'hint', code: 'shows_secret', message: 'Shows the secret, or too much of it.' }
  if (shows(prefix, bytes, secret)) return { path: 'prefix', code: 'shows_secret', message: 'Shows the secret, or too much of it.' }
  return { digest: bytes, hint: shown, secret: secret ?? null, short: secret !== undefined && secret.length < SHORT }
}

function readDigest(text: string): Buffer {
  return text.length === 64 ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64url')
}

function makeHint(secret: string | undefined, prefix = ''): string {
  if (secret === undefined) return `${prefix}…`
  if (hasValidChecksum(secret)) return hintOf(secret)
  return secret.length - prefix.length >= LONG_ENOUGH_FOR_TAIL ? `${prefix}…${secret.slice(-4)}` : `${prefix}…`
}

function shows(text: string | undefined, digest: Buffer, secret: string | undefined): boolean {
  if (text === undefined) return false
  if (createHash('sha256').update(text).digest().equals(digest)) return true
  return secret !== undefined && text.split('…').some((part) => part.length * 2 > secret.length && secret.includes(part))
}
