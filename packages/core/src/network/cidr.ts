import { fail, ok, type Result } from '../result.ts'
import { addressOf, parseAddress, quoted } from './address.ts'

/** A network, or a single address (then `prefixLength` is 32 or 128). */
export interface Cidr {
  readonly family: 4 | 6
  /** The lowest address: one (IPv4) or four (IPv6) unsigned 32-bit integers, most significant first. */
  readonly words: readonly number[]
  /** 0 to 32 or 0 to 128. */
  readonly prefixLength: number
  /** Canonical: `10.0.0.0/8`, `2001:db8::/32`; a single address is written bare. Equal sets have equal texts. */
  readonly text: string
}

/**
 * An address, or a network in CIDR notation (RFC 4632, RFC 4291 section 2.3). Host bits must be zero; IPv4-mapped networks
 * (`::ffff:10.0.0.0/104`) fold to IPv4. Never throws; a failure is one sentence for a person.
 */
export function parseCidr(text: string): Result<Cidr, string> {
  const slash = text.indexOf('/')
  const written = slash < 0 ? text : text.slice(0, slash)
  const address = parseAddress(written)
  if (!address.ok) return address
  const { family, words } = address.value
  const bits = family === 4 ? 32 : 128
  if (slash < 0) return ok({ family, words, prefixLength: bits, text: address.value.text })

  // A mapped network counts its prefix from the 96 bits that IPv4 does not have.
  const writtenBits = written.includes(':') ? 128 : 32
  const suffix = text.slice(slash + 1)
  if (!/^(?:0|[1-9]\d{0,2})$/.test(suffix) || Number(suffix) > writtenBits) {
    return fail(`${quoted(text)} must end in a prefix length from 0 to ${writtenBits} after the "/".`)
  }
  const prefixLength = Number(suffix) - (writtenBits - bits)
  if (prefixLength < 0) {
    // Wider than the IPv4-mapped block: an IPv6 network after all, and then the ffff of the block are host bits.
    const lowest = addressOf(lowestOf([0, 0, 0xffff, words[0] as number], Number(suffix)))
    return fail(`${quoted(text)} has host bits set; write ${lowest.text}/${suffix}.`)
  }

  const lowest = lowestOf(words, prefixLength)
  const base = addressOf(lowest).text
  const canonical = prefixLength === bits ? base : `${base}/${prefixLength}`
  if (lowest.some((word, index) => word !== words[index])) return fail(`${quoted(text)} has host bits set; write ${canonical}.`)
  return ok({ family, words: lowest, prefixLength, text: canonical })
}

function lowestOf(words: readonly number[], prefixLength: number): number[] {
  return words.map((word, index) => (word & maskOf(prefixLength - 32 * index)) >>> 0)
}

/** The highest address of a network, in the form of `words`. */
export function lastWordsOf(cidr: Cidr): number[] {
  return cidr.words.map((word, index) => (word | ~maskOf(cidr.prefixLength - 32 * index)) >>> 0)
}

/** A word whose first `count` bits are set; below 0 none, above 32 all. */
function maskOf(count: number): number {
  // `-1 << 32` is `-1 << 0` in JavaScript, so no bits at all need their own case.
  return count <= 0 ? 0 : count >= 32 ? -1 : -1 << (32 - count)
}
