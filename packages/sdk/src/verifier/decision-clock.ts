import type { Moment } from './staleness.ts'

/**
 * By which time is decided what has ended: never less than before, and never behind the server. Whoever sets this machine's clock back brings no
 * expired key back.
 */
export class DecisionClock {
  #latest = 0
  /** What the server's clock showed, minus ours that nobody can set, when it was heard of last: the true difference is not less. */
  #serverAhead: number | null = null

  /** The time of the last decision. */
  get latest(): number {
    return this.#latest
  }

  now({ wall, steady }: Moment): number {
    const server = this.#serverAhead === null ? 0 : Math.floor(this.#serverAhead + steady)
    return (this.#latest = Math.max(this.#latest, wall, server))
  }

  /** Something that was written down says that it was that late already. */
  atLeast(instant: number): void {
    this.#latest = Math.max(this.#latest, instant)
  }

  /** The server has said what its clock shows. */
  heard(serverNow: number, steady: number): void {
    const ahead = serverNow - steady
    // The answer was on the way for a while, so the largest difference seen is the nearest.
    this.#serverAhead = Math.max(this.#serverAhead ?? ahead, ahead)
  }

  /** Milliseconds that the server's clock is ahead of this one's; 0 where it is behind, or not known. */
  behindServer({ wall, steady }: Moment): number {
    return this.#serverAhead === null ? 0 : Math.max(0, Math.round(this.#serverAhead + steady - wall))
  }
}
