import fc from 'fast-check'
import { format, inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { PREFIX } from '../configuration/fields.ts'
import { BASE62, crc32, encodeChecksum } from './checksum.ts'
import { hasValidChecksum, parseSecret, SECRET_PREFIX } from './format.ts'
import { generateSecret } from './generate.ts'
import { hintOf } from './hint.ts'
import { redactSecrets } from './redact.ts'
import { Secret } from './secret.ts'

const prefixes = fc.stringMatching(/^[a-z0-9]([a-z0-9_]{0,18}[a-z0-9])?$/)
const lengths = fc.integer({ min: 36, max: 128 })

/** A small seeded source (xorshift32), good enough to be even. */
function randomFrom(seed: number): (count: number) => Uint8Array {
  let state = seed | 1
  return (count) =>
    Uint8Array.from({ length: count }, () => {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      return (state >>> 8) & 255
    })
}
const secrets = fc.tuple(prefixes, lengths, fc.integer()).map(([prefix, length, seed]) => generateSecret({ prefix, length }, randomFrom(seed)).reveal())

describe('checksum', () => {
  test('is CRC-32/ISO-HDLC: the check value of the catalogue', () => {
    expect(crc32('123456789')).toBe(0xcbf43926)
    expect(crc32('')).toBe(0)
  })

  test('writes the most significant digit first and pads with 0', () => {
    expect(encodeChecksum(0)).toBe('000000')
    expect(encodeChecksum(61)).toBe('00000z')
    expect(encodeChecksum(62)).toBe('000010')
    expect(encodeChecksum(0xffffffff)).toBe('4gfFC3')
  })
})

describe('generating', () => {
  test('gives the prefix, the length asked for and a checksum that holds', () => {
    fc.assert(
      fc.property(prefixes, lengths, fc.integer(), (prefix, length, seed) => {
        const text = generateSecret({ prefix, length }, randomFrom(seed)).reveal()
        expect(text).toHaveLength(prefix.length + 1 + length)
        expect(parseSecret(text)).toEqual({ prefix, body: text.slice(prefix.length + 1), checksumOk: true })
      }),
    )
  })

  test('favours no character: each stands for exactly four of the 256 bytes, and the other eight are thrown away', () => {
    const bytesOf = new Map<string, number>()
    let thrownAway = 0
    for (let byte = 0; byte < 256; byte++) {
      const firstThen = (following: number) => (count: number) => new Uint8Array(count).fill(following).fill(byte, 0, 1)
      const [one, other] = [0, 1].map((following) => generateSecret({ prefix: 'p', length: 36 }, firstThen(following)).reveal().charAt(2))
      // A byte that is thrown away leaves the first place to whatever follows.
      if (one !== other) thrownAway++
      else bytesOf.set(one as string, (bytesOf.get(one as string) ?? 0) + 1)
    }
    expect(thrownAway).toBe(8)
    expect([...bytesOf.keys()].sort().join('')).toBe(BASE62)
    expect([...new Set(bytesOf.values())]).toEqual([4])
  })

  test('maps byte values 0 to 61 to the alphabet in order', () => {
    const rising = (count: number) => Uint8Array.from({ length: count }, (_, index) => index)
    expect(generateSecret({ prefix: 'p', length: 68 }, rising).reveal().slice(2, -6)).toBe(BASE62)
  })

  test('refuses a prefix or a length that no key type could have', () => {
    for (const prefix of ['', '_a', 'a_', 'A', 'a-b', 'a'.repeat(21)]) expect(() => generateSecret({ prefix, length: 38 }, randomFrom(1))).toThrow(RangeError)
    for (const length of [35, 129, 38.5, Number.NaN]) expect(() => generateSecret({ prefix: 'a', length }, randomFrom(1))).toThrow(RangeError)
  })

  test('stops at a broken source of randomness instead of hanging or repeating bytes', () => {
    expect(() => generateSecret({ prefix: 'a', length: 38 }, (count) => new Uint8Array(count).fill(255))).toThrow('not random')
    expect(() => generateSecret({ prefix: 'a', length: 38 }, () => new Uint8Array(0))).toThrow('instead of')
  })
})

describe('form', () => {
  test('the prefix rule is that of the configuration', () => {
    expect(SECRET_PREFIX.source).toBe(PREFIX.source)
    expect(SECRET_PREFIX.flags).toBe(PREFIX.flags)
  })

  test('the prefix ends at the last underscore', () => {
    const text = generateSecret({ prefix: 'kw_a_b', length: 40 }, randomFrom(3)).reveal()
    expect(parseSecret(text)?.prefix).toBe('kw_a_b')
  })

  test('any change of one character is noticed', () => {
    const printable = fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code))
    fc.assert(
      fc.property(secrets, fc.nat(), printable, (secret, place, character) => {
        const at = place % secret.length
        fc.pre(secret[at] !== character)
        expect(hasValidChecksum(secret.slice(0, at) + character + secret.slice(at + 1))).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })

  test('any two neighbours that change places are noticed', () => {
    fc.assert(
      fc.property(secrets, (secret) => {
        for (let at = 0; at + 1 < secret.length; at++) {
          if (secret[at] === secret[at + 1]) continue
          expect(hasValidChecksum(secret.slice(0, at) + secret[at + 1] + secret[at] + secret.slice(at + 2))).toBe(false)
        }
      }),
    )
  })

  test('a secret that was cut is never taken for a whole one', () => {
    fc.assert(
      fc.property(secrets, fc.integer({ min: 1, max: 40 }), (secret, cut) => !hasValidChecksum(secret.slice(0, -cut))),
      { numRuns: 1000 },
    )
  })

  test('reads any text without throwing', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => !hasValidChecksum(text)))
  })
})

