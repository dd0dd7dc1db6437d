import { describe, expect, test } from 'vitest'
import type { Denied } from './decision.ts'
import { bearer, smallWorld } from './testing/world.ts'

describe('scopes', () => {
  test('trap 7: an empty set means nothing, never everything', () => {
    const { world, acme, data } = smallWorld({ scopes: { offered: ['read', 'write'] } })
    const { secret } = world.issue(acme, { scopes: [] })
    expect(world.ask(data, { secret, requiredScopes: ['read'] })).toMatchObject({ valid: false, reason: 'insufficient_scope', missing: ['read'] })
    expect(world.answer(data, { secret, requiredScopes: [] })).toBe('allowed')
    expect(world.answer(data, { secret })).toBe('allowed')
  })

  test('trap 8: a scope added to a type attaches itself to no key', () => {
    const { world, acme, data } = smallWorld({ scopes: { offered: ['read'] } })
    const { secret } = world.issue(acme, { scopes: ['read'] })
    world.type({ slug: 'ucd', prefix: 'ucd', scopes: { offered: ['read', 'write'], default: ['read', 'write'] } })
    expect(world.answer(data, { secret, requiredScopes: ['write'] })).toBe('insufficient_scope')
    expect(world.ask(data, { secret })).toMatchObject({ valid: true, key: { scopes: ['read'] } })
  })

  test('withdrawn from a type are taken from all its keys, and come back to those that held them', () => {
    const { world, acme, data } = smallWorld({ scopes: { offered: ['read', 'write'] } })
    const { secret } = world.issue(acme, { scopes: ['read', 'write'] })
    world.type({ slug: 'ucd', prefix: 'ucd', scopes: { offered: ['read'] } })
    expect(world.answer(data, { secret, requiredScopes: ['write'] })).toBe('insufficient_scope')
    expect(world.ask(data, { secret })).toMatchObject({ key: { scopes: ['read'] } })
    world.type({ slug: 'ucd', prefix: 'ucd', scopes: { offered: ['read', 'write'] } })
    expect(world.answer(data, { secret, requiredScopes: ['write'] })).toBe('allowed')
  })

  test('are compared whole: no prefix, no wildcard, no case folded', () => {
    const { world, acme, data } = smallWorld({ scopes: { offered: ['read', '*', 'a:*'] } })
    const { secret } = world.issue(acme, { scopes: ['read', '*', 'a:*'] })
    for (const scope of ['rea', 'read:all', 'READ', 'a:b', 'constructor', ''])
      expect(world.answer(data, { secret, requiredScopes: [scope] })).toBe('insufficient_scope')
  })

  test('of the route and of the verifier are both needed; what is missing is named once', () => {
    const { world, acme, data } = smallWorld(
      { scopes: { offered: ['read', 'write', 'export'] } },
      { routes: [{ method: 'GET', path: '/', scopes: ['write', 'read'] }] },
    )
    const { secret } = world.issue(acme, { scopes: ['read'] })
    expect((world.ask(data, { ...bearer(secret), requiredScopes: ['export', 'write', 'read'] }) as Denied).missing).toEqual(['write', 'export'])
    const all = world.issue(acme, { scopes: ['read', 'write', 'export'] })
    expect(world.answer(data, { ...bearer(all.secret), requiredScopes: ['export'] })).toBe('allowed')
  })
})

describe('entitlements', () => {
  const type = { scopes: { offered: ['profile:read', { scope: 'upsert', entitlement: 'upsert' }] } }

  test('appear and vanish with the same key', () => {
    const { world, acme, data } = smallWorld(type)
    const { secret } = world.issue(acme, { scopes: ['profile:read', 'upsert'] })
    const upsert = () => world.ask(data, { secret, requiredScopes: ['upsert', 'profile:read'] })
    expect(upsert()).toMatchObject({ valid: false, reason: 'not_entitled', missing: ['upsert'] })
    expect(world.answer(data, { secret, requiredScopes: ['profile:read'] })).toBe('allowed')
    world.change({ kind: 'organization', organization: { ...acme, entitlements: ['upsert'] } })
    expect(upsert()).toMatchObject({ valid: true })
    world.change({ kind: 'organization', organization: { ...acme, entitlements: [] } })
    expect(upsert()).toMatchObject({ valid: false, reason: 'not_entitled' })
  })

  test('of a whole type are asked for at each decision, and named once', () => {
    const { world, acme, data } = smallWorld({ offeredWith: 'upsert', ...type })
    const { secret } = world.issue(acme, { scopes: ['upsert'] })
    expect(world.ask(data, { secret })).toMatchObject({ reason: 'not_entitled', missing: ['upsert'] })
    expect((world.ask(data, { secret, requiredScopes: ['upsert'] }) as Denied).missing).toEqual(['upsert'])
  })

  test('are not told to whom does not hold the scope', () => {
    const { world, acme, data } = smallWorld(type)
    expect(world.answer(data, { secret: world.issue(acme).secret, requiredScopes: ['upsert'] })).toBe('insufficient_scope')
  })
})
