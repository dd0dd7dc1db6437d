import { describe, expect, test } from 'vitest'
import { shortClient } from './client-name.ts'
import { lastSeenSentence } from './last-seen.ts'
import { callsSince, usageBuckets } from './usage-buckets.ts'
import { countdown, overlapOf } from './versions.ts'

const NOW = Date.UTC(2026, 10, 26, 12, 30)
const HOUR = 3_600_000
const at = (offset: number): string => new Date(NOW + offset).toISOString()

describe('usage', () => {
  const series = [
    { at: '2026-11-26T10:00:00.000Z', decision: 'allowed', calls: 5 },
    { at: '2026-11-26T10:00:00.000Z', decision: 'ip_not_allowed', calls: 2 },
    { at: '2026-11-26T10:00:00.000Z', decision: 'rate_limited', calls: 1 },
    { at: '2026-11-26T12:00:00.000Z', decision: 'allowed', calls: 7 },
  ]
  test('fills the hours without a call, and adds refusals of all reasons', () => {
    expect(usageBuckets(series, 'hour', NOW - 3 * HOUR, NOW).map(({ at: begin, ...calls }) => [new Date(begin).getUTCHours(), calls])).toEqual([
      [9, { allowed: 0, refused: 0 }],
      [10, { allowed: 5, refused: 3 }],
      [11, { allowed: 0, refused: 0 }],
      [12, { allowed: 7, refused: 0 }],
    ])
  })

  test('leaves out what lies outside, and counts whole days from midnight UTC', () => {
    expect(usageBuckets(series, 'hour', NOW - HOUR, NOW).map(({ allowed }) => allowed)).toEqual([0, 7])
    expect(usageBuckets(series, 'day', NOW - 24 * HOUR, NOW)).toEqual([
      { at: Date.UTC(2026, 10, 25), allowed: 0, refused: 0 },
      { at: Date.UTC(2026, 10, 26), allowed: 12, refused: 3 },
    ])
  })

  test('since an instant', () => {
    expect(callsSince(series, Date.UTC(2026, 10, 26, 11))).toEqual({ allowed: 7, refused: 0 })
  })
})

test.each([
  ['curl/8.5.0', 'curl/8'],
  ['python-requests/2.31.0', 'python-requests/2'],
  ['my sync job', 'my sync job'],
  ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36', 'Chrome 126'],
  ['Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0', 'Edge 126'],
  ['Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15', 'Safari 17'],
])('%j is called %j', (client, expected) => {
  expect(shortClient(client)).toBe(expected)
})

describe('when it was last used', () => {
  test('says when, from where and with what', () => {
    expect(lastSeenSentence({ at: at(-180_000), address: '192.0.2.7', client: 'curl/8.5.0' }, NOW)).toBe('last used 3 minutes ago from 192.0.2.7, curl/8')
  })
  test('leaves out what is not known', () => {
    expect(lastSeenSentence({ at: at(-2 * HOUR), address: null, client: null }, NOW)).toBe('last used 2 hours ago')
    expect(lastSeenSentence(null, NOW)).toBe('never used')
  })
})

describe('an overlap', () => {
  const version = (number: number, endsAt: string | null, live = true) => ({ number, hint: `k_…${number}`, createdAt: at(-HOUR), endsAt, live })
  test('runs while an older secret lives', () => {
    expect(overlapOf({ newestVersion: 3, versions: [version(3, null), version(2, at(HOUR)), version(1, at(-HOUR), false)] }, NOW)).toEqual({
      version: 2,
      hint: 'k_…2',
      endsAt: NOW + HOUR,
    })
  })
  test('is over at its very end, and with the key', () => {
    expect(overlapOf({ newestVersion: 2, versions: [version(2, null), version(1, at(0))] }, NOW)).toBeNull()
    expect(overlapOf({ newestVersion: 2, versions: [version(2, null, false), version(1, at(HOUR), false)] }, NOW)).toBeNull()
    // The newest secret may end with the key itself.
    expect(overlapOf({ newestVersion: 1, versions: [version(1, at(HOUR))] }, NOW)).toBeNull()
  })
  test.each([
    [0, '0 s'],
    [9_000, '9 s'],
    [8_001, '9 s'],
    [249_000, '4 min 09 s'],
    [2 * HOUR + 5 * 60_000, '2 h 05 min'],
    [6 * 24 * HOUR + 3 * HOUR, '6 d 3 h'],
    [-5, '0 s'],
  ])('%d milliseconds count down as %j', (left, expected) => {
    expect(countdown(left)).toBe(expected)
  })
})
