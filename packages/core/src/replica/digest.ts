/** A SHA-256 digest as eight 32-bit words, most significant byte first; two forms of text are read into it. */
export const DIGEST_WORDS = 8

/** 32 characters of latin1 (one a byte) -> eight words at the front of `into`. */
export function readLatin1Digest(text: string, into: Uint32Array): void {
  for (let word = 0; word < DIGEST_WORDS; word++) {
    const at = word * 4
    into[word] = ((text.charCodeAt(at) << 24) | (text.charCodeAt(at + 1) << 16) | (text.charCodeAt(at + 2) << 8) | text.charCodeAt(at + 3)) >>> 0
  }
}

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const VALUES = new Uint8Array(128).fill(255)
for (let index = 0; index < 64; index++) VALUES[BASE64URL.charCodeAt(index)] = index

/**
 * 43 characters of base64url without padding (RFC 4648 section 5) -> eight words.
 * @returns false when the text is not the one canonical form of 32 bytes.
 */
export function readBase64urlDigest(text: string, into: Uint32Array): boolean {
  if (text.length !== 43) return false
  let buffer = 0
  let bits = 0
  let byteIndex = 0
  let word = 0
  for (let index = 0; index < 43; index++) {
    const value = VALUES[text.charCodeAt(index) & 127] as number
    if (value === 255 || text.charCodeAt(index) > 127) return false
    buffer = (buffer << 6) | value
    bits += 6
    if (bits < 8) continue
    bits -= 8
    word = (word << 8) | ((buffer >>> bits) & 255)
    buffer &= (1 << bits) - 1
    if (++byteIndex % 4 === 0) into[byteIndex / 4 - 1] = word >>> 0
  }
  return buffer === 0 && byteIndex === 32
}

/** Eight words at `offset` -> 43 characters of base64url. */
export function printBase64urlDigest(words: Uint32Array, offset: number): string {
  let text = ''
  let buffer = 0
  let bits = 0
  for (let index = 0; index < 32; index++) {
    buffer = (buffer << 8) | (((words[offset + (index >> 2)] as number) >>> (24 - (index & 3) * 8)) & 255)
    bits += 8
    while (bits >= 6) {
      bits -= 6
      text += BASE64URL[(buffer >>> bits) & 63]
    }
    buffer &= (1 << bits) - 1
  }
  return text + BASE64URL[(buffer << 2) & 63]
}
