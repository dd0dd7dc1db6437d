import { BASE62, CHECKSUM_LENGTH, checksumOf } from './checksum.ts'
import { LONGEST_BODY, SECRET_PREFIX, SHORTEST_BODY } from './format.ts'
import { Secret } from './secret.ts'

/** A cryptographically secure source: exactly `count` bytes. */
export type RandomBytes = (count: number) => Uint8Array

export interface SecretForm {
  /** 1-20 of a-z 0-9 `_`, neither beginning nor ending with `_`. */
  prefix: string
  /** Alphanumerics after `prefix_`, 36 to 128; the last six are the checksum. */
  length: number
}

/** The largest multiple of 62 in a byte: bytes from here on would make the first eight characters more frequent. */
const FAIR = 248
/** Far beyond chance: a fair source fails one block in about 10^15, a broken one would hold us for ever. */
const MOST_BLOCKS = 32

/**
 * Makes a secret of which every character is equally likely.
 * @throws RangeError for a prefix or length that a key type could not have; Error when the source is broken.
 */
export function generateSecret(form: SecretForm, randomBytes: RandomBytes): Secret {
  const { prefix, length } = form
  if (!SECRET_PREFIX.test(prefix)) throw new RangeError('The prefix of a secret must be 1 to 20 of a-z, 0-9 and "_", neither beginning nor ending with "_".')
  if (!Number.isInteger(length) || length < SHORTEST_BODY || length > LONGEST_BODY) {
    throw new RangeError(`The length of a secret must be ${SHORTEST_BODY} to ${LONGEST_BODY}.`)
  }
  const text = `${prefix}_${randomText(length - CHECKSUM_LENGTH, randomBytes)}`
  return new Secret(text + checksumOf(text))
}

function randomText(count: number, randomBytes: RandomBytes): string {
  let text = ''
  for (let block = 0; block < MOST_BLOCKS; block++) {
    // One in 32 bytes is thrown away; a sixth more than needed makes a second block rare.
    const wanted = Math.ceil((count - text.length) * 1.17) + 4
    const bytes = randomBytes(wanted)
    if (bytes.length !== wanted) throw new Error(`The random source gave ${bytes.length} bytes instead of ${wanted}.`)
    for (const byte of bytes) {
      if (byte >= FAIR) continue
      text += BASE62.charAt(byte % 62)
      if (text.length === count) return text
    }
  }
  throw new Error('The random source gives bytes that are not random.')
}
