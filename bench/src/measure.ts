/** One row of the report. Fields that do not apply are null. */
export interface Result {
  measure: string
  keys: number | null
  perSecond: number | null
  /** Microseconds; `note` says of what. */
  p50Us: number | null
  p99Us: number | null
  p95Us?: number
  /** Ours divided by the floor's or the peer's rate (or what `unit` says), each the median of interleaved rounds. */
  ratioTo: Record<string, number>
  /** The rates of floors and peers themselves. */
  beside: Record<string, number>
  /** Of `beside`; without it calls a second. */
  unit?: 'microseconds'
  bytesPerKey?: number
  note: string
}

export interface Options {
  /** A short run: the figures mean little, the shape is the same. */
  quick: boolean
  /** Also what takes long: 5,000,000 keys. */
  full: boolean
}

export type Measure = (options: Options) => Promise<Result[]>

export function median(numbers: readonly number[]): number {
  return percentile(numbers, 0.5)
}

export function percentile(numbers: readonly number[], part: number): number {
  const sorted = Float64Array.from(numbers).toSorted()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] as number
}

/** What is compared in one measure: each runs once in each round, so that whatever else the machine does falls on all of them. */
export interface Contestant {
  name: string
  /** @returns calls a second. */
  round(): Promise<number> | number
}

/** The first is ours. @returns its median rate, the others' medians, and ours divided by each. */
export async function compete(
  contestants: readonly Contestant[],
  rounds: number,
): Promise<{ perSecond: number; beside: Record<string, number>; ratioTo: Record<string, number> }> {
  const rates = contestants.map((): number[] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, contestant] of contestants.entries()) rates[index]?.push(await contestant.round())
  }
  const [ours = 0, ...others] = rates.map(median)
  const names = contestants.slice(1).map((contestant) => contestant.name)
  return {
    perSecond: ours,
    beside: Object.fromEntries(names.map((name, index) => [name, others[index] as number])),
    ratioTo: Object.fromEntries(names.map((name, index) => [name, ours / (others[index] as number)])),
  }
}

/** Calls a second of `work`, which makes `calls` of them. */
export async function rateOf(calls: number, work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return (calls * 1000) / (performance.now() - start)
}

/** The same numbers each time (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296
  }
}
