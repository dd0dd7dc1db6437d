import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatDuration, formatInstant, LATEST_INSTANT, LONGEST_DURATION_SECONDS, parseDuration, parseInstant } from './time.ts'

describe('instants', () => {
  test('every instant we accept prints as RFC 3339 and reads back as itself', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: LATEST_INSTANT }), (instant) => parseInstant(formatInstant(instant)) === instant))
    expect(formatInstant(LATEST_INSTANT)).toBe('9999-12-31T23:59:59.999Z')
  })

  test('reads any offset, either case and up to nine digits of a second, cut to milliseconds', () => {
    const noon = Date.UTC(2026, 0, 31, 12)
    expect(parseInstant('2026-01-31T12:00:00Z')).toBe(noon)
    expect(parseInstant('2026-01-31t12:00:00z')).toBe(noon)
    expect(parseInstant('2026-01-31T14:30:00+02:30')).toBe(noon)
    expect(parseInstant('2026-01-31T00:00:00-12:00')).toBe(noon)
    expect(parseInstant('2026-01-31T12:00:00.9Z')).toBe(noon + 900)
    expect(parseInstant('2026-01-31T12:00:00.123999999Z')).toBe(noon + 123)
  })

  test('a day that does not exist is refused, not rolled over', () => {
    for (const day of ['2026-02-29', '2026-02-30', '2026-04-31', '2026-13-01', '2026-00-10', '2026-01-00', '2100-02-29']) {
      expect([day, parseInstant(`${day}T00:00:00Z`)]).toEqual([day, null])
    }
    expect(parseInstant('2028-02-29T00:00:00Z')).toBe(Date.UTC(2028, 1, 29))
  })

  test('refuses what has no offset, no time, or an hour, minute, second or offset that does not exist', () => {
    for (const text of [
      '2026-01-31',
      '2026-01-31T12:00:00',
      '2026-01-31 12:00:00Z',
      '2026-01-31T12:00Z',
      '2026-01-31T24:00:00Z',
      '2026-01-31T12:60:00Z',
      '2026-01-31T12:00:60Z',
      '2026-01-31T12:00:00+24:00',
      '2026-01-31T12:00:00+01:60',
      '2026-01-31T12:00:00+0100',
      '2026-01-31T12:00:00.Z',
      '2026-01-31T12:00:00Z\n',
      '',
      '0',
    ]) {
      expect([text, parseInstant(text)]).toEqual([text, null])
    }
  })

  test('refuses what lies before 1970 or after 9999, counted in UTC', () => {
    expect(parseInstant('1969-12-31T23:59:59.999Z')).toBeNull()
    expect(parseInstant('1970-01-01T00:30:00+01:00')).toBeNull()
    expect(parseInstant('1970-01-01T00:00:00Z')).toBe(0)
    expect(parseInstant('9999-12-31T23:59:59.999Z')).toBe(LATEST_INSTANT)
    expect(parseInstant('9999-12-31T23:59:59-01:00')).toBeNull()
  })
})

describe('durations', () => {
  test('every duration prints in a form that reads back as itself', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.integer({ min: 0, max: LONGEST_DURATION_SECONDS }),
          fc.integer({ min: 0, max: 36_500 }).map((days) => days * 86_400),
        ),
        (seconds) => {
          expect(parseDuration(formatDuration(seconds))).toBe(seconds)
          expect(parseDuration(seconds)).toBe(seconds)
          expect(parseDuration(String(seconds))).toBe(seconds)
        },
      ),
    )
  })

  test('prints the largest unit that is exact', () => {
    expect([0, 59, 60, 90, 3600, 5400, 86_400, 90_000, 604_800].map(formatDuration)).toEqual(['0s', '59s', '1m', '90s', '1h', '90m', '1d', '25h', '7d'])
  })

  test('a month or a year is never a duration (trap 12)', () => {
    for (const text of ['1mo', '1M', '1y', '1month', 'P1M', '1w']) expect([text, parseDuration(text)]).toEqual([text, null])
  })

  test('refuses fractions, negatives, other texts and what is longer than a hundred years', () => {
    for (const value of [
      '1.5h',
      '-1s',
      ' 1s',
      '1s ',
      '1 s',
      '',
      's',
      '1ms',
      '1e3',
      '36501d',
      '99999999999s',
      -1,
      0.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      LONGEST_DURATION_SECONDS + 1,
    ]) {
      expect([value, parseDuration(value)]).toEqual([value, null])
    }
    expect(parseDuration('36500d')).toBe(LONGEST_DURATION_SECONDS)
  })
})
