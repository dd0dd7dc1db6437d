import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeIdBody, encodeIdBody, ID_PREFIXES, type IdKind, isId, looksLikeId, makeId, RESERVED_ORGANIZATION_ID } from './id.ts'

const kinds = Object.keys(ID_PREFIXES) as IdKind[]
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const times = fc.integer({ min: 0, max: 2 ** 48 - 1 })

describe('ids', () => {
  test('sixteen bytes are written and read back as themselves, at any place', () => {
    fc.assert(
      fc.property(bytes(16), fc.nat(5), (body, offset) => {
        const source = new Uint8Array(24)
        source.set(body, offset)
        const text = encodeIdBody(source, offset)
        expect(text).toMatch(/^[0-7][0-9a-hjkmnp-tv-z]{25}$/)
        const into = new Uint8Array(24).fill(0xaa)
        decodeIdBody(text, into, offset)
        expect(into.slice(offset, offset + 16)).toEqual(body)
        expect([...into.slice(0, offset), ...into.slice(offset + 16)].every((byte) => byte === 0xaa)).toBe(true)
      }),
    )
  })

  test('is 128 bits in base 32, most significant first: a plain BigInt says the same', () => {
    const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
    fc.assert(
      fc.property(bytes(16), (body) => {
        let value = body.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
        let text = ''
        for (let digit = 0; digit < 26; digit++, value >>= 5n) text = alphabet[Number(value & 31n)] + text
        expect(encodeIdBody(body, 0)).toBe(text)
      }),
    )
  })

  test('holds the instant in its first 48 bits and the randomness after them', () => {
    fc.assert(
      fc.property(times, bytes(10), (now, random) => {
        const body = new Uint8Array(16)
        decodeIdBody(makeId('key', now, random).slice(4), body, 0)
        expect(body.slice(0, 6).reduce((sum, byte) => sum * 256 + byte, 0)).toBe(now)
        expect(body.slice(6)).toEqual(random)
      }),
    )
  })

  test('a later id sorts after an earlier one, whatever the randomness', () => {
    fc.assert(
      fc.property(times, times, bytes(10), bytes(10), (one, other, oneRandom, otherRandom) => {
        fc.pre(one < other)
        expect(makeId('key', one, oneRandom) < makeId('key', other, otherRandom)).toBe(true)
      }),
    )
  })

  test('an id is of its own kind and of no other', () => {
    for (const kind of kinds) {
      const id = makeId(kind, 1_785_000_000_000, new Uint8Array(10).fill(255))
      expect(kinds.filter((other) => isId(other, id))).toEqual([kind])
      expect(looksLikeId(id)).toBe(true)
    }
  })

  test('what is not written as we write it is no id', () => {
    const id = makeId('key', 1_785_000_000_000, new Uint8Array(10))
    for (const wrong of [
      id.toUpperCase(),
      id.slice(0, -1),
      `${id}0`,
      ` ${id}`,
      `${id.slice(0, -1)}\n`,
      `${id.slice(0, -1)}u`,
      `key_8${id.slice(5)}`,
      id.replace('_', '-'),
      id.slice(4),
      '',
    ]) {
      expect([wrong, isId('key', wrong)]).toEqual([wrong, false])
    }
  })

  test('a slug that could be taken for an id is recognized', () => {
    expect([looksLikeId('org_anything'), looksLikeId('key_'), looksLikeId('acme'), looksLikeId('organization')]).toEqual([true, true, false, false])
  })

  test('the reserved organization has the form of an id, and no id made later equals it', () => {
    expect(isId('organization', RESERVED_ORGANIZATION_ID)).toBe(true)
    expect(makeId('organization', 1, new Uint8Array(10)) > RESERVED_ORGANIZATION_ID).toBe(true)
  })
})
