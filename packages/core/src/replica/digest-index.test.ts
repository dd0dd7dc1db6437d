import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DigestIndex, expandSeed, hashOf } from './digest-index.ts'
import { DIGEST_WORDS, printBase64urlDigest, readBase64urlDigest, readLatin1Digest } from './digest.ts'

/** Digests in the order in which they were added. */
function makeIndex(seed: Uint32Array) {
  const digests: Uint32Array[] = []
  let compared = 0
  const index = new DigestIndex({ wordsOf: (reference) => (compared++, digests[reference] as Uint32Array), offsetOf: () => 0 }, seed)
  const add = (digest: Uint32Array) => index.set(digest, digests.push(digest) - 1)
  return { index, add, digests, compared: () => compared }
}

const SEEDS = [new Uint32Array(8), new Uint32Array(8).fill(0xffffffff), Uint32Array.from([3, 1, 4, 1, 5, 9, 2, 6])]
const COUNT = 4096
/** Digests that somebody has chosen so that a weak hash gives them one slot. */
const CHOSEN: [string, (number: number) => number[]][] = [
  ['differ in the last word only', (number) => [1, 2, 3, 4, 5, 6, 7, number]],
  ['differ in the first word only', (number) => [number, 2, 3, 4, 5, 6, 7, 8]],
  ['differ in the highest bits of words only', (number) => Array.from({ length: 8 }, (_none, word) => ((number >> (word * 2)) & 3) * 0x40000000)],
  ['have words of one sum', (number) => [number, 0x10000 - number, 0, 0, 0, 0, 0, 0]],
  ['are one word over and over', (number) => Array.from({ length: 8 }, () => number)],
]

describe('the digest index', () => {
  test.each(CHOSEN)('finds digests that %s, without walking through them', (_name, make) => {
    for (const seed of SEEDS) {
      const { index, add, digests, compared } = makeIndex(seed)
      for (let number = 0; number < COUNT; number++) add(Uint32Array.from(make(number)))
      expect(index.size).toBe(COUNT)
      const before = compared()
      for (const [reference, digest] of digests.entries()) expect(index.find(digest)).toBe(reference)
      // One comparison each, and few in vain.
      expect(compared() - before).toBeLessThan(COUNT * 1.5)
      expect(index.find(Uint32Array.from([9, 8, 7, 6, 5, 4, 3, 2]))).toBe(-1)
    }
  })

  test.each(CHOSEN)('spreads digests that %s over the slots', (_name, make) => {
    for (const seed of SEEDS) {
      const bySlot = new Uint32Array(8192)
      for (let number = 0; number < COUNT; number++) bySlot[hashOf(Uint32Array.from(make(number)), 0, expandSeed(seed)) >>> 19]!++
      expect(Math.max(...bySlot)).toBeLessThan(16)
    }
  })

  test('keeps those apart that share a slot, also across the end of the table and through growth', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60), { maxLength: 200 }), fc.array(fc.nat(), { minLength: 8, maxLength: 8 }), (numbers, seed) => {
        const { index, add, digests } = makeIndex(Uint32Array.from(seed))
        const model = new Map<number, number>()
        for (const number of numbers) {
          const digest = Uint32Array.from([number, 0, 0, 0, 0, 0, 0, 0])
          add(digest)
          // The last reference given for a digest holds.
          model.set(number, digests.length - 1)
        }
        expect(index.size).toBe(model.size)
        for (let number = 0; number <= 60; number++) expect(index.find(Uint32Array.from([number, 0, 0, 0, 0, 0, 0, 0]))).toBe(model.get(number) ?? -1)
      }),
    )
  })

  test('is empty to begin with', () => {
    expect(makeIndex(new Uint32Array(8)).index.find(new Uint32Array(8))).toBe(-1)
  })
})

describe('digests', () => {
  test('are read alike from latin1 and base64url, and printed back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64url')
        const fromText = new Uint32Array(DIGEST_WORDS)
        const fromLatin1 = new Uint32Array(DIGEST_WORDS)
        expect(readBase64urlDigest(text, fromText)).toBe(true)
        readLatin1Digest(Buffer.from(bytes).toString('latin1'), fromLatin1)
        expect(fromText).toEqual(fromLatin1)
        expect(printBase64urlDigest(fromText, 0)).toBe(text)
        expect(fromText[0]).toBe(Buffer.from(bytes).readUInt32BE(0))
      }),
    )
  })

  test('in any but the one canonical form are refused', () => {
    const good = createHash('sha256').update('x').digest('base64url')
    const into = new Uint32Array(DIGEST_WORDS)
    for (const text of ['', good.slice(1), `${good}=`, `${good}A`, `${good.slice(0, -1)}*`, `é${good.slice(1)}`, `${'A'.repeat(42)}B`, `+${good.slice(1)}`])
      expect(readBase64urlDigest(text, into)).toBe(false)
  })
})
