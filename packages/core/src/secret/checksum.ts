/** The 62 characters of a secret's body and checksum, in the order of their values. */
export const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

export const CHECKSUM_LENGTH = 6

/** CRC-32/ISO-HDLC: reflected polynomial 0xEDB88320, start and final xor 0xFFFFFFFF (the CRC of zlib, gzip and PNG; RFC 1952 section 8). */
const TABLE = /* @__PURE__ */ makeTable()

function makeTable(): Int32Array {
  const table = new Int32Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let value = byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
    table[byte] = value
  }
  return table
}

/**
 * CRC-32 of the first `end` characters, each taken as one byte: the text must be ASCII.
 * @returns an unsigned 32-bit integer.
 */
export function crc32(text: string, end: number = text.length): number {
  let crc = -1
  for (let index = 0; index < end; index++) {
    crc = (crc >>> 8) ^ (TABLE[(crc ^ text.charCodeAt(index)) & 255] as number)
  }
  return (crc ^ -1) >>> 0
}

/** CRC-32 -> six base62 characters, most significant first, padded with `0` (62^6 > 2^32, so it always fits). */
export function encodeChecksum(crc: number): string {
  let text = ''
  for (let rest = crc, digit = 0; digit < CHECKSUM_LENGTH; digit++) {
    text = BASE62.charAt(rest % 62) + text
    rest = Math.floor(rest / 62)
  }
  return text
}

/** The six characters that end a secret which begins with `text` (prefix, `_` and random part). */
export function checksumOf(text: string): string {
  return encodeChecksum(crc32(text))
}
