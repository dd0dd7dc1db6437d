import { describe, expect, test } from 'vitest'
import { bearer, smallWorld, START } from './testing/world.ts'

const DAY = 86_400_000
const iso = (instant: number) => new Date(instant).toISOString()

describe('expiry', () => {
  test('holds to the last millisecond before it, and not at the instant', () => {
    const { world, acme, data } = smallWorld()
    const { secret } = world.issue(acme, { expiresAt: START + DAY })
    world.now = START + DAY - 1
    expect(world.ask(data, { secret })).toMatchObject({ valid: true, key: { expiresAt: START + DAY } })
    world.now = START + DAY
    expect(world.answer(data, { secret })).toBe('expired')
  })

  test('trap 6: a key of long ago is still expired or removed, never unknown', () => {
    const { world, acme, data } = smallWorld()
    const expired = world.issue(acme, { expiresAt: START + 1 })
    const removed = world.issue(acme, { status: 'removed' })
    world.now = START + 3650 * DAY
    expect(world.ask(data, { secret: expired.secret })).toMatchObject({ reason: 'expired', key: { id: expired.record.id, name: 'Nightly' } })
    expect(world.answer(data, { secret: removed.secret })).toBe('removed')
  })

  test('trap 10: replacing an expired key does not revive it', () => {
    const { world, acme, data } = smallWorld()
    const key = world.issue(acme, { expiresAt: START })
    const old = world.replace(key, START + DAY)
    expect(world.answer(data, { secret: key.secret })).toBe('expired')
    expect(world.answer(data, { secret: old })).toBe('expired')
  })
})

describe('sunset', () => {
  const deprecatedAt = START + DAY
  const retiredAt = START + 30 * DAY
  const sunset = [{ origin: 'web-push-settings', deprecatedAt: iso(deprecatedAt), retiredAt: iso(retiredAt), successor: 'web-push' }]

  test('announces from its first instant on and ends at its last, to the millisecond', () => {
    const { world, acme, data } = smallWorld({ sunset })
    const { secret } = world.issue(acme, { origin: 'web-push-settings' })
    world.now = deprecatedAt - 1
    expect(world.ask(data, { secret })).toMatchObject({ valid: true, deprecation: null })
    world.now = deprecatedAt
    expect(world.ask(data, { secret })).toMatchObject({ valid: true, deprecation: { deprecatedAt, retiresAt: retiredAt, successor: 'web-push' } })
    world.now = retiredAt - 1
    expect(world.answer(data, { secret })).toBe('allowed')
    world.now = retiredAt
    expect(world.ask(data, { secret })).toMatchObject({ valid: false, reason: 'retired', successor: 'web-push' })
  })

  test('of one origin leaves keys of another, and of none, untouched', () => {
    const { world, acme, data } = smallWorld({ sunset })
    world.now = retiredAt
    for (const origin of [null, 'console', '']) expect(world.answer(data, { secret: world.issue(acme, { origin }).secret })).toBe('allowed')
  })

  test('for all origins ends every key; the earlier of two holds', () => {
    const all = { deprecatedAt: iso(START), retiredAt: iso(START + 2 * DAY) }
    const { world, acme, data } = smallWorld({ sunset: [...sunset, all] })
    const none = world.issue(acme)
    const own = world.issue(acme, { origin: 'web-push-settings' })
    world.now = START + 2 * DAY
    expect([world.answer(data, none), world.answer(data, own)]).toEqual(['retired', 'retired'])
  })

  test('set, moved and taken back reaches keys that were issued before', () => {
    const { world, acme, data } = smallWorld()
    const { secret } = world.issue(acme, { origin: 'web-push-settings' })
    world.now = retiredAt
    expect(world.answer(data, { secret })).toBe('allowed')
    world.type({ slug: 'ucd', prefix: 'ucd', sunset })
    expect(world.answer(data, { secret })).toBe('retired')
    world.type({ slug: 'ucd', prefix: 'ucd' })
    expect(world.answer(data, { secret })).toBe('allowed')
  })
})

describe('replacement', () => {
  test('without overlap ends the old secret at once, also on the next call of an open connection', () => {
    const { world, acme, data } = smallWorld()
    const key = world.issue(acme)
    expect(world.answer(data, bearer(key.secret))).toBe('allowed')
    const old = world.replace(key)
    expect(world.ask(data, bearer(old))).toMatchObject({ reason: 'replaced', key: { id: key.record.id, secretVersion: 1 } })
    expect(world.ask(data, bearer(key.secret))).toMatchObject({ valid: true, key: { id: key.record.id, secretVersion: 2 } })
  })

  test('trap 4: with overlap keeps the old secret valid until the overlap ends, and takes the new one at once', () => {
    const { world, acme, data } = smallWorld()
    const key = world.issue(acme)
    const old = world.replace(key, START + DAY)
    for (const now of [START, START + DAY - 1]) {
      world.now = now
      expect([world.answer(data, { secret: old }), world.answer(data, key)]).toEqual(['allowed', 'allowed'])
    }
    world.now = START + DAY
    expect([world.answer(data, { secret: old }), world.answer(data, key)]).toEqual(['replaced', 'allowed'])
  })

  test('finished early ends the old secret now', () => {
    const { world, acme, data } = smallWorld()
    const key = world.issue(acme)
    const old = world.replace(key, START + DAY)
    const [first, second] = key.record.versions
    world.update(key, { versions: [{ ...first!, endsAt: START }, second!] })
    expect([world.answer(data, { secret: old }), world.answer(data, key)]).toEqual(['replaced', 'allowed'])
  })

  test('again and again leaves every older secret "replaced"', () => {
    const { world, acme, data } = smallWorld()
    const key = world.issue(acme)
    const old = Array.from({ length: 40 }, () => world.replace(key))
    expect(new Set(old.map((secret) => world.answer(data, { secret })))).toEqual(new Set(['replaced']))
    expect(world.ask(data, key)).toMatchObject({ valid: true, key: { secretVersion: 41 } })
  })

  test('of a pending key leaves it pending, of an inactive one inactive', () => {
    const { world, acme, data } = smallWorld()
    for (const status of ['pending', 'inactive'] as const) {
      const key = world.issue(acme, { status })
      const old = world.replace(key)
      expect([world.answer(data, { secret: old }), world.answer(data, key)]).toEqual(['replaced', status])
    }
  })
})

test('status acts from the next decision on, and activation brings the same secret back', () => {
  const { world, acme, data } = smallWorld()
  const key = world.issue(acme, { status: 'pending' })
  const seen = (['pending', 'active', 'inactive', 'active', 'removed'] as const).map((status) => {
    world.update(key, { status })
    return world.answer(data, key)
  })
  expect(seen).toEqual(['pending', 'allowed', 'inactive', 'allowed', 'removed'])
  world.change({ kind: 'organization', organization: { ...acme, status: 'suspended' } })
  expect(world.answer(data, world.issue(acme))).toBe('organization_suspended')
  world.change({ kind: 'organization', organization: { ...acme, status: 'removed' } })
  expect(world.detail(data, world.issue(acme))).toBe('removed organization_removed')
  expect(world.detail(data, world.issue({ id: 'org_0123456789abcdefghjkmnpqrs' }))).toBe('removed organization_removed')
})
