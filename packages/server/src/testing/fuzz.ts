/** One kind of input: `make` makes one from dice; `check` throws when what must hold does not, and says whether the input was taken. */
export interface Target<Input = unknown> {
  name: string
  /** How many of a thousand inputs are of this kind. */
  perThousand: number
  make(dice: Dice): Input
  check(input: Input): boolean
}

export interface Tally {
  name: string
  inputs: number
  /** How many were taken. None, or all, would mean that the inputs try nothing. */
  taken: number
  slowestMs: number
}

/** Keeps the types of `make` and `check` together and forgets them, so that targets stand in one list. */
export function target<Input>(definition: Target<Input>): Target {
  return { ...definition, check: (input) => definition.check(input as Input) }
}

/** Throws `inputs` of this kind at the target. @throws Error with seed, number and input of the first that does what it must not. */
export function fuzz(each: Target, inputs: number, seed: number): Tally {
  let slowestMs = 0
  let taken = 0
  for (let number = 0; number < inputs; number++) {
    // Its own dice for each input: one that fails is made again without those before it.
    const input = each.make(new Dice(seed + number))
    const start = performance.now()
    try {
      if (each.check(input)) taken++
    } catch (error) {
      throw new Error(`${each.name}, input ${number} of seed ${seed}: ${error}\n${told(input).slice(0, 4000)}`, { cause: error })
    }
    slowestMs = Math.max(slowestMs, performance.now() - start)
  }
  return { name: each.name, inputs, taken, slowestMs }
}

function told(input: unknown): string {
  return input instanceof Uint8Array ? `bytes ${Buffer.from(input).toString('base64')}` : JSON.stringify(input)
}

/** What breaks readers: marks of every syntax in use here, numbers at the edges, names that objects inherit. */
const PIECES = [
  '',
  ' ',
  '\t',
  '\n',
  '\r\n',
  '\u0000',
  '\u007f',
  '\u00a0',
  '\ufeff',
  '\u2028',
  '\ud800',
  '😀',
  'é',
  '\\',
  '/',
  '//',
  '..',
  '.',
  ';',
  '#',
  '?',
  '%',
  '%2e',
  '%2F',

  '%252e',
  '%00',
  '%ff',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  ',',
  ':',
  '&a',
  '*a',
  '!!x',
  '<<',
  '---',
  '|',
  '>',
  '-',
  '_',
  '__proto__',
  'constructor',
  'toString',
  '1e999',

  '-0',
  '0x10',
  '9007199254740993',
  'null',
  'true',
  'Bearer ',
  'bearer\t',
  'Basic ',
  'Basic Og==',
  '::',
  '::ffff:',
  '127.0.0.1',
  '0.0.0.0/0',
  '/33',
  '300',
  'eyJ',
  'ucd_',
  '=',
]

/** Random choices that are the same for the same seed (mulberry32). */
export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed
    // Neighbouring seeds begin alike: the first numbers are thrown away.
    for (let round = 0; round < 3; round++) this.next()
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let value = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296
  }

  /** 0 to `end` - 1. */
  below(end: number): number {
    return Math.floor(this.next() * end)
  }

  chance(part: number): boolean {
    return this.next() < part
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item
  }

  some<Item>(items: readonly Item[], part = 0.5): Item[] {
    return items.filter(() => this.chance(part))
  }

  times<Item>(most: number, make: () => Item): Item[] {
    return Array.from({ length: this.below(most + 1) }, make)
  }

  /** Pieces and characters at random; now and then long. */
  text(): string {
    const made = this.times(8, () => (this.chance(0.5) ? this.pick(PIECES) : String.fromCharCode(32 + this.below(this.chance(0.9) ? 95 : 700)))).join('')
    return this.chance(0.01) ? made.repeat(1 + this.below(2_000)) : made
  }

  /** The text with one to four places changed: cut, doubled, replaced, something put in, two halves exchanged. */
  mutate(text: string): string {
    let result = text
    for (let round = 1 + this.below(4); round > 0; round--) {
      const at = this.below(result.length + 1)
      const end = at + this.below(Math.min(12, result.length - at) + 1)
      const [before, piece, after] = [result.slice(0, at), result.slice(at, end), result.slice(end)]
      const kind = this.below(6)
      if (kind === 0) result = before + after
      else if (kind === 1) result = before + piece + piece + after
      else if (kind === 2) result = before + this.pick(PIECES) + piece + after
      else if (kind === 3) result = before + String.fromCharCode(32 + this.below(95)) + result.slice(at + 1)
      else if (kind === 4) result = after + before
      else result = before + this.text().slice(0, 200) + after
    }
    return result
  }

  /** Some value that JSON can hold, with names of `names` among those of objects. */
  value(names: readonly string[], depth = 3): unknown {
    const kind = this.below(depth > 0 ? 9 : 6)
    if (kind === 0) return this.pick([null, true, false])
    if (kind === 1) return this.pick([0, -1, 1.5, 1e21, 2 ** 53, -(2 ** 31), 1_767_225_600_000])
    if (kind < 6) return this.text()
    if (kind === 6) return this.times(4, () => this.value(names, depth - 1))
    return Object.fromEntries(this.times(6, () => [this.chance(0.7) ? this.pick(names) : this.text(), this.value(names, depth - 1)]))
  }

  /** A copy of a JSON value in which one to three places say something else, are missing or came to it. */
  disturb(value: unknown, names: readonly string[]): unknown {
    let result = structuredClone(value)
    for (let round = 1 + this.below(3); round > 0; round--) result = this.#disturbOnce(result, names)
    return result
  }

  #disturbOnce(value: unknown, names: readonly string[]): unknown {
    if (typeof value === 'string' && this.chance(0.6)) return this.mutate(value)
    if (typeof value !== 'object' || value === null || this.chance(0.15)) return this.value(names)
    const entries = Object.entries(value)
    const at = this.below(entries.length + 1)
    const [name, inner] = entries[at] ?? [this.chance(0.5) ? this.pick(names) : this.text(), this.value(names)]
    const rest = entries.filter((_entry, index) => index !== at)
    const kept: [string, unknown][] = this.chance(0.2) ? rest : [...rest, [this.chance(0.1) ? this.mutate(name) : name, this.#disturbOnce(inner, names)]]
    return Array.isArray(value) ? kept.map(([, item]) => item) : Object.fromEntries(kept)
  }
}
