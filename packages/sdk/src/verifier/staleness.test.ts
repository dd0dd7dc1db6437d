import { describe, expect, test } from 'vitest'
import { Staleness } from './staleness.ts'

const BOUND = 300_000

/** Both clocks, as a test sets them. */
function clocks(wall = 1_000_000_000_000, steady = 5_000) {
  const now = { wall, steady }
  return { now, clock: { wall: () => now.wall, steady: () => now.steady }, pass: (ms: number) => void ((now.wall += ms), (now.steady += ms)) }
}

function answered() {
  const { now, clock, pass } = clocks()
  const staleness = new Staleness(clock, BOUND)
  staleness.answered(staleness.ping())
  return { now, pass, staleness }
}

describe('a verifier is fresh', () => {
  test('from the first answer until the bound after its question was sent, to the millisecond', () => {
    const { clock, pass } = clocks()
    const staleness = new Staleness(clock, BOUND)
    expect(staleness.isFresh()).toBe(false)
    const id = staleness.ping()
    pass(40_000)
    expect(staleness.answered(id)).toBe(true)
    pass(BOUND - 40_000 - 1)
    expect(staleness.isFresh()).toBe(true)
    pass(1)
    expect(staleness.isFresh()).toBe(false)
  })

  test('by the larger of two clocks: the wall clock set back makes nobody fresh again', () => {
    const { now, pass, staleness } = answered()
    pass(BOUND)
    now.wall -= 10 * BOUND
    expect(staleness.isFresh()).toBe(false)
  })

  test('by the larger of two clocks: set forward, or asleep while the other went on, it is stale at once', () => {
    const { now, staleness } = answered()
    now.wall += BOUND
    expect(staleness.isFresh()).toBe(false)
  })

  test('not by an answer to what was never asked, nor to what was asked on a connection that is gone', () => {
    const { pass, staleness } = answered()
    const id = staleness.ping()
    staleness.forgetPings()
    pass(BOUND)
    expect(staleness.answered(id)).toBe(false)
    expect(staleness.answered(id + 7)).toBe(false)
    expect(staleness.isFresh()).toBe(false)
  })

  test('by an answer that lay on the way only as long as its question allows', () => {
    const { pass, staleness } = answered()
    const id = staleness.ping()
    pass(BOUND + 1)
    expect(staleness.answered(id)).toBe(true)
    expect(staleness.isFresh()).toBe(false)
  })
})

test('questions that are never answered do not pile up, and the newest can still be answered', () => {
  const { clock } = clocks()
  const staleness = new Staleness(clock, BOUND)
  const first = staleness.ping()
  let last = first
  for (let count = 0; count < 5000; count++) last = staleness.ping()
  expect([staleness.answered(first), staleness.answered(last)]).toEqual([false, true])
})

describe('going on from a file', () => {
  test('counts from when the file says, and never longer', () => {
    const { now, clock, pass } = clocks()
    const staleness = new Staleness(clock, BOUND)
    staleness.resume(now.wall - BOUND + 10)
    expect(staleness.isFresh()).toBe(true)
    pass(10)
    expect(staleness.isFresh()).toBe(false)
  })

  test('says nothing where the file is from the future: one of the clocks was set', () => {
    const { now, clock } = clocks()
    const staleness = new Staleness(clock, BOUND)
    staleness.resume(now.wall + 1)
    expect(staleness.isFresh()).toBe(false)
  })
})
