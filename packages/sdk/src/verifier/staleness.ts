/** Where a verifier takes the time from; exchanged in tests. */
export interface VerifierClock {
  /** Milliseconds since 1970; may be set by anybody. */
  wall(): number
  /** Milliseconds of a clock that nobody can set. */
  steady(): number
}

export const systemClock: VerifierClock = { wall: () => Date.now(), steady: () => performance.now() }

/** So many are remembered that were not answered. */
const MOST_PINGS = 1000

export interface Moment {
  wall: number
  steady: number
}

/**
 * A verifier is fresh until the moment in which it *sent* the last ping that the server answered, plus the bound: an answer says that everything
 * up to its question is here, however long it was on the way. What has passed is the larger of what both clocks say: the wall clock may be set back,
 * the other stands still while some machines sleep.
 */
export class Staleness {
  readonly #clock: VerifierClock
  readonly #sent = new Map<number, Moment>()
  #boundMs: number
  #from: Moment | null = null
  #nextId = 1

  constructor(clock: VerifierClock, boundMs: number) {
    this.#clock = clock
    this.#boundMs = boundMs
  }

  get boundMs(): number {
    return this.#boundMs
  }

  /** The server may allow less than was asked for. */
  set boundMs(boundMs: number) {
    this.#boundMs = boundMs
  }

  /** @returns the id of a ping that is sent right now. */
  ping(): number {
    const id = this.#nextId++
    // A server that goes on and answers none is asked for ever.
    if (this.#sent.size >= MOST_PINGS) this.#sent.delete(this.#sent.keys().next().value as number)
    this.#sent.set(id, this.#now())
    return id
  }

  /** @returns false when no such ping was sent on this connection. */
  answered(id: number): boolean {
    const moment = this.#sent.get(id)
    if (moment === undefined) return false
    this.#from = moment
    for (const earlier of this.#sent.keys()) if (earlier <= id) this.#sent.delete(earlier)
    return true
  }

  /** A connection is gone: what was asked on it is answered no more. */
  forgetPings(): void {
    this.#sent.clear()
  }

  /** Nothing is known any more. */
  reset(): void {
    this.#from = null
    this.#sent.clear()
  }

  /** Goes on from what a file says: `wall` is when the ping was sent; another process' steady clock means nothing. */
  resume(wall: number): void {
    const now = this.#now()
    // Ahead of our clock: somebody set one of them, and nothing can be said.
    if (wall <= now.wall) this.#from = { wall, steady: now.steady - (now.wall - wall) }
  }

  /** When the last answered ping was sent, by the wall clock; null: none was. */
  get freshFrom(): number | null {
    return this.#from?.wall ?? null
  }

  /** Milliseconds since then; Infinity where none was answered. */
  age(now: Moment = this.#now()): number {
    if (this.#from === null) return Number.POSITIVE_INFINITY
    return Math.max(now.wall - this.#from.wall, now.steady - this.#from.steady)
  }

  isFresh(now?: Moment): boolean {
    return this.age(now) < this.#boundMs
  }

  #now(): Moment {
    return { wall: this.#clock.wall(), steady: this.#clock.steady() }
  }
}
