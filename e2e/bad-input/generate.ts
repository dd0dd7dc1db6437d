/** Numbers from a seed (mulberry32): a failure is the same failure the next time. */
export class Dice {
  #state: number
  constructor(seed: number) {
    this.#state = seed
  }
  /** A whole number from 0 to below `count`. */
  below(count: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * count)
  }
  one<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item
  }
  some<Item>(most: number, make: () => Item): Item[] {
    return Array.from({ length: this.below(most + 1) }, make)
  }
}

const NASTY = [
  '',
  ' ',
  '0',
  '-1',
  '1e999',
  'null',
  'true',
  'NaN',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '../..',
  '%00',
  '%',
  '%ZZ',
  '%C3%28',
  '\u0000',
  '\ud800',
  '\u2028',
  '\ufeff',
  '😀',
  'ａ',
  "' OR 1=1 --",
  '"; DROP TABLE keys; --',
  '${x}',
  '{{x}}',
  '<script>',
  'a'.repeat(300),
  'x'.repeat(9_000),
  'any',
  'all',
  'acme',
  'kw',
  'plain',
  'vault',
  'orders',
  'live',
  'org_00000000000000000000000000',
  'key_00000000000000000000000000',
  '2026-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '0000-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-01-01T24:00:00+99:99',
  '1h',
  '1month',
  '0s',
  '99999999999999d',
  '10.0.0.0/8',
  '10.0.0.1/8',
  '::1',
  '::ffff:10.0.0.1',
  'fe80::1%eth0',
  '999.1.1.1',
  '/',
  'Bearer x',
  'Basic ====',
  'pln_',
  '_',
  'kw_mgmt_x',
  '=1+1',
  '\\',
  '[',
  '(((((((((((',
  'a*',
  '\t\r\n',
]
const NUMBERS = [0, -0, 1, -1, 0.5, 1e21, 1e308, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER + 2, -2_147_483_648, 3_153_600_001]

/** Some text, mostly such as breaks things. */
export function anyText(dice: Dice): string {
  return dice.below(4) === 0 ? String.fromCharCode(...dice.some(20, () => dice.below(0x300))) : dice.one(NASTY) + (dice.below(5) === 0 ? dice.one(NASTY) : '')
}

/** Any JSON value. */
export function anyValue(dice: Dice, depth = 0): unknown {
  const kind = dice.below(depth > 3 ? 4 : 6)
  if (kind === 0) return dice.one([null, true, false])
  if (kind === 1) return dice.one(NUMBERS)
  if (kind < 4) return anyText(dice)
  if (kind === 4) return dice.some(4, () => anyValue(dice, depth + 1))
  return Object.fromEntries(dice.some(4, () => [anyText(dice), anyValue(dice, depth + 1)]))
}

/** A right value with something in it exchanged, added, taken away or put twice. */
export function mutated(dice: Dice, value: unknown, depth = 0): unknown {
  if (dice.below(6) === 0 || depth > 5) return anyValue(dice)
  if (Array.isArray(value)) {
    const list = value.length === 0 ? [] : value.map((item) => (dice.below(value.length) === 0 ? mutated(dice, item, depth + 1) : item))
    return dice.below(4) === 0 ? [...list, ...list, anyValue(dice)] : list
  }
  if (typeof value !== 'object' || value === null) return dice.below(2) === 0 ? value : anyValue(dice)
  const entries = Object.entries(value).filter(() => dice.below(12) > 0)
  const changed = entries.map(([name, item]) => [name, dice.below(Math.max(2, entries.length)) === 0 ? mutated(dice, item, depth + 1) : item])
  if (dice.below(8) === 0) changed.push([anyText(dice), anyValue(dice)])
  return Object.fromEntries(changed)
}

/** Bytes of a text with some of them changed, cut off or doubled. */
export function corrupted(dice: Dice, text: string): Buffer {
  let bytes = Buffer.from(text)
  for (let times = dice.below(4); times > 0 && bytes.length > 0; times--) {
    const at = dice.below(bytes.length)
    const kind = dice.below(4)
    if (kind === 0) bytes[at] = dice.below(256)
    else if (kind === 1) bytes = bytes.subarray(0, at)
    else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([dice.below(256)]), bytes.subarray(at)])
    else bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(dice.below(bytes.length))])
  }
  return bytes
}
