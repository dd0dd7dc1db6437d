import { expect, test } from 'vitest'
import { DecisionClock } from './decision-clock.ts'

const at = (wall: number, steady: number) => ({ wall, steady })

test('whoever sets the clock of this machine back brings no expired key back', () => {
  const clock = new DecisionClock()
  expect(clock.now(at(10_000, 0))).toBe(10_000)
  expect(clock.now(at(4_000, 1_000))).toBe(10_000)
})

test('it is never behind the server, whose answer was on the way for a while', () => {
  const clock = new DecisionClock()
  clock.heard(50_000, 1_000)
  expect(clock.now(at(10_000, 3_000))).toBe(52_000)
  // Came late: says less about the difference than the one before.
  clock.heard(52_000, 9_000)
  expect([clock.now(at(10_000, 11_000)), clock.behindServer(at(10_000, 11_000)), clock.behindServer(at(90_000, 11_000))]).toEqual([60_000, 50_000, 0])
})

test('what was written down as passed has passed, also in another process', () => {
  const clock = new DecisionClock()
  clock.atLeast(7_000)
  expect(clock.now(at(1_000, 0))).toBe(7_000)
})
