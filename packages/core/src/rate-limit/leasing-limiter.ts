import { type RateLimit, RateLimiter, type RateLimitState, type Taken } from './rate-limiter.ts'

/** How long a holder may spend what it was lent, at most. */
const LONGEST_HOLD_MS = 5_000
/** The largest part of what is left that goes to one holder at once, so that others find something too. */
const LARGEST_SHARE = 0.25
/** Leases that may be out at once. */
const MOST_LEASES = 200_000

/** Calls that a verifier elsewhere may let through by itself. `calls` 0: none now; `retryAfterMs` says when there may be. */
export type Lent = { lease: number; calls: number; holdMs: number } | { lease: null; calls: 0; retryAfterMs: number }

interface Lease {
  id: string
  holder: string
  limits: readonly RateLimit[]
  calls: number
  /** When they were taken out of the limit. */
  takenAt: number
  /** Until when they may be spent. */
  endsAt: number
  /** They count as spent at `endsAt` now. */
  isMoved: boolean
}

/**
 * A limiter that lends calls. What is lent counts as spent from the moment in which it is lent, and when the holder's time is over as spent then:
 * wherever in between a call was really made, it is in the sum of every interval around it. What comes back unused leaves the sum.
 */
export class LeasingLimiter extends RateLimiter {
  readonly #leases = new Map<number, Lease>()
  /** Leases whose time is not over, by id of the key. */
  readonly #running = new Map<string, Set<number>>()
  #next = 1

  /** How many leases are out. */
  get leased(): number {
    return this.#leases.size
  }

  override take(id: string, limits: readonly RateLimit[], cost: number, now: number): Taken {
    this.#endDue(id, now)
    return super.take(id, limits, cost, now)
  }

  override remaining(id: string, limits: readonly RateLimit[], now: number): number {
    this.#endDue(id, now)
    return super.remaining(id, limits, now)
  }

  override state(id: string, limits: readonly RateLimit[], now: number): RateLimitState[] {
    this.#endDue(id, now)
    return super.state(id, limits, now)
  }

  /** @param want how many calls the holder would like; it gets a fair part of what is left, and at least one where there is one. */
  lend(id: string, holder: string, limits: readonly RateLimit[], want: number, now: number): Lent {
    const left = this.remaining(id, limits, now)
    const calls = Math.min(want, Math.max(1, Math.floor(left * LARGEST_SHARE)))
    if (this.#leases.size >= MOST_LEASES) return { lease: null, calls: 0, retryAfterMs: LONGEST_HOLD_MS }
    const taken = this.take(id, limits, calls, now)
    if (!taken.allowed) return { lease: null, calls: 0, retryAfterMs: taken.retryAfterMs }
    const takenAt = this.instantAt(now)
    // At most half of the shortest interval: what was taken is still in every sum when the lease ends.
    const holdMs = Math.floor(Math.min(LONGEST_HOLD_MS, ...limits.map(({ per }) => per * 500)))
    const lease = this.#next++
    this.#leases.set(lease, { id, holder, limits, calls, takenAt, endsAt: takenAt + holdMs, isMoved: false })
    const running = this.#running.get(id)
    if (running) running.add(lease)
    else this.#running.set(id, new Set([lease]))
    return { lease, calls, holdMs }
  }

  /** What the holder did not spend, and will not. @returns false when there is no such lease of this holder, or it is too late. */
  giveBack(lease: number, holder: string, unused: number, now: number): boolean {
    const known = this.#leases.get(lease)
    if (known === undefined || known.holder !== holder || !Number.isSafeInteger(unused) || unused < 0 || unused > known.calls) return false
    const made = known.calls - unused
    const from = known.isMoved ? known.endsAt : known.takenAt
    this.move(known.id, known.limits, { taken: known.calls, made }, from, Math.min(this.instantAt(now), known.endsAt))
    this.#forget(lease, known)
    return true
  }

  /** Ends leases whose time is over, and forgets those that nobody gives back any more. */
  override sweep(now: number, most?: number): number {
    const instant = this.instantAt(now)
    for (const [lease, known] of this.#leases) {
      this.#endDue(known.id, instant)
      if (instant >= known.endsAt + 2 * LONGEST_HOLD_MS) this.#forget(lease, known)
    }
    return super.sweep(now, most)
  }

  #endDue(id: string, now: number): void {
    if (this.#running.size === 0) return
    const running = this.#running.get(id)
    if (running === undefined) return
    const instant = this.instantAt(now)
    for (const lease of running) {
      const known = this.#leases.get(lease) as Lease
      if (instant < known.endsAt) continue
      this.move(id, known.limits, { taken: known.calls, made: known.calls }, known.takenAt, known.endsAt)
      known.isMoved = true
      running.delete(lease)
    }
    if (running.size === 0) this.#running.delete(id)
  }

  #forget(lease: number, { id }: Lease): void {
    this.#leases.delete(lease)
    const running = this.#running.get(id)
    running?.delete(lease)
    if (running?.size === 0) this.#running.delete(id)
  }
}
