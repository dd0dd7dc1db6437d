import { type Address, parseIpv4Fast, readIpv6 } from './address.ts'
import { type Cidr, lastWordsOf, parseCidr } from './cidr.ts'

/** Up to here a scan is quicker than a search. */
const FEW = 8

/** A compiled set of networks. An IPv6 network never holds an IPv4 address, not even `::/0`: mapped addresses are IPv4. */
export interface AddressSet {
  /** Number of distinct ranges after merging. */
  readonly size: number
  has(address: Address): boolean
  /** The same for an unsigned 32-bit IPv4 address, e.g. from `parseIpv4Fast`; -1 is in no set. Allocates nothing. */
  hasIpv4(value: number): boolean
  /** The same for a text; false when it is no address. */
  hasText(text: string): boolean
}

/**
 * Compiles networks into sorted ranges.
 * @param cidrs as `parseCidr` accepts them. An empty list is the empty set, never everything.
 * @throws TypeError naming the first that is wrong: what comes here was checked when it was stored.
 */
export function compileAddressSet(cidrs: readonly string[]): AddressSet {
  const parsed = cidrs.map((text) => {
    const result = parseCidr(text)
    if (!result.ok) throw new TypeError(result.error)
    return result.value
  })
  return new RangeSet(mergedRanges(parsed, 4), mergedRanges(parsed, 6))
}

class RangeSet implements AddressSet {
  /** First and last address of each range in turn, ascending and disjoint: 2 words a range for IPv4, 8 for IPv6. */
  readonly #ipv4: Uint32Array
  readonly #ipv6: Uint32Array
  readonly #scratch = new Uint32Array(4)

  constructor(ipv4: Uint32Array, ipv6: Uint32Array) {
    this.#ipv4 = ipv4
    this.#ipv6 = ipv6
  }

  get size(): number {
    return this.#ipv4.length / 2 + this.#ipv6.length / 8
  }

  has(address: Address): boolean {
    return address.family === 4 ? this.hasIpv4(address.words[0] as number) : this.#hasIpv6(address.words)
  }

  hasIpv4(value: number): boolean {
    const ranges = this.#ipv4
    if (ranges.length <= 2 * FEW) {
      for (let at = 0; at < ranges.length; at += 2) {
        if (value >= (ranges[at] as number) && value <= (ranges[at + 1] as number)) return true
      }
      return false
    }
    // The last range that begins at or before the value.
    let low = 0
    let high = ranges.length / 2
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((ranges[2 * middle] as number) <= value) low = middle + 1
      else high = middle
    }
    return low > 0 && value <= (ranges[2 * low - 1] as number)
  }

  hasText(text: string): boolean {
    const ipv4 = parseIpv4Fast(text)
    if (ipv4 >= 0) return this.hasIpv4(ipv4)
    const family = readIpv6(text, this.#scratch)
    if (family === 0) return false
    return family === 4 ? this.hasIpv4(this.#scratch[3] as number) : this.#hasIpv6(this.#scratch)
  }

  #hasIpv6(words: ArrayLike<number>): boolean {
    const ranges = this.#ipv6
    let low = 0
    let high = ranges.length / 8
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareWords(ranges, 8 * middle, words, 0) <= 0) low = middle + 1
      else high = middle
    }
    return low > 0 && compareWords(words, 0, ranges, 8 * low - 4) <= 0
  }
}

function mergedRanges(cidrs: readonly Cidr[], family: 4 | 6): Uint32Array {
  const width = family === 4 ? 1 : 4
  const networks = cidrs
    .filter((cidr) => cidr.family === family)
    .sort((one, other) => compareWords(one.words, 0, other.words, 0, width) || one.prefixLength - other.prefixLength)
  const ranges: number[] = []
  for (const network of networks) {
    // Two networks are nested or apart; after this sort the outer one comes first.
    const inside = ranges.length > 0 && compareWords(network.words, 0, ranges, ranges.length - width, width) <= 0
    if (!inside) ranges.push(...network.words, ...lastWordsOf(network))
  }
  return Uint32Array.from(ranges)
}

function compareWords(one: ArrayLike<number>, oneAt: number, other: ArrayLike<number>, otherAt: number, width = 4): number {
  for (let index = 0; index < width; index++) {
    const difference = (one[oneAt + index] as number) - (other[otherAt + index] as number)
    if (difference !== 0) return difference
  }
  return 0
}
