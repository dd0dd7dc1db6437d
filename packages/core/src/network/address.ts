import { fail, ok, type Result } from '../result.ts'
import { redactSecrets } from '../secret/redact.ts'

/** An IP address. IPv4-mapped IPv6 addresses (RFC 4291 section 2.5.5.2) are IPv4 here. */
export interface Address {
  readonly family: 4 | 6
  /** Unsigned 32-bit integers, most significant first: one for IPv4, four for IPv6. */
  readonly words: readonly number[]
  /** Dotted decimal, or the canonical form of RFC 5952. */
  readonly text: string
}

/** The longest text of an IPv6 address: eight groups would take 39, a dotted tail makes it 45. */
const LONGEST_TEXT = 45

/**
 * Strict dotted decimal (no leading zeros, no octal, all four numbers) or IPv6 (RFC 4291 section 2.2). Nothing around it: no
 * port, brackets, zone id or spaces. Never throws; a failure is one sentence for a person.
 */
export function parseAddress(text: string): Result<Address, string> {
  const ipv4 = parseIpv4Fast(text)
  if (ipv4 >= 0) return ok(addressOf([ipv4]))
  const words = new Uint32Array(4)
  const family = readIpv6(text, words)
  if (family === 0) return fail(whyNotAnAddress(text))
  return ok(addressOf(family === 4 ? [words[3] as number] : [...words]))
}

/** One word (IPv4) or four words (IPv6) -> address with its canonical text. */
export function addressOf(words: readonly number[]): Address {
  return words.length === 1 ? { family: 4, words, text: formatIpv4(words[0] as number) } : { family: 6, words, text: formatIpv6(words) }
}

/**
 * What usage records are grouped by: IPv4 as it is, IPv6 its /64 (one subscriber has at least that many addresses), e.g.
 * `2001:db8:1:2::/64`. Anything that is no address is `unknown`, so that nobody can make groups at will.
 */
export function addressGroup(text: string): string {
  const parsed = parseAddress(text)
  if (!parsed.ok) return 'unknown'
  const { family, words } = parsed.value
  return family === 4 ? parsed.value.text : `${formatIpv6([words[0] as number, words[1] as number, 0, 0])}/64`
}

/** Dotted decimal from `start` to the end of the text -> unsigned 32-bit integer, or -1. Allocates nothing. */
export function parseIpv4Fast(text: string, start = 0): number {
  const length = text.length
  if (length - start < 7 || length - start > 15) return -1
  let value = 0
  let part = 0
  let digits = 0
  let dots = 0
  for (let index = start; index < length; index++) {
    const code = text.charCodeAt(index)
    if (code === 46) {
      if (digits === 0 || dots === 3) return -1
      value = value * 256 + part
      part = 0
      digits = 0
      dots++
    } else {
      // A leading zero is octal to some readers and decimal to others (RFC 6943 section 3.1.1): refused.
      if (code < 48 || code > 57 || (digits > 0 && part === 0)) return -1
      part = part * 10 + code - 48
      digits++
      if (part > 255) return -1
    }
  }
  return dots === 3 && digits > 0 ? value * 256 + part : -1
}

const groups = new Uint16Array(8)

/**
 * IPv6 text -> four words. Allocates nothing.
 * @returns 6; or 4 when it is IPv4-mapped (the IPv4 address is `words[3]`); or 0 when it is not an IPv6 address.
 */
export function readIpv6(text: string, words: Uint32Array): 0 | 4 | 6 {
  if (!readGroups(text)) return 0
  for (let index = 0; index < 4; index++) {
    words[index] = (((groups[2 * index] as number) << 16) | (groups[2 * index + 1] as number)) >>> 0
  }
  return words[0] === 0 && words[1] === 0 && words[2] === 0xffff ? 4 : 6
}

/** Reads eight groups into `groups`; false when the text is not an IPv6 address. */
function readGroups(text: string): boolean {
  const length = text.length
  if (length < 2 || length > LONGEST_TEXT) return false
  let index = 0
  let count = 0
  // How many groups stand before `::`; -1: there is none.
  let gap = -1
  if (text.charCodeAt(0) === 58) {
    if (text.charCodeAt(1) !== 58) return false
    gap = 0
    index = 2
  }
  while (index < length) {
    if (count === 8) return false
    const start = index
    let value = 0
    let digit = hexDigit(text.charCodeAt(index))
    while (digit >= 0) {
      if (index - start === 4) return false
      value = (value << 4) | digit
      index++
      digit = index < length ? hexDigit(text.charCodeAt(index)) : -1
    }
    if (index === start) return false
    if (text.charCodeAt(index) === 46) {
      const tail = parseIpv4Fast(text, start)
      if (tail < 0 || count > 6) return false
      groups[count++] = tail >>> 16
      groups[count++] = tail & 0xffff
      break
    }
    groups[count++] = value
    if (index === length) break
    if (text.charCodeAt(index) !== 58 || ++index === length) return false
    if (text.charCodeAt(index) === 58) {
      if (gap >= 0) return false
      gap = count
      index++
    }
  }
  if (gap < 0) return count === 8
  // `::` stands for one group or more.
  if (count === 8) return false
  groups.copyWithin(8 - (count - gap), gap, count)
  groups.fill(0, gap, 8 - (count - gap))
  return true
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  if (code >= 97 && code <= 102) return code - 87
  if (code >= 65 && code <= 70) return code - 55
  return -1
}

/** Unsigned 32-bit integer -> dotted decimal. */
export function formatIpv4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`
}

/** Four words -> RFC 5952 section 4: lower case, no leading zeros, the first longest run of at least two zero groups is `::`. */
export function formatIpv6(words: readonly number[]): string {
  const parts: number[] = words.flatMap((word) => [word >>> 16, word & 0xffff])
  let runStart = -1
  let runLength = 1
  for (let start = 0; start < 8; start++) {
    let end = start
    while (end < 8 && parts[end] === 0) end++
    if (end - start > runLength) {
      runStart = start
      runLength = end - start
    }
    if (end > start) start = end
  }
  const hex = (from: number, to: number) =>
    parts
      .slice(from, to)
      .map((part) => part.toString(16))
      .join(':')
  return runStart < 0 ? hex(0, 8) : `${hex(0, runStart)}::${hex(runStart + runLength, 8)}`
}

/** A wrong text in quotes, at most 60 characters of it; a secret pasted into the wrong field does not come back. */
export function quoted(text: string): string {
  const shown = redactSecrets(text.slice(0, 300))
  return JSON.stringify(text.length > 300 || shown.length > 60 ? `${shown.slice(0, 59)}…` : shown)
}

function whyNotAnAddress(text: string): string {
  const shown = quoted(text)
  if (text === '') return 'An IP address must not be empty.'
  if (/\s/.test(text)) return `${shown} contains white space; write one address alone.`
  if (text.includes('%')) return `${shown} has a zone id; write the address without "%" and what follows it.`
  if (/^\[|\]/.test(text) || /^\d+(\.\d+){3}:\d+$/.test(text)) return `${shown} has brackets or a port; write the address alone.`
  if (/^\d+(\.\d+){3}$/.test(text)) {
    const leadingZero = text.split('.').some((part) => part.length > 1 && part.startsWith('0'))
    return leadingZero ? `${shown} has a number with a leading zero; write plain decimal numbers.` : `${shown} has a number above 255.`
  }
  return `${shown} is not an IP address.`
}
