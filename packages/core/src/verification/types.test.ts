import { describe, expect, test } from 'vitest'
import { RESERVED_APIS, RESERVED_KEY_TYPES } from '../configuration/reserved.ts'
import type { CompiledApi } from './compiled-api.ts'
import { bearer, get, smallWorld } from './testing/world.ts'

describe('key types', () => {
  test('are accepted only by the APIs that say so', () => {
    const { world, acme, data } = smallWorld()
    const sms = world.api({ slug: 'sms', accepts: ['sms'] })
    const { secret } = world.issue(acme)
    expect([world.answer(data, { secret }), world.answer(sms, { secret })]).toEqual(['allowed', 'wrong_type'])
  })

  test('can be narrowed by a request, never widened', () => {
    const { world, acme, data } = smallWorld()
    const { secret } = world.issue(acme)
    const other = world.issue(acme, { type: 'sms' }, 'sms')
    world.type({ slug: 'sms', prefix: 'sms' })
    expect(world.answer(data, { secret, types: ['sms'] })).toBe('wrong_type')
    expect(world.answer(data, { secret, types: [] })).toBe('wrong_type')
    expect(world.answer(data, { secret, types: ['sms', 'ucd'] })).toBe('allowed')
    expect(world.answer(data, { secret: other.secret, types: ['sms'] })).toBe('wrong_type')
  })

  test('that only mint are exchanged, never presented', () => {
    const { world, acme, data } = smallWorld({ direct: false, mints: { lifetime: '1h' } })
    expect(world.answer(data, world.issue(acme))).toBe('exchange_required')
  })

  test('that are not known, or no longer, are accepted nowhere', () => {
    const { world, acme, data } = smallWorld()
    const key = world.issue(acme)
    world.change({ kind: 'keyTypeRemoved', slug: 'ucd' })
    for (const api of [data, null]) expect(world.detail(api, key)).toBe('wrong_type type_unknown')
    world.type({ slug: 'ucd', prefix: 'ucd' })
    expect(world.answer(data, key)).toBe('allowed')
  })
})

describe('Keywright’s own key types', () => {
  test.each(RESERVED_KEY_TYPES.map((type) => [type.slug, type.prefix] as const))('%s is accepted by its own APIs and by no other', (slug, prefix) => {
    const { world, acme } = smallWorld()
    const { secret } = world.issue(acme, { type: slug }, prefix)
    // A definition that names it anyway: configuration checks refuse that, and so does the decision.
    const ordinary = world.api({ slug: 'ordinary', accepts: [slug, 'ucd'] })
    for (const api of [ordinary, null]) {
      expect(world.answer(api, { secret })).toBe('wrong_type')
      expect(world.answer(api, { secret, types: [slug] })).toBe('wrong_type')
    }
    expect(world.answer(ordinary, bearer(secret))).toBe('wrong_type')
    for (const { slug: own, accepts } of RESERVED_APIS) {
      expect(world.answer(world.replica.api(own) as CompiledApi, { secret })).toBe(accepts.includes(slug) ? 'allowed' : 'wrong_type')
    }
  })

  test('keys of customers are refused by Keywright’s own APIs', () => {
    const { world, acme } = smallWorld()
    const { secret } = world.issue(acme)
    for (const { slug } of RESERVED_APIS) expect(world.answer(world.replica.api(slug) as CompiledApi, { secret })).toBe('wrong_type')
  })
})

test('without an API there is nothing to find a credential by: only a secret is answered', () => {
  const { world, acme } = smallWorld()
  const { secret } = world.issue(acme)
  expect(world.answer(null, { secret })).toBe('allowed')
  expect(world.answer(null, get({ authorization: `Bearer ${secret}` }))).toBe('missing')
  expect(world.answer(null, {})).toBe('missing')
  expect(world.answer(null, { secret: ' \t' })).toBe('missing')
})

test('facts of a decision name the key and never its secret or digest', () => {
  const { world, acme, data } = smallWorld({ scopes: { offered: ['read'] } })
  const key = world.issue(acme, { scopes: ['read', 'gone'], grant: { apis: 'all' } })
  const decision = world.ask(data, key)
  expect(decision.valid && { ...decision.key, id: decision.key.id, name: decision.key.name }).toMatchObject({ id: key.record.id, name: 'Nightly' })
  expect(decision).toMatchObject({
    key: {
      type: 'ucd',
      organizationId: acme.id,
      organization: 'acme',
      environment: 'live',
      scopes: ['read'],
      secretVersion: 1,
      expiresAt: null,
      grant: { apis: 'all' },
    },
  })
})
