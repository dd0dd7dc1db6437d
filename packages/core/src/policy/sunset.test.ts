import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyType, type KeyTypeInput } from '../configuration/key-type.ts'
import { sunsetFor } from '../replica/compiled-type.ts'
import { announcedFrom, DAY_MS, dueNotice, reachOf, withRule } from './sunset.ts'

const END = Date.UTC(2026, 9, 1)
const DAYS = [90, 30, 7, 1]

test('each notice is due from its very instant, and none from the end on', () => {
  expect(dueNotice(DAYS, END, END - 90 * DAY_MS - 1)).toBeNull()
  expect(dueNotice(DAYS, END, END - 90 * DAY_MS)).toBe(90)
  expect(dueNotice(DAYS, END, END - 30 * DAY_MS - 1)).toBe(90)
  expect(dueNotice(DAYS, END, END - 30 * DAY_MS)).toBe(30)
  expect(dueNotice(DAYS, END, END - 1)).toBe(1)
  expect(dueNotice(DAYS, END, END)).toBeNull()
})

test('who comes late owes the nearest alone, whatever the days and their order', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 400 }), { maxLength: 6 }), fc.integer({ min: 1, max: 500 }), (days, left) => {
      const due = dueNotice(days, END, END - left * DAY_MS)
      const expected = days.filter((day) => day >= left)
      expect(due).toBe(expected.length === 0 ? null : Math.min(...expected))
    }),
  )
})

const typeWith = (sunset: KeyTypeInput['sunset']) => keyType.parse({ slug: 'web', prefix: 'web', sunset })

test('a rule reaches exactly the keys that it retires', () => {
  const origin = fc.constantFrom(null, 'old-page', 'import', 'api')
  const rule = fc.record({ origin, retiredAt: fc.integer({ min: 2, max: 5 }) })
  fc.assert(
    fc.property(fc.uniqueArray(rule, { selector: (each) => each.origin, maxLength: 4 }), origin, (rules, held) => {
      const type = typeWith(rules.map((each) => ({ origin: each.origin, deprecatedAt: new Date(0), retiredAt: new Date(END + each.retiredAt * DAY_MS) })))
      for (const each of type.sunset) {
        const reach = reachOf(type, each)
        const reached = reach !== null && ('only' in reach ? held === reach.only : held === null || !reach.except.includes(held))
        expect(reached).toBe(sunsetFor(type, held) === each)
      }
    }),
  )
})

test('calls are told from the first notice day, or from an earlier deprecation', () => {
  const at = (days: number) => new Date(END - days * DAY_MS)
  const first = (deprecated: number, noticeDays: number[]) =>
    announcedFrom(typeWith([{ deprecatedAt: at(deprecated), retiredAt: at(0), noticeDays }]).sunset[0] ?? expect.fail())
  expect(first(10, [30, 7])).toBe(END - 30 * DAY_MS)
  expect(first(60, [30, 7])).toBe(END - 60 * DAY_MS)
  expect(first(0, [])).toBe(END)
})

test('a preview puts its rule in place of the one for the same origin', () => {
  const type = typeWith([
    { origin: 'old-page', deprecatedAt: new Date(0), retiredAt: new Date(END) },
    { deprecatedAt: new Date(0), retiredAt: new Date(END) },
  ])
  const [own, all] = type.sunset
  const later = { ...(own ?? expect.fail()), retiredAt: END + DAY_MS }
  expect(withRule(type, later).sunset).toEqual([all, later])
})
