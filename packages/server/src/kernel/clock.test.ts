import { expect, test } from 'vitest'
import { systemClock, testClock } from './clock.ts'

test('never runs backwards, so what has expired stays expired', () => {
  let system = 1000
  const clock = systemClock(() => system)
  expect(clock.now()).toBe(1000)
  system = 400
  expect(clock.now()).toBe(1000)
  system = 1001
  expect(clock.now()).toBe(1001)
})

test('a test clock stands where it is put', () => {
  const clock = testClock(5)
  clock.advance(2)
  expect(clock.now()).toBe(7)
  clock.set(3)
  expect(clock.now()).toBe(3)
})
