import { createHash } from 'node:crypto'
import { AppError } from '@keywright/core/problem-code.ts'
import type { Visitor } from './sign-in-services.ts'

const MINUTE = 60_000

/** What is counted apart: somebody who guesses passwords does not keep others from a mailed link. */
export type Guarded = 'password' | 'second-factor' | 'link' | 'mail' | 'set-up' | 'sign-on'

interface Bound {
  attempts: number
  perMs: number
}

/** Whoever tries one account after another does not fill the audit trail. */
const MOST_TOLD = 20

const UNBOUNDED: Bound = { attempts: Number.POSITIVE_INFINITY, perMs: 0 }

/** From one address at one account; at one account from everywhere; from one address at all accounts. */
const BOUNDS: Record<Guarded, { both: Bound; account: Bound; address: Bound }> = {
  password: { both: { attempts: 10, perMs: 15 * MINUTE }, account: { attempts: 100, perMs: 60 * MINUTE }, address: { attempts: 200, perMs: 15 * MINUTE } },
  // A code has six digits and three of them are valid at a time: 5 tries in 15 minutes find one in years.
  'second-factor': { both: { attempts: 5, perMs: 15 * MINUTE }, account: { attempts: 10, perMs: 15 * MINUTE }, address: { attempts: 100, perMs: 15 * MINUTE } },
  // Nobody guesses 256 bits: this bounds the work, and must not keep anybody else from his link.
  link: { both: { attempts: 20, perMs: 15 * MINUTE }, account: UNBOUNDED, address: { attempts: 100, perMs: 15 * MINUTE } },
  mail: { both: { attempts: 3, perMs: 15 * MINUTE }, account: { attempts: 6, perMs: 60 * MINUTE }, address: { attempts: 60, perMs: 60 * MINUTE } },
  // No guess, but each is a row for a while; a whole company may come from one address at nine o'clock.
  'sign-on': { both: { attempts: 1000, perMs: 15 * MINUTE }, account: { attempts: 1000, perMs: 15 * MINUTE }, address: { attempts: 1000, perMs: 15 * MINUTE } },
  'set-up': { both: { attempts: 20, perMs: 15 * MINUTE }, account: UNBOUNDED, address: { attempts: 20, perMs: 15 * MINUTE } },
}

export interface Attempt {
  /** It was right: it does not count. */
  passed(): void
  /** The first of its kind for a while: if it is wrong it is told in the audit, the others are not; nor is more than a score from one address. */
  readonly first: boolean
}

/**
 * Bounds how often somebody may be wrong. An attempt is counted before it is looked at, so that many at once are not all let through, and
 * forgotten when it was right. It lies in memory: a restart forgets, and nobody is locked out for ever.
 */
export class Throttle {
  /** Instants of attempts, by what they count for. */
  readonly #attempts = new Map<string, number[]>()
  readonly #maxNames: number

  constructor(maxNames = 100_000) {
    this.#maxNames = maxNames
  }

  /** @throws AppError `too_many_attempts` with `retryAfterSeconds`. */
  begin(what: Guarded, account: string, visitor: Visitor, now: number): Attempt {
    const { both, account: anyAddress, address: anyAccount } = BOUNDS[what]
    const [who, where] = [createHash('sha256').update(account).digest('base64url'), networkOf(visitor.address)]
    const counted = [
      { name: `${what} ${who} ${where}`, bound: both },
      { name: `${what} ${who}`, bound: anyAddress },
      { name: `${what} @${where}`, bound: anyAccount },
    ].filter(({ bound }) => bound !== UNBOUNDED)
    const waits = counted.map(({ name, bound }) => this.#wait(name, bound, now))
    const wait = Math.max(...waits)
    if (wait > 0) {
      const retryAfterSeconds = Math.ceil(wait / 1000)
      throw new AppError('too_many_attempts', `There were too many attempts. Try again in ${inWords(retryAfterSeconds)}.`, { extra: { retryAfterSeconds } })
    }
    const [here, anywhere] = [counted[0], counted.at(-1)].map((each) => this.#attempts.get(each?.name ?? '')?.length ?? 0) as [number, number]
    const first = here === 0 && anywhere < MOST_TOLD
    for (const { name } of counted) this.#note(name, now)
    return {
      first,
      passed: () => {
        for (const { name } of counted) this.#forget(name, now)
      },
    }
  }

  #wait(name: string, { attempts, perMs }: Bound, now: number): number {
    const known = this.#attempts.get(name)?.filter((at) => at > now - perMs && at <= now)
    if (known === undefined) return 0
    if (known.length === 0) this.#attempts.delete(name)
    else this.#attempts.set(name, known)
    return known.length < attempts ? 0 : (known[known.length - attempts] as number) + perMs - now
  }

  #note(name: string, now: number): void {
    const known = this.#attempts.get(name) ?? []
    this.#attempts.delete(name)
    // Least recently counted first.
    if (this.#attempts.size >= this.#maxNames) this.#attempts.delete(this.#attempts.keys().next().value as string)
    this.#attempts.set(name, [...known, now])
  }

  #forget(name: string, at: number): void {
    const known = this.#attempts.get(name) ?? []
    const index = known.lastIndexOf(at)
    const rest = known.toSpliced(index, index === -1 ? 0 : 1)
    if (rest.length === 0) this.#attempts.delete(name)
    else this.#attempts.set(name, rest)
  }
}

/** Whoever has an IPv6 address has a whole network of them. */
function networkOf(address: string | null): string {
  if (address === null) return 'unknown'
  if (!address.includes(':') || address.includes('.')) return address
  const [left = '', right = ''] = address.split('::')
  const groups = left === '' ? [] : left.split(':')
  const end = right === '' ? [] : right.split(':')
  const whole = address.includes('::') ? [...groups, ...Array.from({ length: 8 - groups.length - end.length }, () => '0'), ...end] : groups
  return whole.slice(0, 4).join(':')
}

function inWords(seconds: number): string {
  if (seconds < 90) return `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`
  return `${Math.ceil(seconds / 60)} minutes`
}
