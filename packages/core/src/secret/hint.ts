import { parseSecret } from './format.ts'

/**
 * The only part of a secret that is ever shown again: its prefix and last four characters, e.g. `ucd_…Ab3d`. Those four are
 * of the checksum: they tell keys apart and cost at most 24 bits.
 * @returns `…` for a text that is not a secret, of which we show nothing.
 */
export function hintOf(secret: string): string {
  const parsed = parseSecret(secret)
  return parsed === null ? '…' : `${parsed.prefix}_…${parsed.body.slice(-4)}`
}
