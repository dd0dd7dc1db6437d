import type { Clock } from '../kernel/clock.ts'
import type { Database } from '../store/database.ts'
import { allVerifiers, extendVerifierQuery, putVerifierQuery, removeVerifierQuery, type StoredVerifier } from '../store/verifiers.ts'

/** What is stored lies this far ahead of what holds, so that not every ping is a write; after a crash a verifier may be believed alive for so much longer. */
const AHEAD_MS = 60_000
/** How long a verifier that refuses everything by now is still listed. */
const LISTED_MS = 86_400_000

export interface RegisteredVerifier extends StoredVerifier {
  /** The same as `mayAcceptUntil`, by a clock that nobody can set. */
  steadyUntil: number | null
}

/**
 * Every verifier elsewhere whose bound could still run, whether it is connected or not; kept across restarts. Until when one may accept is never
 * told too early: both the wall clock and a clock that nobody can set must have passed it.
 */
export class VerifierRegister {
  readonly #database: Database
  readonly #clock: Clock
  readonly #steady: () => number
  readonly #known = new Map<string, RegisteredVerifier>()
  /** What the table says, by id. */
  readonly #stored = new Map<string, number | null>()

  private constructor(parts: { database: Database; clock: Clock; steady: () => number }) {
    this.#database = parts.database
    this.#clock = parts.clock
    this.#steady = parts.steady
  }

  /** @param parts.steady milliseconds of a monotonic clock. */
  static async open(parts: { database: Database; clock: Clock; steady: () => number }): Promise<VerifierRegister> {
    const register = new VerifierRegister(parts)
    const [now, steady] = [parts.clock.now(), parts.steady()]
    for (const verifier of await allVerifiers(parts.database.reader, parts.database.build)) {
      const { mayAcceptUntil } = verifier
      register.#stored.set(verifier.id, mayAcceptUntil)
      register.#known.set(verifier.id, { ...verifier, steadyUntil: mayAcceptUntil === null ? null : steady + Math.max(0, mayAcceptUntil - now) })
    }
    return register
  }

  all(): RegisteredVerifier[] {
    return [...this.#known.values()]
  }

  get(id: string): RegisteredVerifier | undefined {
    return this.#known.get(id)
  }

  /** True when it refuses everything by now, whatever its own clock says. */
  isOver({ mayAcceptUntil, steadyUntil }: Pick<RegisteredVerifier, 'mayAcceptUntil' | 'steadyUntil'>): boolean {
    return mayAcceptUntil !== null && steadyUntil !== null && this.#clock.now() >= mayAcceptUntil && this.#steady() >= steadyUntil
  }

  /** A verifier connects. Settles when that is durable: from then on it may decide. */
  async opened(verifier: Omit<StoredVerifier, 'mayAcceptUntil' | 'connectedAt' | 'lastHeardAt' | 'lastBatch'>): Promise<void> {
    const now = this.#clock.now()
    const before = this.#known.get(verifier.id)
    const entry: RegisteredVerifier = { ...verifier, ...this.#ends(verifier), connectedAt: now, lastHeardAt: now, lastBatch: before?.lastBatch ?? 0 }
    // It may have been told a longer bound before.
    if (before !== undefined && !this.isOver(before)) {
      entry.mayAcceptUntil = later(entry.mayAcceptUntil, before.mayAcceptUntil)
      entry.steadyUntil = later(entry.steadyUntil, before.steadyUntil)
    }
    this.#known.set(verifier.id, entry)
    const stored = ahead(entry.mayAcceptUntil)
    await this.#database.write(async (transaction) => transaction.defer(putVerifierQuery(this.#database.build, { ...entry, mayAcceptUntil: stored })))
    this.#stored.set(verifier.id, stored)
  }

  /** A ping came: when it is answered, the bound runs from now. Settles when that is durable, in most cases at once. */
  async heard(id: string): Promise<void> {
    const entry = this.#known.get(id)
    if (entry === undefined) return
    const now = this.#clock.now()
    const ends = this.#ends(entry)
    entry.lastHeardAt = now
    entry.mayAcceptUntil = later(entry.mayAcceptUntil, ends.mayAcceptUntil)
    entry.steadyUntil = later(entry.steadyUntil, ends.steadyUntil)
    const stored = this.#stored.get(id)
    if (stored === null || (stored !== undefined && entry.mayAcceptUntil !== null && entry.mayAcceptUntil <= stored)) return
    const until = ahead(entry.mayAcceptUntil)
    await this.#database.write(async (transaction) => transaction.defer(extendVerifierQuery(this.#database.build, { id, until, at: now })))
    this.#stored.set(id, until)
  }

  /** It said that it decides no more, or somebody says so of it. @returns false when it is not known. */
  async forget(id: string): Promise<boolean> {
    if (!this.drop(id)) return false
    await this.#database.write(async (transaction) => transaction.defer(removeVerifierQuery(this.#database.build, { id })))
    return true
  }

  /** It is not in the store any more. @returns false when it was not known. */
  drop(id: string): boolean {
    this.#stored.delete(id)
    return this.#known.delete(id)
  }

  /** Forgets those whose bound has been over for a day. */
  async prune(isConnected: (id: string) => boolean): Promise<void> {
    const before = this.#clock.now() - LISTED_MS
    for (const entry of this.all()) {
      if (!isConnected(entry.id) && this.isOver(entry) && (entry.mayAcceptUntil ?? before) < before) await this.forget(entry.id)
    }
  }

  #ends({ stalenessSeconds, onStale }: Pick<StoredVerifier, 'stalenessSeconds' | 'onStale'>): { mayAcceptUntil: number | null; steadyUntil: number | null } {
    if (onStale === 'serve') return { mayAcceptUntil: null, steadyUntil: null }
    return { mayAcceptUntil: this.#clock.now() + stalenessSeconds * 1000, steadyUntil: this.#steady() + stalenessSeconds * 1000 }
  }
}

function later(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : Math.max(one, other)
}

function ahead(until: number | null): number | null {
  return until === null ? null : until + AHEAD_MS
}
