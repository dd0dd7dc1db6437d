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

/**
 * Makes an id that sorts by creation.
 * @param now milliseconds; @param random exactly 10 random bytes.
 */
export function makeId(kind: IdKind, now: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16)
  for (let index = 5, rest = now; index >= 0; index--) {
    bytes[index] = rest % 256
    rest = Math.floor(rest / 256)
  }
  bytes.set(random.subarray(0, 10), 6)
  return `${ID_PREFIXES[kind]}_${encodeIdBody(bytes, 0)}`
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
  let text = ''
  let buffer = 0
  let bits = 2
  for (let index = 0; index < 16; index++) {
    buffer = (buffer << 8) | (bytes[offset + index] as number)
    bits += 8
    if (bits < 10) continue
    bits -= 10
    text += PAIRS[(buffer >>> bits) & 1023]
    buffer &= 1023
  }
  return text
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
