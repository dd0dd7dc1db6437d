import { keyType, type KeyTypeInput } from '@keywright/core/configuration/key-type.ts'
import { planIssue } from '@keywright/core/policy/issue-policy.ts'
import { describe, expect, test } from 'vitest'
import { dayText, endOf, expiryFields, expiryOptions, initialExpiry, lastDay } from './key-expiry.ts'

const NOW = Date.UTC(2026, 10, 26, 12)
const DAY = 86_400
const typeWith = (expiry: KeyTypeInput['expiry']) => keyType.parse({ slug: 'ci', prefix: 'ci', expiry })

describe('the durations on offer', () => {
  test('are the presets of the type with the instant each would end', () => {
    const options = expiryOptions(typeWith({ mode: 'required', presets: ['30d', '1d'] }), NOW)
    expect(options.map(({ label, endsAt }) => [label, endsAt])).toEqual([
      ['1 day', NOW + DAY * 1000],
      ['30 days', NOW + 30 * DAY * 1000],
    ])
  })

  test('leave out what is longer than the type allows, and offer "never" only where it may be', () => {
    expect(expiryOptions(typeWith({ mode: 'required', presets: ['1d', '90d'], max: '30d' }), NOW)).toHaveLength(1)
    expect(expiryOptions(typeWith({ mode: 'optional', presets: ['1d'] }), NOW).map(({ choice }) => choice.kind)).toEqual(['seconds', 'never'])
    expect(expiryOptions(typeWith({ mode: 'none' }), NOW)).toEqual([])
  })

  test('begin with the default of the type; where one must be chosen, with none', () => {
    expect(initialExpiry(typeWith({ mode: 'required', presets: ['1d'] }))).toEqual({ kind: 'nothing' })
    expect(initialExpiry(typeWith({ mode: 'required', default: '7d' }))).toEqual({ kind: 'seconds', seconds: 7 * DAY })
    expect(initialExpiry(typeWith({ mode: 'optional' }))).toEqual({ kind: 'never' })
  })
})

describe('a chosen day', () => {
  test('ends when the next begins where the person is, and is sent as that exact instant', () => {
    const end = endOf({ kind: 'date', day: '2026-12-24' }, NOW) as number
    expect(dayText(new Date(end))).toBe('2026-12-25')
    expect(expiryFields(typeWith({ mode: 'optional' }), { kind: 'date', day: '2026-12-24' })).toEqual({ expiresAt: new Date(end).toISOString() })
  })

  test('that is no day says nothing, so that the type asks for one', () => {
    const type = typeWith({ mode: 'required' })
    const fields = expiryFields(type, { kind: 'date', day: '2026-02-30' })
    expect(fields).toEqual({})
    const planned = planIssue(type, { environments: ['live'] }, { ...fields, expiresAt: undefined }, NOW)
    expect(planned).toMatchObject({ ok: false, error: [{ path: 'expiresInSeconds', code: 'required' }] })
  })

  test('may be the last one whose end the type still allows', () => {
    const type = typeWith({ mode: 'required', max: '30d' })
    const latest = lastDay(type, NOW) as string
    expect(endOf({ kind: 'date', day: latest }, NOW) as number).toBeLessThanOrEqual(NOW + 30 * DAY * 1000)
    expect((endOf({ kind: 'date', day: latest }, NOW) as number) + DAY * 1000).toBeGreaterThan(NOW + 30 * DAY * 1000)
    expect(lastDay(typeWith({ mode: 'optional' }), NOW)).toBeUndefined()
  })
})

test('each choice is sent as the type takes it', () => {
  const optional = typeWith({ mode: 'optional', default: '7d' })
  // Saying nothing would mean the default.
  expect(expiryFields(optional, { kind: 'never' })).toEqual({ expiresAt: null })
  expect(expiryFields(optional, { kind: 'seconds', seconds: 60 })).toEqual({ expiresInSeconds: 60 })
  expect(expiryFields(typeWith({ mode: 'none' }), { kind: 'never' })).toEqual({})
})
