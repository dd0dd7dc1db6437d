import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checksumOf, crc32 } from './checksum.ts'
import { hasValidChecksum, parseSecret } from './format.ts'
import { hintOf } from './hint.ts'
import { redactSecrets } from './redact.ts'

interface Vectors {
  valid: { note: string; secret: string; prefix: string; body: string; checksum: string; crc32: number; hint: string; sha256: string }[]
  invalid: { note: string; secret: string; wellFormed: boolean; sha256: string }[]
}

// Made by CPython's zlib and hashlib, not by the code under test.
const vectors = JSON.parse(readFileSync(new URL('../../../../vectors/secret-format.json', import.meta.url), 'utf8')) as Vectors

describe('vectors/secret-format.json', () => {
  test.each(vectors.valid)('accepts $secret ($note)', ({ secret, prefix, body, checksum, crc32: crc, hint, sha256 }) => {
    const head = secret.slice(0, -6)
    expect(crc32(head)).toBe(crc)
    expect(checksumOf(head)).toBe(checksum)
    expect(parseSecret(secret)).toEqual({ prefix, body, checksumOk: true })
    expect(hasValidChecksum(secret)).toBe(true)
    expect(hintOf(secret)).toBe(hint)
    expect(createHash('sha256').update(secret).digest('hex')).toBe(sha256)
    expect(redactSecrets(`before ${secret}, after`)).toBe(`before ${prefix}_[redacted], after`)
  })

  test.each(vectors.invalid)('refuses "$secret" ($note)', ({ secret, wellFormed, sha256 }) => {
    expect(hasValidChecksum(secret)).toBe(false)
    if (wellFormed) expect(parseSecret(secret)).toMatchObject({ checksumOk: false })
    else expect(parseSecret(secret)).toBeNull()
    expect(createHash('sha256').update(secret).digest('hex')).toBe(sha256)
  })

  test('holds cases of every kind', () => {
    expect(vectors.valid.length).toBeGreaterThan(15)
    expect(vectors.invalid.filter((vector) => vector.wellFormed).length).toBeGreaterThan(5)
    expect(vectors.invalid.filter((vector) => !vector.wellFormed).length).toBeGreaterThan(10)
  })
})
