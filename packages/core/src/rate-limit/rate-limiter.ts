/** `calls` in any interval of `per` seconds. */
export interface RateLimit {
  calls: number
  per: number
}

export type Taken = { allowed: true } | { allowed: false; retryAfterMs: number }

/** What is left of one limit. */
export interface RateLimitState extends RateLimit {
  remaining: number
  /** Milliseconds until all of it is there again, if nothing is spent meanwhile. */
  resetMs: number
}

/** Sub-windows an interval is cut into; the current one and this many before it are summed. */
const SUB_WINDOWS = 60
const DEFAULT_MAX_KEYS = 1_000_000
/** How many ids are looked at to make room for one. */
const EVICTION_SAMPLE = 32

const ALLOWED: Taken = Object.freeze({ allowed: true })

/** What one id spent, for one length of interval. */
interface Counter {
  readonly per: number
  /** Milliseconds of a sub-window. */
  readonly width: number
  total: number
  /** Number of a sub-window and what was spent in it, in turn, oldest first; untouched ones are absent. */
  readonly spent: number[]
}

/**
 * Never more than `calls` in any interval of `per` seconds, wherever it begins. Sixty sub-windows, the current one summed with
 * the sixty before it, always cover the whole interval, so the count is never too small; it forgets a call at most one
 * sub-window (a sixtieth of the interval) late. Counters belong to an id and a `per`: a changed `calls` keeps its count.
 *
 * Memory: one entry for each touched sub-window. When `maxKeys` ids are in use and none of those looked at is idle, the one
 * that spent least is forgotten: the only case in which the promise above breaks; `evicted` counts it.
 */
export class RateLimiter {
  readonly #maxKeys: number
  readonly #counters = new Map<string, Counter[]>()
  #cursor: MapIterator<[string, Counter[]]> | null = null
  #now = 0
  #evicted = 0

  constructor(options: { maxKeys?: number } = {}) {
    this.#maxKeys = options.maxKeys ?? DEFAULT_MAX_KEYS
  }

  /** Number of ids in memory. */
  get size(): number {
    return this.#counters.size
  }

  /** How often an id that was not idle had to be forgotten. */
  get evicted(): number {
    return this.#evicted
  }

  /**
   * Spends `cost` calls if every limit has room for them; otherwise nothing. A cost of 0 spends nothing.
   * @param now milliseconds; an earlier one than before counts as the latest seen.
   * @returns refused: `retryAfterMs` after `now` the same call passes, and no sooner, if nothing else is spent meanwhile;
   *   Infinity when it can never pass.
   * @throws RangeError when `cost` is not a whole number from 0.
   */
  take(id: string, limits: readonly RateLimit[], cost: number, now: number): Taken {
    if (!Number.isSafeInteger(cost) || cost < 0) throw new RangeError('The cost of a call must be a whole number from 0.')
    const time = this.#advance(now)
    const counters = this.#counters.get(id)
    let freeAt = time
    for (const { calls, per } of limits) {
      if (cost > calls) return { allowed: false, retryAfterMs: Number.POSITIVE_INFINITY }
      const counter = counterOf(counters, per)
      if (counter === undefined) continue
      forget(counter, time)
      if (counter.total + cost > calls) freeAt = Math.max(freeAt, timeOfRoom(counter, calls - cost))
    }
    if (freeAt > time) return { allowed: false, retryAfterMs: freeAt - now }
    if (cost > 0 && limits.length > 0) this.#spend(id, counters, limits, cost, time)
    return ALLOWED
  }

  /**
   * Calls that were taken at `from` count as made at `to` instead, and only so many of them; `to` is now or before, and not before `from`.
   * @param taken how many `take` was asked for, and @param made how many of them count from now on.
   */
  move(id: string, limits: readonly RateLimit[], { taken, made }: { taken: number; made: number }, from: number, to: number): void {
    this.#advance(to)
    const known = this.#counters.get(id)
    for (const per of new Set(limits.map((limit) => limit.per))) {
      const counter = counterOf(known, per)
      if (counter === undefined) continue
      takeOut(counter, taken, from)
      if (made > 0) putIn(counter, made, to)
    }
  }

  /** The instant that counts: never less than before. */
  instantAt(now: number): number {
    return this.#advance(now)
  }

  /** How many calls would pass now: the smallest room of all limits; Infinity without any. Spends nothing. */
  remaining(id: string, limits: readonly RateLimit[], now: number): number {
    const time = this.#advance(now)
    const counters = this.#counters.get(id)
    let room = Number.POSITIVE_INFINITY
    for (const { calls, per } of limits) {
      const counter = counterOf(counters, per)
      if (counter !== undefined) forget(counter, time)
      room = Math.min(room, Math.max(0, calls - (counter?.total ?? 0)))
    }
    return room
  }

  /** What is left of each limit. Spends nothing. */
  state(id: string, limits: readonly RateLimit[], now: number): RateLimitState[] {
    const time = this.#advance(now)
    const counters = this.#counters.get(id)
    return limits.map(({ calls, per }) => {
      const counter = counterOf(counters, per)
      if (counter !== undefined) forget(counter, time)
      const spent = counter?.total ?? 0
      return { calls, per, remaining: Math.max(0, calls - spent), resetMs: counter === undefined || spent === 0 ? 0 : timeOfRoom(counter, 0) - now }
    })
  }

