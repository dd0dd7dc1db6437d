import { createHmac } from 'node:crypto'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/**
 * What an authenticator shows (RFC 6238: SHA-1, 6 digits, 30 seconds).
 * @param uri `otpauth://totp/...?secret=BASE32`. @param now milliseconds.
 */
export function totpAt(uri: string, now: number): string {
  const parameters = new URL(uri).searchParams
  const bits = [...(parameters.get('secret') ?? '')].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const secret = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 1000 / Number(parameters.get('period') ?? 30))))
  const mac = createHmac('sha1', secret).update(counter).digest()
  const at = (mac.at(-1) as number) & 15
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}
