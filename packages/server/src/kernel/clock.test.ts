import { expect, test } from 'vitest'
import { clockFrom, systemClock, testClock } from './clock.ts'

test('never runs backwards, so what has expired stays expired', () => {
  let system = 1000
  const clock = systemClock(() => system)
  expect(clock.now()).toBe(1000)
  system = 400
  expect(clock.now()).toBe(1000)
  system = 1001
  expect(clock.now()).toBe(1001)
})

test('a test clock stands where it is put; a started one runs from there', () => {
  const clock = testClock(5)
  clock.advance(2)
  expect(clock.now()).toBe(7)
  clock.set(3)
  expect(clock.now()).toBe(3)
  const running = clockFrom(Date.UTC(2030, 0, 1))
  expect(running.now() - Date.UTC(2030, 0, 1)).toBeLessThan(1000)
})
