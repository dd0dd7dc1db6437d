const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Names of keys as UTF-8 in one buffer, two bytes of length in front; place 0 is the empty name. */
export class NameHeap {
  #bytes: Uint8Array
  #used = 2
  #wasted = 0

  constructor(expectedBytes = 1024) {
    this.#bytes = new Uint8Array(Math.max(expectedBytes, 64))
  }

  get byteLength(): number {
    return this.#bytes.byteLength
  }

  /** True when more than half of a large heap is names that nobody uses. */
  get wantsCompaction(): boolean {
    return this.#wasted > 65_536 && this.#wasted > this.#used / 2
  }

  /** @returns the place of the name. */
  add(name: string): number {
    if (name === '') return 0
    const most = name.length * 3 + 2
    if (this.#used + most > this.#bytes.length) {
      const larger = new Uint8Array(Math.ceil(Math.max(this.#bytes.length * 1.25, this.#used + most)))
      larger.set(this.#bytes.subarray(0, this.#used))
      this.#bytes = larger
    }
    const at = this.#used
    const { written } = encoder.encodeInto(name, this.#bytes.subarray(at + 2))
    this.#bytes[at] = written >> 8
    this.#bytes[at + 1] = written & 255
    this.#used = at + 2 + written
    return at
  }

  discard(at: number): void {
    if (at !== 0) this.#wasted += 2 + this.#lengthAt(at)
  }

  read(at: number): string {
    return at === 0 ? '' : decoder.decode(this.#bytes.subarray(at + 2, at + 2 + this.#lengthAt(at)))
  }

  #lengthAt(at: number): number {
    return ((this.#bytes[at] as number) << 8) | (this.#bytes[at + 1] as number)
  }
}
