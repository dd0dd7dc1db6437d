import { createHash, timingSafeEqual } from 'node:crypto'
import type { RandomBytes } from '../../kernel/random.ts'

const HOW_MANY = 10
/** Without i, l, o and u, which people misread. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** Ten codes of 50 random bits, for a day without the authenticator; each works once. */
export function makeBackupCodes(random: RandomBytes): string[] {
  return Array.from({ length: HOW_MANY }, () => {
    const letters = [...random(10)].map((byte) => ALPHABET[byte & 31]).join('')
    return `${letters.slice(0, 5)}-${letters.slice(5)}`
  })
}

/** The codes that are left when this one is used; null: it is none of them. Case, spaces and dashes do not matter. */
export function useBackupCode(codes: readonly string[], given: string): string[] | null {
  const wanted = digest(given)
  let used = -1
  for (const [index, code] of codes.entries()) if (timingSafeEqual(digest(code), wanted)) used = index
  return used === -1 ? null : codes.filter((_code, index) => index !== used)
}

function digest(code: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(code.toLowerCase().replaceAll(/[\s-]/g, '')).digest())
}
