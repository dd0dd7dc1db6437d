import { describe, expect, test } from 'vitest'
import { dayOf, duration, endOfDay, exactTime, pastTime, relativeTime } from './time.ts'

const NOW = Date.UTC(2026, 10, 26, 12)
const SECOND = 1000
const HOUR = 3_600_000
const DAY = 24 * HOUR

describe('how long ago', () => {
  test.each([
    [-3 * SECOND, 'just now'],
    [-59 * SECOND, '59 seconds ago'],
    [-60 * SECOND, '1 minute ago'],
    [-(2 * HOUR - 1), '1 hour ago'],
    [-DAY, 'yesterday'],
    [2 * DAY, 'in 2 days'],
    [29 * DAY, 'in 29 days'],
    [-40 * DAY, 'last month'],
    [-800 * DAY, '2 years ago'],
  ])('%d milliseconds: %s', (difference, expected) => {
    expect(relativeTime(NOW + difference, NOW)).toBe(expected)
  })

  test('never says more than has passed', () => {
    expect(relativeTime(NOW - 119 * SECOND, NOW)).toBe('1 minute ago')
    expect(relativeTime(NOW + 47 * HOUR, NOW)).toBe('tomorrow')
  })
})

test('what has happened never lies ahead, however the clocks differ', () => {
  expect(pastTime(NOW - 2 * HOUR, NOW)).toBe('2 hours ago')
  expect(pastTime(NOW + 59 * SECOND, NOW)).toBe('just now')
  for (const difference of [60 * SECOND, HOUR, 60 * DAY]) expect(pastTime(NOW + difference, NOW)).toBe(dayOf(NOW + difference))
})

test('the exact instant names its zone', () => {
  expect(exactTime(NOW, 'UTC')).toBe('26 Nov 2026, 12:00:00 UTC')
  expect(dayOf(NOW, 'Pacific/Auckland')).toBe('27 Nov 2026')
})

describe('the end of a day', () => {
  test('is when the next one begins where the person is', () => {
    const end = endOfDay('2026-11-26') as number
    expect(new Date(end).getDate()).toBe(27)
    expect(new Date(end).getHours()).toBe(0)
    expect(new Date(end - 1).getDate()).toBe(26)
  })

  test.each(['2026-02-30', '2026-13-01', '26.11.2026', ''])('%j is no day', (day) => {
    expect(endOfDay(day)).toBeNull()
  })
})

test.each([
  [2_592_000, '30 days'],
  [86_400, '1 day'],
  [5400, '90 minutes'],
  [61, '61 seconds'],
  [0, '0 seconds'],
])('%d seconds are %s', (seconds, expected) => {
  expect(duration(seconds)).toBe(expected)
})
