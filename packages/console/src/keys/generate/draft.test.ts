import { keyType, type KeyTypeInput } from '@keywright/core/configuration/key-type.ts'
import { describe, expect, test } from 'vitest'
import type { OfferedType } from '../offered-type.ts'
import { initialDraft, mistakesAt, mistakesOf, stepsFor, tagsOf, wishOf } from './draft.ts'

const NOW = Date.UTC(2026, 10, 26, 12)
const offeredWith = (more: Partial<KeyTypeInput> = {}, environments = ['live']): OfferedType => {
  const type = keyType.parse({ slug: 'ci', prefix: 'ci', ...more })
  return { slug: type.slug, label: 'CI', description: '', type, reason: null, environments, use: [], apis: [] }
}

describe('the steps', () => {
  const bare = offeredWith({ naming: { mode: 'none' }, expiry: { mode: 'none' } })
  test('are only those that have something to ask', () => {
    expect(stepsFor(bare, [bare])).toEqual(['review'])
    expect(stepsFor(bare, [bare, offeredWith()])).toEqual(['type', 'review'])
    expect(stepsFor(offeredWith({ addresses: { mode: 'optional' } }), [bare])).toEqual(['details', 'addresses', 'review'])
    expect(stepsFor({ ...bare, environments: ['live', 'test'] }, [bare])).toEqual(['details', 'review'])
  })
})

describe('a draft', () => {
  test('begins with what the type says, and with nothing where somebody must choose', () => {
    const type = {
      scopes: { offered: ['a', 'b'], default: ['a'] },
      expiry: { mode: 'required' as const, presets: ['1d'] },
      addresses: { mode: 'optional' as const },
    }
    expect(initialDraft(offeredWith(type))).toMatchObject({ environment: 'live', scopes: ['a'], expiry: { kind: 'nothing' }, addresses: [] })
    expect(initialDraft(offeredWith(type, ['live', 'test'])).environment).toBe('')
  })

  test('tells every mistake at once, each at the field it can be mended at', () => {
    const offered = offeredWith(
      { naming: { mode: 'required' }, expiry: { mode: 'required', presets: ['1d'] }, addresses: { mode: 'optional' }, scopes: { offered: ['a'] } },
      ['live', 'test'],
    )
    const mistakes = mistakesOf(offered, { ...initialDraft(offered), scopes: ['b'], tags: 'ok, !no' }, NOW)
    expect(mistakes.map(({ path }) => path).toSorted()).toEqual(['addresses', 'environment', 'expiresAt', 'name', 'scopes[0]', 'tags'])
    expect(mistakesAt('details', mistakes)).toHaveLength(5)
    expect(mistakesAt('addresses', mistakes)).toHaveLength(1)
  })

  test('without an address needs an explicit "any", which a type may refuse', () => {
    const optional = offeredWith({ addresses: { mode: 'optional' } })
    expect(mistakesOf(optional, initialDraft(optional), NOW)).toMatchObject([{ path: 'addresses', code: 'required' }])
    expect(mistakesOf(optional, { ...initialDraft(optional), addresses: 'any' }, NOW)).toEqual([])
    const required = offeredWith({ addresses: { mode: 'required' } })
    expect(mistakesOf(required, { ...initialDraft(required), addresses: 'any' }, NOW)).toMatchObject([{ code: 'any_not_allowed' }])
  })

  test('with a day that does not exist is refused instead of taking the default of the type', () => {
    const offered = offeredWith({ expiry: { mode: 'required', default: '7d' } })
    expect(mistakesOf(offered, { ...initialDraft(offered), expiry: { kind: 'date', day: '' } }, NOW)).toMatchObject([{ path: 'expiresAt' }])
    const optional = offeredWith({ expiry: { mode: 'optional' } })
    expect(mistakesOf(optional, { ...initialDraft(optional), expiry: { kind: 'date', day: '2026-02-30' } }, NOW)).toMatchObject([{ path: 'expiresAt' }])
  })

  test('with a day in the past, or beyond what the type allows, is refused', () => {
    const offered = offeredWith({ expiry: { mode: 'required', max: '30d' } })
    for (const day of ['2026-11-01', '2027-11-01'])
      expect(mistakesOf(offered, { ...initialDraft(offered), expiry: { kind: 'date', day } }, NOW), day).toMatchObject([{ path: 'expiresAt' }])
  })

  test('is sent with only what the type takes', () => {
    const offered = offeredWith({ naming: { mode: 'none' }, expiry: { mode: 'none' } })
    expect(wishOf(offered.type, { ...initialDraft(offered), name: 'typed before' })).toEqual({ type: 'ci', environment: 'live' })
    const full = offeredWith({ addresses: { mode: 'optional' }, scopes: { offered: ['a'] } })
    expect(wishOf(full.type, { ...initialDraft(full), name: ' CI ', scopes: ['a'], addresses: 'any', tags: 'one two' })).toEqual({
      type: 'ci',
      name: 'CI',
      environment: 'live',
      expiresAt: null,
      scopes: ['a'],
      addresses: 'any',
      tags: ['one', 'two'],
    })
  })
})

test('a mistake that the server finds stands at the field of the choice', () => {
  expect(mistakesAt('details', [{ path: 'expiresInSeconds', code: 'too_long', message: 'm' }])).toMatchObject([{ path: 'expiresAt' }])
  expect(mistakesAt('addresses', [{ path: 'addresses[0].cidr', code: 'invalid', message: 'm' }])).toHaveLength(1)
})

test('tags are separated by spaces or commas, each once', () => {
  expect(tagsOf(' a, b a ')).toEqual(['a', 'b'])
})
