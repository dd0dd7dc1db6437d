import { DIGEST_WORDS } from './digest.ts'

/** Where the digests live that an index refers to: `reference` -> eight words of `words` from `offset`. */
export interface DigestStore {
  wordsOf(reference: number): Uint32Array
  offsetOf(reference: number): number
}

const LARGEST_LOAD = 0.75

/**
 * Digest -> reference, by open addressing with linear probing over one typed array: 4 bytes a slot, no objects. Digests
 * are never taken out: a replaced or removed secret must still be told from an unknown one.
 *
 * Slots are chosen by multiply-shift hashing under random odd multipliers, so that digests somebody has chosen (imported keys)
 * cannot be made to share a slot.
 */
export class DigestIndex {
  #slots: Uint32Array
  #shift: number
  #count = 0
  readonly #store: DigestStore
  readonly #multipliers: Uint32Array

  /** @param seed eight random 32-bit words. @param expected how many digests to make room for. */
  constructor(store: DigestStore, seed: Uint32Array, expected = 0) {
    this.#store = store
    this.#multipliers = seed.map((word) => word | 1)
    const bits = Math.max(4, Math.ceil(Math.log2((expected + 1) / LARGEST_LOAD)))
    this.#slots = new Uint32Array(2 ** bits)
    this.#shift = 32 - bits
  }

  get size(): number {
    return this.#count
  }

  get byteLength(): number {
    return this.#slots.byteLength
  }

  /** @returns the reference stored for the digest, or -1. */
  find(digest: Uint32Array): number {
    const slots = this.#slots
    const mask = slots.length - 1
    for (let slot = this.#slotOf(digest, 0); ; slot = (slot + 1) & mask) {
      const value = slots[slot] as number
      if (value === 0) return -1
      if (this.#equals(value - 1, digest)) return value - 1
    }
  }

  /** Stores or changes the reference of a digest. The store must hold the digest under the reference already. */
  set(digest: Uint32Array, reference: number): void {
    if (this.#count + 1 > this.#slots.length * LARGEST_LOAD) this.#grow()
    const mask = this.#slots.length - 1
    let slot = this.#slotOf(digest, 0)
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.#equals((this.#slots[slot] as number) - 1, digest)) {
        this.#slots[slot] = reference + 1
        return
      }
    }
    this.#slots[slot] = reference + 1
    this.#count++
  }

  #slotOf(words: Uint32Array, offset: number): number {
    const by = this.#multipliers
    const hash =
      Math.imul(words[offset] as number, by[0] as number) +
      Math.imul(words[offset + 1] as number, by[1] as number) +
      Math.imul(words[offset + 2] as number, by[2] as number) +
      Math.imul(words[offset + 3] as number, by[3] as number)
    return (hash >>> 0) >>> this.#shift
  }

  #equals(reference: number, digest: Uint32Array): boolean {
    const words = this.#store.wordsOf(reference)
    const offset = this.#store.offsetOf(reference)
    for (let word = 0; word < DIGEST_WORDS; word++) if (words[offset + word] !== digest[word]) return false
    return true
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Uint32Array(old.length * 2)
    this.#shift--
    const mask = this.#slots.length - 1
    for (const value of old) {
      if (value === 0) continue
      let slot = this.#slotOf(this.#store.wordsOf(value - 1), this.#store.offsetOf(value - 1))
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
      this.#slots[slot] = value
    }
  }
}
