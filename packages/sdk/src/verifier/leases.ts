import { type RateLimit, RateLimiter, type RateLimitState, type Taken } from '@keywright/core/rate-limit/rate-limiter.ts'

/** How long a refusal for lack of a lease names as the time to wait: the server answers within milliseconds. */
const ASKING_RETRY_MS = 1_000
/** After so long without a call, a key's leases go back and it is forgotten. */
const IDLE_MS = 2_000

interface Lease {
  lease: number
  left: number
  /** By the clock that nobody can set, counted from when it was asked for. */
  endsAt: number
}

interface KeyLeases {
  leases: Lease[]
  /** Calls made since the last lease came, and refused for lack of one: what the next one should hold. */
  used: number
  missed: number
  /** When the last lease was asked for; null: none is on the way. */
  askedAt: number | null
  /** The server has none to give before. */
  blockedUntil: number
  lastCallAt: number
  /** By which the server finds the key; '' until it was asked for. */
  digest: string
  waiting: (() => void)[]
}

export interface LeaseOptions {
  steady: () => number
  isConnected: () => boolean
  send: (message: object) => boolean
  /** `by-process`: while there is no connection each process counts for itself. */
  whileDisconnected: 'refuse' | 'by-process'
}

/**
 * The limits of keys, as far as the server has lent calls of them to this process: so the sum over all processes never exceeds a limit. Without a
 * lease a call is refused, and a lease is asked for.
 */
export class Leases {
  readonly #options: LeaseOptions
  readonly #keys = new Map<string, KeyLeases>()
  readonly #alone = new RateLimiter()

  constructor(options: LeaseOptions) {
    this.#options = options
  }

  /** As `RateLimiter.take`, from what was lent. */
  take(id: string, limits: readonly RateLimit[], cost: number, now: number): Taken {
    const steady = this.#options.steady()
    const known = this.#of(id)
    known.lastCallAt = steady
    if (limits.some(({ calls }) => cost > calls)) return { allowed: false, retryAfterMs: Number.POSITIVE_INFINITY }
    if (this.#spend(known, cost, steady)) return { allowed: true }
    if (!this.#options.isConnected() && this.#options.whileDisconnected === 'by-process') return this.#alone.take(id, limits, cost, now)
    known.missed += cost
    return { allowed: false, retryAfterMs: Math.max(ASKING_RETRY_MS, known.blockedUntil - steady) }
  }

  /** What is left of each limit is known to the server alone; here, what was lent. */
  state(id: string, limits: readonly RateLimit[]): RateLimitState[] {
    const steady = this.#options.steady()
    const known = this.#keys.get(id)
    const left = known?.leases.reduce((sum, lease) => sum + (steady < lease.endsAt ? lease.left : 0), 0) ?? 0
    return limits.map(({ calls, per }) => ({ calls, per, remaining: Math.min(calls, left), resetMs: Math.max(0, (known?.blockedUntil ?? 0) - steady) }))
  }

  /** After a decision about a key with limits: asks for more where it will be needed. @param digest of a secret of the key. */
  askFor(id: string, digest: () => string): void {
    const known = this.#keys.get(id)
    if (known === undefined || known.askedAt !== null) return
    const steady = this.#options.steady()
    const left = known.leases.reduce((sum, lease) => sum + (steady < lease.endsAt ? lease.left : 0), 0)
    if (steady < known.blockedUntil || (known.missed === 0 && left > known.used / 2)) return
    known.digest = digest()
    this.#ask(id, known, Math.max(1, known.missed, known.used * 2), steady)
  }

  /** True when a lease for the key is on the way. */
  isAsking(id: string): boolean {
    return (this.#keys.get(id)?.askedAt ?? null) !== null
  }

  /** Settles when the server has answered what was asked for a key, or after `timeoutMs`. */
  async answered(id: string, timeoutMs: number): Promise<void> {
    const known = this.#keys.get(id)
    if (known === undefined || known.askedAt === null) return
    const { promise, resolve } = Promise.withResolvers<void>()
    known.waiting.push(resolve)
    const timer = setTimeout(resolve, timeoutMs)
    await promise
    clearTimeout(timer)
  }

  leased({ key, lease, calls, holdMs, retryAfterMs }: { key: string; lease: number | null; calls: number; holdMs: number; retryAfterMs: number }): void {
    const known = this.#keys.get(key)
    const askedAt = known?.askedAt ?? null
    if (known === undefined || askedAt === null) {
      if (lease !== null) this.#options.send({ type: 'giveBack', lease, unused: calls })
      return
    }
    known.askedAt = null
    known.used = 0
    known.missed = 0
    if (lease === null) known.blockedUntil = this.#options.steady() + retryAfterMs
    // The server counts from when it answered, which is later.
    else known.leases.push({ lease, left: calls, endsAt: askedAt + holdMs })
    for (const waiting of known.waiting.splice(0)) waiting()
  }

  /** Gives back what is not needed, asks again where there was nothing, and forgets what is over. */
  sweep(): void {
    const steady = this.#options.steady()
    for (const [id, known] of this.#keys) {
      // Whoever was told a time to wait comes back then, and a lease should be there.
      if (known.blockedUntil > 0 && steady >= known.blockedUntil && known.askedAt === null) {
        known.blockedUntil = 0
        known.lastCallAt = steady
        this.#ask(id, known, 1, steady)
      }
      const isIdle = steady - known.lastCallAt > IDLE_MS
      known.leases = known.leases.filter((lease) => {
        if (steady < lease.endsAt && !isIdle) return true
        if (lease.left > 0) this.#options.send({ type: 'giveBack', lease: lease.lease, unused: lease.left })
        return false
      })
      if (isIdle && known.leases.length === 0 && known.askedAt === null && steady >= known.blockedUntil) this.#keys.delete(id)
    }
    this.#alone.sweep(Date.now(), 10_000)
  }

  /** What was asked on a connection that is gone is answered no more. */
  disconnected(): void {
    for (const known of this.#keys.values()) {
      known.askedAt = null
      for (const waiting of known.waiting.splice(0)) waiting()
    }
  }

  #ask(id: string, known: KeyLeases, want: number, steady: number): void {
    if (this.#options.send({ type: 'lease', key: id, digest: known.digest, want: Math.min(want, 1_000_000) })) known.askedAt = steady
  }

  #spend(known: KeyLeases, cost: number, steady: number): boolean {
    let left = 0
    for (const lease of known.leases) if (steady < lease.endsAt) left += lease.left
    if (left < cost) return false
    known.used += cost
    let missing = cost
    for (const lease of known.leases) {
      if (missing === 0) break
      if (steady >= lease.endsAt) continue
      const spent = Math.min(lease.left, missing)
      lease.left -= spent
      missing -= spent
    }
    return true
  }

  #of(id: string): KeyLeases {
    let known = this.#keys.get(id)
    if (known === undefined) {
      known = { leases: [], used: 0, missed: 0, askedAt: null, blockedUntil: 0, lastCallAt: 0, digest: '', waiting: [] }
      this.#keys.set(id, known)
    }
    return known
  }
}