  /**
   * Drops what is idle: counters of which nothing counts any more.
   * @param most how many ids to look at; the next call goes on where this one stopped. Default: all.
   * @returns how many ids were dropped.
   */
  sweep(now: number, most: number = Number.POSITIVE_INFINITY): number {
    const time = this.#advance(now)
    const before = this.#counters.size
    for (let looked = Math.min(most, before); looked > 0; looked--) {
      const entry = this.#nextEntry()
      if (entry === null) break
      this.#dropIdle(entry, time)
    }
    return before - this.#counters.size
  }

  #advance(now: number): number {
    if (now > this.#now) this.#now = now
    return this.#now
  }

  #spend(id: string, known: Counter[] | undefined, limits: readonly RateLimit[], cost: number, time: number): void {
    const counters = known ?? [newCounter((limits[0] as RateLimit).per, time)]
    if (known === undefined) {
      if (this.#counters.size >= this.#maxKeys) this.#makeRoom(time)
      this.#counters.set(id, counters)
    }
    for (let index = 0; index < limits.length; index++) {
      const per = (limits[index] as RateLimit).per
      // Two limits of one interval share a counter: it is spent from once.
      if (limits.findIndex((limit) => limit.per === per) !== index) continue
      let counter = counterOf(counters, per)
      if (counter === undefined) {
        counter = newCounter(per, time)
        counters.push(counter)
      }
      add(counter, cost, time)
    }
  }

  #makeRoom(time: number): void {
    let least: string | null = null
    let leastSpent = Number.POSITIVE_INFINITY
    for (let looked = 0; looked < EVICTION_SAMPLE; looked++) {
      const entry = this.#nextEntry()
      if (entry === null) break
      if (this.#dropIdle(entry, time)) continue
      const spent = entry[1].reduce((sum, counter) => sum + counter.total, 0)
      if (spent < leastSpent) [least, leastSpent] = [entry[0], spent]
    }
    if (this.#counters.size < this.#maxKeys || least === null) return
    this.#counters.delete(least)
    this.#evicted++
  }

  /** Goes round all ids; a Map's iterator survives changes of the Map. */
  #nextEntry(): [string, Counter[]] | null {
    for (let attempt = 0; attempt < 2; attempt++) {
      this.#cursor ??= this.#counters.entries()
      const next = this.#cursor.next()
      if (!next.done) return next.value
      this.#cursor = null
    }
    return null
  }

  /** True when nothing of the id counted any more and it is gone. */
  #dropIdle([id, counters]: [string, Counter[]], time: number): boolean {
    for (let index = counters.length - 1; index >= 0; index--) {
      const counter = counters[index] as Counter
      forget(counter, time)
      if (counter.spent.length === 0) counters.splice(index, 1)
    }
    return counters.length === 0 && this.#counters.delete(id)
  }
}

/** Begins with the current sub-window: an array that is written out takes two places, one that is pushed to takes seventeen. */
function newCounter(per: number, time: number): Counter {
  const width = Math.ceil((per * 1000) / SUB_WINDOWS)
  return { per, width, total: 0, spent: [Math.floor(time / width), 0] }
}

function counterOf(counters: Counter[] | undefined, per: number): Counter | undefined {
  if (counters === undefined) return undefined
  for (let index = 0; index < counters.length; index++) {
    const counter = counters[index] as Counter
    if (counter.per === per) return counter
  }
  return undefined
}

/** Takes out the sub-windows that have left the sum. */
function forget(counter: Counter, time: number): void {
  const { spent } = counter
  if (spent.length === 0) return
  const oldest = Math.floor(time / counter.width) - SUB_WINDOWS
  let gone = 0
  while (gone < spent.length && (spent[gone] as number) < oldest) {
    counter.total -= spent[gone + 1] as number
    gone += 2
  }
  if (gone > 0) spent.splice(0, gone)
}

function add(counter: Counter, cost: number, time: number): void {
  const { spent } = counter
  const current = Math.floor(time / counter.width)
  if (spent.length > 0 && spent[spent.length - 2] === current) (spent[spent.length - 1] as number) += cost
  else spent.push(current, cost)
  counter.total += cost
}

/** Less was spent at that time than was thought; what has left the sum already is not taken out twice. */
function takeOut(counter: Counter, cost: number, at: number): void {
  const { spent } = counter
  const window = Math.floor(at / counter.width)
  for (let place = spent.length - 2; place >= 0 && (spent[place] as number) >= window; place -= 2) {
    if (spent[place] !== window) continue
    const gone = Math.min(cost, spent[place + 1] as number)
    counter.total -= gone
    spent[place + 1] = (spent[place + 1] as number) - gone
    return
  }
}

/** Like `add`, for a time that may lie before the last one. */
function putIn(counter: Counter, cost: number, at: number): void {
  const { spent } = counter
  const window = Math.floor(at / counter.width)
  let place = spent.length
  while (place > 0 && (spent[place - 2] as number) > window) place -= 2
  if (place > 0 && spent[place - 2] === window) spent[place - 1] = (spent[place - 1] as number) + cost
  else spent.splice(place, 0, window, cost)
  counter.total += cost
}

/** When the sum will have fallen to `most`, if nothing is spent: the instant at which enough old sub-windows have left it. */
function timeOfRoom(counter: Counter, most: number): number {
  const { spent, width } = counter
  let rest = counter.total
  let at = 0
  for (; rest > most; at += 2) rest -= spent[at + 1] as number
  return ((spent[at - 2] as number) + SUB_WINDOWS + 1) * width
}
