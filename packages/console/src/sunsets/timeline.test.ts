import { expect, test } from 'vitest'
import { daysIn, rulesWith, timelineOf } from './timeline.ts'

test('a sunset is told in the order of time, with now in its place', () => {
  const events = timelineOf(
    {
      deprecatedAt: 100,
      retiredAt: 900,
      notices: [
        { days: 7, at: 800 },
        { days: 90, at: 50 },
      ],
    },
    500,
  )
  expect(events.map(({ kind, at }) => `${kind} ${at}`)).toEqual(['notice 50', 'deprecated 100', 'now 500', 'notice 800', 'retired 900'])
})

test('a rule takes the place of the one for the same origin, and of no other', () => {
  const stored = [{ deprecatedAt: 'a' }, { origin: 'import', deprecatedAt: 'b' }]
  expect(rulesWith(stored, { origin: null, deprecatedAt: 'c' })).toEqual([
    { origin: 'import', deprecatedAt: 'b' },
    { origin: null, deprecatedAt: 'c' },
  ])
  expect(rulesWith(stored, { origin: 'import', deprecatedAt: 'c' })).toEqual([{ deprecatedAt: 'a' }, { origin: 'import', deprecatedAt: 'c' }])
})

test('days that are none are kept for the server to refuse', () => {
  expect(daysIn('90, 30;7  soon')).toEqual([90, 30, 7, 'soon'])
})
