import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LeasingLimiter, type Lent } from './leasing-limiter.ts'

const limits = [{ calls: 20, per: 10 }]

/** The most calls in any interval of that length, given the times of calls in order. */
function mostWithin(times: readonly number[], lengthMs: number): number {
  let most = 0
  let first = 0
  for (let last = 0; last < times.length; last++) {
    while ((times[first] as number) <= (times[last] as number) - lengthMs) first++
    most = Math.max(most, last - first + 1)
  }
  return most
}

const granted = (lent: Lent): { lease: number; calls: number; holdMs: number } => (lent.lease === null ? expect.fail('nothing was lent') : lent)

describe('lent calls', () => {
  test('are out of the limit from the moment in which they are lent', () => {
    const limiter = new LeasingLimiter()
    expect(granted(limiter.lend('key', 'a', limits, 100, 0)).calls).toBe(5)
    expect(limiter.remaining('key', limits, 0)).toBe(15)
  })

  test('come back when they were not needed', () => {
    const limiter = new LeasingLimiter()
    const { lease } = granted(limiter.lend('key', 'a', limits, 4, 0))
    expect(limiter.giveBack(lease, 'a', 3, 1000)).toBe(true)
    expect(limiter.remaining('key', limits, 1000)).toBe(19)
  })

  test('come back also when the holder says so late, but count as spent until then', () => {
    const limiter = new LeasingLimiter()
    const { lease, holdMs } = granted(limiter.lend('key', 'a', limits, 4, 0))
    expect(limiter.remaining('key', limits, holdMs + 1)).toBe(16)
    expect(limiter.giveBack(lease, 'a', 4, holdMs + 2)).toBe(true)
    expect(limiter.remaining('key', limits, holdMs + 2)).toBe(20)
  })

  test('come back once, and only from whoever holds them', () => {
    const limiter = new LeasingLimiter()
    const { lease } = granted(limiter.lend('key', 'a', limits, 4, 0))
    expect(limiter.giveBack(lease, 'b', 4, 1)).toBe(false)
    expect(limiter.giveBack(lease, 'a', 5, 1)).toBe(false)
    expect(limiter.giveBack(lease, 'a', 4, 1)).toBe(true)
    expect(limiter.giveBack(lease, 'a', 4, 1)).toBe(false)
    expect(limiter.remaining('key', limits, 1)).toBe(20)
  })

  test('leave something for others: two holders share a limit', () => {
    const limiter = new LeasingLimiter()
    expect(granted(limiter.lend('key', 'a', limits, 20, 0)).calls).toBe(5)
    expect(granted(limiter.lend('key', 'b', limits, 20, 0)).calls).toBe(3)
  })

  test('are refused with the time at which there may be some, when nothing is left', () => {
    const limiter = new LeasingLimiter()
    expect(limiter.take('key', limits, 20, 0).allowed).toBe(true)
    const lent = limiter.lend('key', 'a', limits, 1, 0)
    expect(lent).toMatchObject({ lease: null, calls: 0 })
    const { retryAfterMs } = lent as { retryAfterMs: number }
    expect(granted(limiter.lend('key', 'a', limits, 1, retryAfterMs)).calls).toBe(1)
  })

  test('are forgotten when nobody gives them back', () => {
    const limiter = new LeasingLimiter()
    granted(limiter.lend('key', 'a', limits, 4, 0))
    limiter.sweep(60_000)
    expect(limiter.leased).toBe(0)
    expect(limiter.remaining('key', limits, 60_000)).toBe(20)
  })
})

/** What happens next: how much later (as a part of the interval), by whom, what, and how many calls it is about. */
const step = fc.record({
  later: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40 })),
  who: fc.nat(3),
  what: fc.constantFrom('lend', 'lend', 'spend', 'spend', 'spend', 'giveBack', 'server', 'server', 'sweep', 'lose'),
  amount: fc.integer({ min: 1, max: 4 }),
})

test('whatever holders do with what they were lent, no interval holds more calls than the limit', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 200 }), fc.constantFrom(1, 2, 10), fc.integer({ min: 1, max: 8 }), (steps, per, calls) => {
      const rule = [{ calls, per }]
      const limiter = new LeasingLimiter()
      const made: number[] = []
      /** Leases as their holders see them: until when, and how many are left. */
      const held: { lease: number; holder: string; endsAt: number; left: number }[] = []
      let now = 1_000_000
      for (const { later, who, what, amount } of steps) {
        now += later * per * 10
        const holder = `holder ${who}`
        if (what === 'lend') {
          // Counted from when the holder asked, which is before the server answers.
          const lent = limiter.lend('key', holder, rule, amount, now)
          if (lent.lease !== null) held.push({ lease: lent.lease, holder, endsAt: now + lent.holdMs, left: lent.calls })
        } else if (what === 'spend') {
          for (const lease of held) {
            if (lease.holder !== holder || now >= lease.endsAt || lease.left === 0) continue
            const spent = Math.min(lease.left, amount)
            lease.left -= spent
            for (let call = 0; call < spent; call++) made.push(now)
          }
        } else if (what === 'giveBack') {
          const at = held.findIndex((lease) => lease.holder === holder)
          if (at >= 0) {
            const [lease] = held.splice(at, 1) as [(typeof held)[number]]
            limiter.giveBack(lease.lease, holder, lease.left, now)
          }
        } else if (what === 'server') {
          if (limiter.take('key', rule, amount, now).allowed) for (let call = 0; call < amount; call++) made.push(now)
        } else if (what === 'sweep') limiter.sweep(now)
        // A process that is killed gives nothing back.
        else held.splice(0, held.length, ...held.filter((lease) => lease.holder !== holder))
      }
      expect(mostWithin(made, per * 1000)).toBeLessThanOrEqual(calls)
    }),
    { numRuns: 600 },
  )
})
