import { CHECKSUM_LENGTH, crc32, encodeChecksum } from './checksum.ts'

/** Alphanumerics after `prefix_`, the checksum included. 36 leave 30 random ones: 178 bits. */
export const SHORTEST_BODY = 36
export const LONGEST_BODY = 128

/**
 * The same expression as PREFIX in configuration/fields.ts (a test compares them), repeated so that the SDK's verifier,
 * which reads secrets but no configuration files, does not carry the schema library.
 */
export const SECRET_PREFIX = /^[a-z0-9](?:[a-z0-9_]{0,18}[a-z0-9])?$/

const LONGEST_SECRET = 20 + 1 + LONGEST_BODY

export interface ParsedSecret {
  /** Everything before the last `_`. */
  prefix: string
  /** Everything after the last `_`: the random part and the six characters of checksum. */
  body: string
  /** False: mistyped, cut and lengthened again, or made up. */
  checksumOk: boolean
}

/**
 * `prefix_body` -> its parts. The prefix ends at the last `_`.
 * @returns null when the text does not have the form of a secret at all; never throws.
 */
export function parseSecret(text: string): ParsedSecret | null {
  const separator = separatorOf(text)
  if (separator < 0) return null
  return { prefix: text.slice(0, separator), body: text.slice(separator + 1), checksumOk: checksumHolds(text) }
}

/** True when the text has the form of a secret and its last six characters are the checksum of the rest. */
export function hasValidChecksum(text: string): boolean {
  return separatorOf(text) >= 0 && checksumHolds(text)
}

/** Where the last `_` stands in a well-formed secret; -1 when it is not one. */
function separatorOf(text: string): number {
  if (text.length > LONGEST_SECRET) return -1
  const separator = text.lastIndexOf('_')
  const bodyLength = text.length - separator - 1
  if (separator < 1 || bodyLength < SHORTEST_BODY || bodyLength > LONGEST_BODY) return -1
  for (let index = separator + 1; index < text.length; index++) {
    if (!isAlphanumeric(text.charCodeAt(index))) return -1
  }
  return SECRET_PREFIX.test(text.slice(0, separator)) ? separator : -1
}

function checksumHolds(text: string): boolean {
  const end = text.length - CHECKSUM_LENGTH
  return text.endsWith(encodeChecksum(crc32(text, end)))
}

function isAlphanumeric(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
}
