import { createHmac } from 'node:crypto'

/** An authenticator as RFC 6238 describes it, on its own clock. */
export class Authenticator {
  readonly #key: Buffer

  /** @param uri `otpauth://totp/...?secret=BASE32` */
  constructor(uri: string) {
    this.#key = fromBase32(new URL(uri).searchParams.get('secret') as string)
  }

  /** As a person would type it in. */
  get seed(): string {
    return this.#key.toString()
  }

  code(now: number): string {
    const counter = Buffer.alloc(8)
    counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)))
    const mac = createHmac('sha1', this.#key).update(counter).digest()
    const offset = (mac.at(-1) as number) & 15
    return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
  }
}

function fromBase32(text: string): Buffer {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...text.replaceAll('=', '')].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}