describe('Secret', () => {
  const text = generateSecret({ prefix: 'ucd', length: 38 }, randomFrom(7)).reveal()
  const secret = new Secret(text)

  test('reveals only when asked to', () => {
    expect(secret.reveal()).toBe(text)
  })

  test('prints, serializes and inspects as [redacted], also deep inside other things', () => {
    const shown = [
      `${secret}`,
      `a ${secret as unknown as string}`,
      String(secret),
      JSON.stringify({ secret, list: [secret] }),
      inspect({ a: { b: { c: [secret] } } }, { depth: 9, showHidden: true }),
      format('%s %o %O %j', secret, secret, secret, secret),
      JSON.stringify(Object.entries(secret)),
      JSON.stringify({ ...secret }),
    ]
    for (const line of shown) expect(line).not.toContain(text.slice(4, 12))
    expect(shown[0]).toBe('[redacted]')
    expect(shown[3]).toBe('{"secret":"[redacted]","list":["[redacted]"]}')
    expect(shown[4]).toContain('[redacted]')
  })
})

describe('hint', () => {
  test('shows the prefix and the last four characters, and nothing of the random part', () => {
    const text = generateSecret({ prefix: 'kw_mgmt', length: 38 }, randomFrom(9)).reveal()
    expect(hintOf(text)).toBe(`kw_mgmt_…${text.slice(-4)}`)
  })

  test('shows nothing of a text that is not a secret', () => {
    expect(hintOf('hunter2')).toBe('…')
    expect(hintOf('my_password')).toBe('…')
  })
})

describe('redaction', () => {
  test('leaves nothing of a secret in a text', () => {
    fc.assert(
      fc.property(secrets, fc.string(), fc.string(), (secret, before, after) => {
        const redacted = redactSecrets(`${before} ${secret} ${after}`)
        expect(redacted).not.toContain(secret.slice(-36))
        expect(redacted).toContain('_[redacted]')
      }),
    )
  })

  test('finds every secret, in JSON, headers and URLs', () => {
    const one = generateSecret({ prefix: 'ucd', length: 38 }, randomFrom(1)).reveal()
    const two = generateSecret({ prefix: 'kw_mgmt', length: 128 }, randomFrom(2)).reveal()
    expect(redactSecrets(`{"a":"${one}"} Bearer ${two} https://x.example/?key=${one}&b=1`)).toBe(
      '{"a":"ucd_[redacted]"} Bearer kw_mgmt_[redacted] https://x.example/?key=ucd_[redacted]&b=1',
    )
  })

  test('leaves no tail of one that is too long', () => {
    expect(redactSecrets(`ucd_${'x'.repeat(500)}.`)).toBe('ucd_[redacted].')
  })

  test('takes time by the length of the text, not by its square', () => {
    // By the square this would be hours.
    const text = 'eyJ'.repeat(500_000)
    expect(redactSecrets(text)).toBe(text)
  })

  test('leaves no first part of one that holds the beginning of a token', () => {
    expect(redactSecrets(`ucd_${'x'.repeat(20)}eyJ${'y'.repeat(15)}.example`)).toBe('[redacted]')
  })

  test('leaves nothing of one that follows another without a gap', () => {
    expect(redactSecrets(`ucd_${'x'.repeat(36)}kw_mgmt_${'y'.repeat(36)}, z`)).toBe('ucd_[redacted], z')
  })

  test('lets ids and hints through', () => {
    const line = 'key_01arz3ndektsv4rrffq69g5fav ucd_…Ab3d req_01arz3ndektsv4rrffq69g5fav'
    expect(redactSecrets(line, ['ucd'])).toBe(line)
  })

  test('after a known prefix, finds one that was cut as well', () => {
    expect(redactSecrets('got ucd_0123456789', ['ucd'])).toBe('got ucd_[redacted]')
    expect(redactSecrets('got kw_mgmt_0123456789', ['kw', 'kw_mgmt'])).toBe('got kw_mgmt_[redacted]')
    expect(redactSecrets('got ucd_0123456789')).toBe('got ucd_0123456789')
    expect(redactSecrets('a notucd_0123456789', ['ucd'])).toBe('a notucd_0123456789')
  })

  test('a prefix is never read as an expression', () => {
    expect(redactSecrets('abc_0123456789', ['.*', 'a(b', '\\D'])).toBe('abc_0123456789')
  })
})
