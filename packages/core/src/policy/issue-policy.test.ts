import { describe, expect, test } from 'vitest'
import { keyType, type KeyTypeInput } from '../configuration/key-type.ts'
import { type KeyWish, planIssue, planUpdate } from './issue-policy.ts'

const NOW = Date.UTC(2026, 0, 1)
const DAY = 86_400_000
const ORGANIZATION = { environments: ['live', 'test'] }

const typeOf = (fields: Partial<KeyTypeInput> = {}) => keyType.parse({ slug: 'thing', prefix: 'thing', environments: ['live'], ...fields })

function mistakes(fields: Partial<KeyTypeInput>, wish: KeyWish & { environment?: string } = {}): string[] {
  const planned = planIssue(typeOf(fields), ORGANIZATION, wish, NOW)
  return planned.ok ? [] : planned.error.map((error) => `${error.path}: ${error.code}`)
}

function plan(fields: Partial<KeyTypeInput>, wish: KeyWish & { environment?: string } = {}) {
  const planned = planIssue(typeOf(fields), ORGANIZATION, wish, NOW)
  if (!planned.ok) throw new Error(JSON.stringify(planned.error))
  return planned.value
}

test('tells every mistake at once, each at its field', () => {
  const fields = { environments: null, naming: { mode: 'required' as const }, expiry: { mode: 'required' as const }, addresses: { mode: 'required' as const } }
  expect(mistakes(fields, { name: '  ', scopes: ['x'], limits: [{ calls: 1, per: 60 }], addresses: 'any' })).toEqual([
    'environment: required',
    'name: required',
    'expiresInSeconds: required',
    'scopes[0]: not_offered',
    'addresses: any_not_allowed',
    'limits[0].per: not_offered',
  ])
})

describe('environment', () => {
  test('may be left out where only one is possible', () => expect(plan({}).environment).toBe('live'))
  test('must be said where several are', () => expect(mistakes({ environments: null })).toEqual(['environment: required']))
  test('must be one that the organization has and the type allows', () => {
    expect(mistakes({}, { environment: 'test' })).toEqual(['environment: not_allowed'])
    expect(mistakes({ environments: ['staging'] }, { environment: 'staging' })).toEqual(['environment: not_allowed'])
  })
})

describe('name', () => {
  test('is refused where the type has none', () => expect(mistakes({ naming: { mode: 'none' } }, { name: 'x' })).toEqual(['name: not_allowed']))
  test('may be blank where it is optional', () => expect(plan({}).name).toBe(''))
})

describe('expiry', () => {
  test('is what was asked for, to the millisecond', () => {
    expect(plan({}, { expiresInSeconds: 90 }).expiresAt).toBe(NOW + 90_000)
    expect(plan({}, { expiresAt: NOW + 1 }).expiresAt).toBe(NOW + 1)
  })
  test('must lie in the future', () => expect(mistakes({}, { expiresAt: NOW })).toEqual(['expiresAt: past']))
  test('may not pass the longest the type allows', () => {
    expect(plan({ expiry: { max: '1d' } }, { expiresAt: NOW + DAY }).expiresAt).toBe(NOW + DAY)
    expect(mistakes({ expiry: { max: '1d' } }, { expiresAt: NOW + DAY + 1 })).toEqual(['expiresAt: too_long'])
    expect(mistakes({ expiry: { max: '1d' } }, { expiresInSeconds: 86_401 })).toEqual(['expiresInSeconds: too_long'])
  })
  test("is the type's standard where nothing is said, and none where none is asked for", () => {
    expect(plan({ expiry: { default: '7d' } }).expiresAt).toBe(NOW + 7 * DAY)
    expect(plan({ expiry: { default: '7d' } }, { expiresAt: null }).expiresAt).toBeNull()
  })
  test('cannot be waived where it is required', () =>
    expect(mistakes({ expiry: { mode: 'required', default: '7d' } }, { expiresAt: null })).toEqual(['expiresInSeconds: required']))
  test('is refused where keys of the type do not expire', () =>
    expect(mistakes({ expiry: { mode: 'none' } }, { expiresInSeconds: 1 })).toEqual(['expiresInSeconds: not_allowed']))
})

describe('scopes', () => {
  const scopes = { offered: ['a', 'b'], default: ['a'] }
  test("are the type's default where nothing is said", () => expect(plan({ scopes }).scopes).toEqual(['a']))
  test('may be none: an empty set is kept, and means nothing', () => expect(plan({ scopes }, { scopes: [] }).scopes).toEqual([]))
  test('must be offered, and stand once', () =>
    expect(mistakes({ scopes }, { scopes: ['c', 'a', 'a'] })).toEqual(['scopes[0]: not_offered', 'scopes[2]: repeated']))
})

describe('addresses', () => {
  const office = { cidr: '10.0.0.0/8', label: null }
  test('must be said, if only as "any", where they are optional', () => {
    expect(mistakes({ addresses: { mode: 'optional' } })).toEqual(['addresses: required'])
    expect(plan({ addresses: { mode: 'optional' } }, { addresses: 'any' }).addresses).toBe('any')
  })
  test('cannot be "any" where they are required', () =>
    expect(mistakes({ addresses: { mode: 'required' } }, { addresses: 'any' })).toEqual(['addresses: any_not_allowed']))
  test('are refused where the type has none, so that nobody believes in a rule that does not hold', () =>
    expect(mistakes({}, { addresses: [office] })).toEqual(['addresses: not_allowed']))
  test('stand once', () => expect(mistakes({ addresses: { mode: 'optional' } }, { addresses: [office, office] })).toEqual(['addresses[1]: repeated']))
})

describe('limits', () => {
  const limits = [{ calls: 10, per: '60s', maxCalls: 20 }]
  test('may be raised as far as the type says', () => {
    expect(plan({ limits }, { limits: [{ calls: 20, per: 60 }] }).limits).toEqual([{ calls: 20, per: 60 }])
    expect(mistakes({ limits }, { limits: [{ calls: 21, per: 60 }] })).toEqual(['limits[0].calls: too_many'])
  })
  test('are for intervals of the type, each once', () =>
    expect(
      mistakes(
        { limits },
        {
          limits: [
            { calls: 1, per: 61 },
            { calls: 1, per: 60 },
            { calls: 2, per: 60 },
          ],
        },
      ),
    ).toEqual(['limits[0].per: not_offered', 'limits[2].per: repeated']))
  test("are the type's where none are asked for", () => expect(plan({ limits }, { limits: [] }).limits).toBeNull())
})

test('an update plans only what was wished for', () => {
  expect(planUpdate(typeOf({ addresses: { mode: 'required' }, naming: { mode: 'required' } }), { name: 'new' }, NOW)).toEqual({
    ok: true,
    value: { name: 'new' },
  })
  expect(planUpdate(typeOf({ addresses: { mode: 'required' } }), { addresses: 'any' }, NOW)).toMatchObject({ ok: false })
})
