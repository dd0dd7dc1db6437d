/** Every id is one of these prefixes, `_`, and 26 characters of Crockford base32 (lower case): 48 bits of time, 80 random. */
export const ID_PREFIXES = {
  organization: 'org',
  key: 'key',
  auditEvent: 'evt',
  request: 'req',
  message: 'msg',
  installation: 'ins',
  session: 'ses',
  person: 'per',
  member: 'mem',
  invitation: 'inv',
} as const

export type IdKind = keyof typeof ID_PREFIXES

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
/** Two characters at once: ids are written with every decision. */
const PAIRS = Array.from({ length: 1024 }, (_none, value) => `${ALPHABET[value >>> 5]}${ALPHABET[value & 31]}`)
const ID_BODY = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/

/** The organization that holds Keywright's own keys of the operators; no organization call can address it. */
export const RESERVED_ORGANIZATION_ID = 'org_00000000000000000000000000'

/** The time part of the id made last: within a millisecond it is the same. */
let lastTime = Number.NaN
let lastTimeText = ''

/**
 * Makes an id that sorts by creation.
 * @param now milliseconds; @param random exactly 10 random bytes, at `offset`.
 */
export function makeId(kind: IdKind, now: number, random: Uint8Array, offset = 0): string {
  if (now !== lastTime) {
    const upper = Math.floor(now / 2 ** 40)
    const lower = now % 2 ** 40
    lastTimeText = PAIRS[upper & 255] + fortyBits(Math.floor(lower / 2 ** 20), lower % 2 ** 20)
    lastTime = now
  }
  return `${ID_PREFIXES[kind]}_${lastTimeText}${fiveBytes(random, offset)}${fiveBytes(random, offset + 5)}`
}

/** True when the text has the form of an id of that kind. */
export function isId(kind: IdKind, text: string): boolean {
  const prefix = ID_PREFIXES[kind]
  return text.length === prefix.length + 27 && text.startsWith(`${prefix}_`) && ID_BODY.test(text.slice(prefix.length + 1))
}

/** True when the text has the form of an id of any kind; slugs must not. */
export function looksLikeId(text: string): boolean {
  return Object.values(ID_PREFIXES).some((prefix) => text.startsWith(`${prefix}_`))
}

/** 16 bytes at `offset` -> 26 characters (128 bits, most significant first, two zero bits in front). */
export function encodeIdBody(bytes: Uint8Array, offset: number): string {
  return `${PAIRS[bytes[offset] as number]}${fiveBytes(bytes, offset + 1)}${fiveBytes(bytes, offset + 6)}${fiveBytes(bytes, offset + 11)}`
}

/** Five bytes are eight characters. */
function fiveBytes(bytes: Uint8Array, at: number): string {
  const middle = bytes[at + 2] as number
  return fortyBits(
    ((bytes[at] as number) << 12) | ((bytes[at + 1] as number) << 4) | (middle >>> 4),
    ((middle & 15) << 16) | ((bytes[at + 3] as number) << 8) | (bytes[at + 4] as number),
  )
}

/** Twice twenty bits. */
function fortyBits(upper: number, lower: number): string {
  return `${PAIRS[upper >>> 10]}${PAIRS[upper & 1023]}${PAIRS[lower >>> 10]}${PAIRS[lower & 1023]}`
}

/** 26 characters -> 16 bytes written at `offset`. The text must be a valid id body. */
export function decodeIdBody(text: string, into: Uint8Array, offset: number): void {
  let buffer = ALPHABET.indexOf(text[0] as string)
  let bits = 3
  let index = 0
  for (let position = 1; position < 26; position++) {
    buffer = (buffer << 5) | ALPHABET.indexOf(text[position] as string)
    bits += 5
    if (bits >= 8) {
      bits -= 8
      into[offset + index++] = (buffer >>> bits) & 255
      buffer &= (1 << bits) - 1
    }
  }
}
