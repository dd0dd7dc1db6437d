import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type RateLimit, RateLimiter } from './rate-limiter.ts'

const MINUTE: RateLimit = { calls: 3, per: 60 }
const START = Date.UTC(2026, 6, 31, 12, 0, 0)

/** Arrivals with bursts, pauses and gaps near the length of the intervals. */
const arrivals = fc.array(
  fc.record({
    gap: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 100, max: 1100 }), fc.integer({ min: 900, max: 7500 })),
    cost: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: 0, max: 4 }) }),
    key: fc.constantFrom('a', 'b'),
  }),
  { maxLength: 120 },
)
const limitSets = fc.uniqueArray(fc.record({ calls: fc.integer({ min: 1, max: 8 }), per: fc.constantFrom(1, 2, 7) }), {
  minLength: 1,
  maxLength: 3,
  selector: (limit) => limit.per,
})

/** The exact model: every allowed call with its instant. */
class Log {
  readonly calls: { at: number; cost: number; key: string }[] = []
  spentBetween(key: string, from: number, to: number): number {
    return this.calls.reduce((sum, call) => sum + (call.key === key && call.at >= from && call.at <= to ? call.cost : 0), 0)
  }
}

describe('rate limiter', () => {
  test('never lets more than N through in any interval W, for any arrivals and limits', () => {
    fc.assert(
      fc.property(limitSets, arrivals, fc.nat(10_000), (limits, list, offset) => {
        const limiter = new RateLimiter()
        const log = new Log()
        let now = START + offset
        for (const { gap, cost, key } of list) {
          now += gap
          if (!limiter.take(key, limits, cost, now).allowed) continue
          log.calls.push({ at: now, cost, key })
          // Any interval that is too full would be too full when it ends at a call.
          for (const { calls, per } of limits) expect(log.spentBetween(key, now - per * 1000, now)).toBeLessThanOrEqual(calls)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('holds to the last millisecond of the interval, wherever in a sub-window it begins', () => {
    for (const per of [1, 2, 7, 60]) {
      for (let offset = 0; offset < 2100; offset++) {
        const limiter = new RateLimiter()
        limiter.take('k', [{ calls: 1, per }], 1, START + offset)
        expect([per, offset, limiter.take('k', [{ calls: 1, per }], 1, START + offset + per * 1000).allowed]).toEqual([per, offset, false])
      }
    }
  })

  test('refuses only what an interval longer by one sixtieth, rounded up, would not hold', () => {
    fc.assert(
      fc.property(limitSets, arrivals, (limits, list) => {
        const limiter = new RateLimiter()
        const log = new Log()
        let now = START
        for (const { gap, cost, key } of list) {
          now += gap
          if (limiter.take(key, limits, cost, now).allowed) {
            log.calls.push({ at: now, cost, key })
            continue
          }
          const justified = limits.some(({ calls, per }) => {
            const width = Math.ceil((per * 1000) / 60)
            return log.spentBetween(key, now - 61 * width, now) + cost > calls
          })
          expect(justified).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('the retry time given passes when it comes, and not a millisecond sooner (trap 19)', () => {
    fc.assert(
      fc.property(limitSets, arrivals, (limits, list) => {
        const limiter = new RateLimiter()
        let now = START
        for (const { gap, cost, key } of list) {
          now += gap
          const taken = limiter.take(key, limits, cost, now)
          if (taken.allowed) continue
          if (limits.some((limit) => cost > limit.calls)) {
            expect(taken.retryAfterMs).toBe(Number.POSITIVE_INFINITY)
            continue
          }
          expect(Number.isInteger(taken.retryAfterMs) && taken.retryAfterMs > 0).toBe(true)
          expect(limiter.take(key, limits, cost, now + taken.retryAfterMs - 1)).toEqual({ allowed: false, retryAfterMs: 1 })
          expect(limiter.take(key, limits, cost, now + taken.retryAfterMs).allowed).toBe(true)
          now += taken.retryAfterMs
        }
      }),
      { numRuns: 500 },
    )
  })

  test('a refused call costs nothing (trap 16): histories with and without refusals are answered alike', () => {
    fc.assert(
      fc.property(limitSets, arrivals, (limits, list) => {
        const attacked = new RateLimiter()
        const quiet = new RateLimiter()
        let now = START
        for (const { gap, cost, key } of list) {
          now += gap
          // `quiet` sees only what `attacked` let through, so each of these must pass there too.
          if (attacked.take(key, limits, cost, now).allowed) expect(quiet.take(key, limits, cost, now).allowed).toBe(true)
          expect(attacked.remaining(key, limits, now)).toBe(quiet.remaining(key, limits, now))
        }
      }),
      { numRuns: 300 },
    )
  })

  test('a call that one of several limits refuses spends of none', () => {
    const limiter = new RateLimiter()
    const limits = [
      { calls: 10, per: 60 },
      { calls: 1, per: 1 },
    ]
    expect(limiter.take('k', limits, 1, START).allowed).toBe(true)
    expect(limiter.take('k', limits, 1, START).allowed).toBe(false)
    expect(limiter.remaining('k', [{ calls: 10, per: 60 }], START)).toBe(9)
  })

  test('the retry time is that of the slowest limit', () => {
    const limiter = new RateLimiter()
    const limits = [
      { calls: 1, per: 1 },
      { calls: 1, per: 3600 },
    ]
    limiter.take('k', limits, 1, START)
    expect(limiter.take('k', limits, 1, START)).toEqual({ allowed: false, retryAfterMs: 3_660_000 })
  })

  test('two limits of the same interval are both kept and spent from once', () => {
    const limiter = new RateLimiter()
    const limits = [
      { calls: 4, per: 60 },
      { calls: 3, per: 60 },
    ]
    expect([1, 2, 3, 4].map(() => limiter.take('k', limits, 1, START).allowed)).toEqual([true, true, true, false])
    expect(limiter.remaining('k', [{ calls: 4, per: 60 }], START)).toBe(1)
  })

  test('a cost above the limit never passes, and says so, even behind a limit that is used up', () => {
    const limiter = new RateLimiter()
    expect(limiter.take('k', [MINUTE], 4, START)).toEqual({ allowed: false, retryAfterMs: Number.POSITIVE_INFINITY })
    limiter.take('k', [MINUTE], 3, START)
    expect(limiter.take('k', [MINUTE, { calls: 1, per: 7 }], 2, START)).toEqual({ allowed: false, retryAfterMs: Number.POSITIVE_INFINITY })
    expect(limiter.size).toBe(1)
  })

  test('a cost of 0 checks without spending and leaves no trace', () => {
    const limiter = new RateLimiter()
    expect(limiter.take('k', [MINUTE], 0, START).allowed).toBe(true)
    expect(limiter.size).toBe(0)
    limiter.take('k', [MINUTE], 3, START)
    expect(limiter.take('k', [MINUTE], 0, START).allowed).toBe(true)
    expect(limiter.remaining('k', [MINUTE], START)).toBe(0)
  })

  test('a cost that is no whole number from 0 is a mistake of ours, not a discount', () => {
    for (const cost of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) expect(() => new RateLimiter().take('k', [MINUTE], cost, START)).toThrow(RangeError)
  })

  test('without a limit everything passes and nothing is kept', () => {
    const limiter = new RateLimiter()
    expect(limiter.take('k', [], 1000, START)).toEqual({ allowed: true })
    expect(limiter.remaining('k', [], START)).toBe(Number.POSITIVE_INFINITY)
    expect(limiter.size).toBe(0)
  })

  test('changing how many calls are allowed keeps the count', () => {
    const limiter = new RateLimiter()
    limiter.take('k', [{ calls: 5, per: 60 }], 4, START)
    expect(limiter.remaining('k', [{ calls: 3, per: 60 }], START)).toBe(0)
    expect(limiter.take('k', [{ calls: 4, per: 60 }], 1, START).allowed).toBe(false)
    expect(limiter.remaining('k', [{ calls: 10, per: 60 }], START)).toBe(6)
  })

  test('a clock that goes back gives nothing back', () => {
    const limiter = new RateLimiter()
    limiter.take('k', [MINUTE], 3, START)
    for (const back of [1, 60_000, 10_000_000]) expect(limiter.take('k', [MINUTE], 1, START - back).allowed).toBe(false)
    const refused = limiter.take('k', [MINUTE], 1, START - 5_000)
    expect(refused).toEqual({ allowed: false, retryAfterMs: 66_000 })
    expect(limiter.take('k', [MINUTE], 1, START + 61_000).allowed).toBe(true)
  })

  test('what is spent while the clock stands back counts from the latest instant seen', () => {
    const limiter = new RateLimiter()
    limiter.take('other', [MINUTE], 1, START)
    limiter.take('k', [MINUTE], 3, START - 30_000)
    expect(limiter.take('k', [MINUTE], 1, START + 60_999)).toEqual({ allowed: false, retryAfterMs: 1 })
  })

  test('asking what remains spends nothing', () => {
    const limiter = new RateLimiter()
    for (let round = 0; round < 10; round++) expect(limiter.remaining('k', [MINUTE], START)).toBe(3)
  })
})

describe('memory of the rate limiter', () => {
  test('a sweep drops what no longer counts and nothing else', () => {
    fc.assert(
      fc.property(limitSets, arrivals, fc.integer({ min: 1, max: 3 }), (limits, list, most) => {
        const swept = new RateLimiter()
        const kept = new RateLimiter()
        let now = START
        for (const { gap, cost, key } of list) {
          now += gap
          swept.sweep(now, most)
          expect(swept.take(key, limits, cost, now)).toEqual(kept.take(key, limits, cost, now))
        }
        swept.sweep(now + 8_000)
        expect(swept.size).toBe(0)
      }),
      { numRuns: 200 },
    )
  })

  test('a sweep says how many it dropped, and goes on where it stopped', () => {
    const limiter = new RateLimiter()
    for (let index = 0; index < 10; index++) limiter.take(`k${index}`, [MINUTE], 1, START)
    limiter.take('late', [MINUTE], 1, START + 30_000)
    expect(limiter.sweep(START + 60_999)).toBe(0)
    expect([limiter.sweep(START + 61_000, 4), limiter.sweep(START + 61_000, 4), limiter.sweep(START + 61_000, 4)].reduce((sum, count) => sum + count, 0)).toBe(
      10,
    )
    expect(limiter.size).toBe(1)
    expect(limiter.remaining('late', [MINUTE], START + 61_000)).toBe(2)
  })

  test('a full memory gives up idle ids first, and only then the one that spent least', () => {
    const limiter = new RateLimiter({ maxKeys: 3 })
    limiter.take('old', [MINUTE], 3, START)
    limiter.take('much', [MINUTE], 3, START + 61_000)
    limiter.take('little', [MINUTE], 1, START + 61_000)
    limiter.take('new', [MINUTE], 2, START + 61_000)
    expect([limiter.size, limiter.evicted]).toEqual([3, 0])
    limiter.take('newer', [MINUTE], 2, START + 61_000)
    expect([limiter.size, limiter.evicted]).toEqual([3, 1])
    expect(['much', 'little', 'new', 'newer'].map((id) => limiter.remaining(id, [MINUTE], START + 61_000))).toEqual([0, 3, 1, 1])
  })

  test('never holds more ids than allowed', () => {
    const limiter = new RateLimiter({ maxKeys: 100 })
    for (let index = 0; index < 5_000; index++) limiter.take(`k${index}`, [MINUTE], 1, START + index)
    expect(limiter.size).toBe(100)
  })
})
