import { DIGEST_WORDS } from './digest.ts'

/** Where the digests live that an index refers to: `reference` -> eight words of `words` from `offset`. */
export interface DigestStore {
  wordsOf(reference: number): Uint32Array
  offsetOf(reference: number): number
}

const LARGEST_LOAD = 0.75
/** Two independent halves, each with one multiplier for every 16 bits of a digest. */
const MULTIPLIERS = 4 * DIGEST_WORDS

/**
 * Digest -> reference, by open addressing with linear probing over one typed array: 4 bytes a slot, no objects. Digests
 * are never taken out: a replaced or removed secret must still be told from an unknown one.
 *
 * A slot holds the reference and, above it, as many bits of the hash as there is room for: a look-up waits for the memory of
 * a digest only when it is almost surely the right one. References must be whole numbers from 0, below twice the digests.
 *
 * Hashing is multilinear in 16-bit pieces under random 32-bit multipliers, of which the upper half is taken (Dietzfelbinger 1996:
 * strongly universal), so that digests somebody has chosen (imported keys) cannot be made to share a slot.
 */
export class DigestIndex {
  #slots: Uint32Array
  #bits: number
  #count = 0
  readonly #store: DigestStore
  readonly #multipliers: Uint32Array

  /** @param seed eight random 32-bit words. @param expected how many digests to make room for. */
  constructor(store: DigestStore, seed: Uint32Array, expected = 0) {
    this.#store = store
    this.#multipliers = expandSeed(seed)
    this.#bits = Math.max(4, Math.ceil(Math.log2((expected + 1) / LARGEST_LOAD)))
    this.#slots = new Uint32Array(2 ** this.#bits)
  }

  get size(): number {
    return this.#count
  }

  get byteLength(): number {
    return this.#slots.byteLength
  }

  /** @returns the reference stored for the digest, or -1. */
  find(digest: Uint32Array): number {
    const value = this.#slots[this.#search(digest)] as number
    return value === 0 ? -1 : this.#referenceIn(value)
  }

  /** Stores or changes the reference of a digest. The store must hold the digest under the reference already. */
  set(digest: Uint32Array, reference: number): void {
    if (this.#count + 1 > this.#slots.length * LARGEST_LOAD) this.#grow()
    const slot = this.#search(digest)
    if (this.#slots[slot] === 0) this.#count++
    this.#slots[slot] = this.#valueFor(hashOf(digest, 0, this.#multipliers), reference)
  }

  /** The slot of the digest, or the empty one where it belongs. */
  #search(digest: Uint32Array): number {
    const slots = this.#slots
    const mask = slots.length - 1
    const hash = hashOf(digest, 0, this.#multipliers)
    // What stands above the reference in a slot of this hash.
    const tag = hash << (this.#bits + 1)
    const referenceMask = mask * 2 + 1
    let slot = hash >>> (32 - this.#bits)
    for (;;) {
      const value = slots[slot] as number
      if (value === 0) return slot
      if (((value ^ tag) & ~referenceMask) === 0 && this.#equals(this.#referenceIn(value), digest)) return slot
      slot = (slot + 1) & mask
    }
  }

  #valueFor(hash: number, reference: number): number {
    return (hash << (this.#bits + 1)) | (reference + 1)
  }

  #referenceIn(value: number): number {
    return (value & (this.#slots.length * 2 - 1)) - 1
  }

  #equals(reference: number, digest: Uint32Array): boolean {
    const words = this.#store.wordsOf(reference)
    const offset = this.#store.offsetOf(reference)
    for (let word = 0; word < DIGEST_WORDS; word++) if (words[offset + word] !== digest[word]) return false
    return true
  }

  #grow(): void {
    const references = this.#slots.filter((value) => value !== 0).map((value) => this.#referenceIn(value))
    this.#bits++
    this.#slots = new Uint32Array(2 ** this.#bits)
    const mask = this.#slots.length - 1
    for (const reference of references) {
      const hash = hashOf(this.#store.wordsOf(reference), this.#store.offsetOf(reference), this.#multipliers)
      let slot = hash >>> (32 - this.#bits)
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
      this.#slots[slot] = this.#valueFor(hash, reference)
    }
  }
}

/** Unsigned 32 bits; upper and lower half are two functions with multipliers of their own. */
export function hashOf(words: Uint32Array, offset: number, by: Uint32Array): number {
  let upper = 0
  let lower = 0
  for (let word = 0, at = 0; word < DIGEST_WORDS; word++, at += 4) {
    const value = words[offset + word] as number
    upper = (upper + Math.imul(value >>> 16, by[at] as number) + Math.imul(value & 0xffff, by[at + 1] as number)) | 0
    lower = (lower + Math.imul(value >>> 16, by[at + 2] as number) + Math.imul(value & 0xffff, by[at + 3] as number)) | 0
  }
  return ((upper & 0xffff0000) | (lower >>> 16)) >>> 0
}

/** Eight random words -> the multipliers, by the finalizer of MurmurHash3 over a counter: the words are secret, so that is enough. */
export function expandSeed(seed: Uint32Array): Uint32Array {
  return Uint32Array.from({ length: MULTIPLIERS }, (_none, index) => {
    let value = (seed[index % seed.length] as number) + Math.imul(index + 1, 0x9e3779b9)
    value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
    value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
    return value ^ (value >>> 16)
  })
}
