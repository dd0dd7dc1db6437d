import { describe, expect, test } from 'vitest'
import type { Denied } from './decision.ts'
import { smallWorld, START } from './testing/world.ts'

const answers = (count: number, ask: () => string) => Array.from({ length: count }, ask)

describe('limits', () => {
  const limits = [{ calls: 2, per: '60s' }]

  test('are asked last and spent by an allowed call only', () => {
    const { world, acme, data } = smallWorld({ limits, scopes: { offered: ['read'] } })
    const { secret } = world.issue(acme, { addresses: ['10.0.0.0/8'], scopes: [] })
    // Trap 16: a refused request burns no quota.
    for (let call = 0; call < 10; call++) {
      expect(world.answer(data, { secret, address: '11.0.0.1' })).toBe('ip_not_allowed')
      expect(world.answer(data, { secret, address: '10.0.0.1', requiredScopes: ['read'] })).toBe('insufficient_scope')
      expect(world.answer(data, { secret, address: '10.0.0.1', organization: 'other' })).toBe('organization_mismatch')
    }
    expect(answers(4, () => world.answer(data, { secret, address: '10.0.0.1' }))).toEqual(['allowed', 'allowed', 'rate_limited', 'rate_limited'])
  })

  test('trap 19: the retry time passes when it comes, and not a second sooner', () => {
    const { world, acme, data } = smallWorld({ limits })
    const { secret } = world.issue(acme)
    for (const offset of [0, 1, 999, 1500, 59_999]) {
      world.now = START + 600_000 + offset
      answers(2, () => world.answer(data, { secret }))
      const refusal = world.ask(data, { secret }) as Denied
      expect(refusal).toMatchObject({ reason: 'rate_limited', detail: null })
      const at = world.now + (refusal.retryAfterSeconds as number) * 1000
      world.now = at - 1000
      expect(world.answer(data, { secret })).toBe('rate_limited')
      world.now = at
      expect(world.answer(data, { secret })).toBe('allowed')
      world.now += 120_000
    }
  })

  test('trap 5: counters survive replacement, and both secrets of an overlap share them', () => {
    const { world, acme, data } = smallWorld({ limits })
    const key = world.issue(acme)
    expect(world.answer(data, key)).toBe('allowed')
    const old = world.replace(key, START + 1000)
    expect(answers(2, () => world.answer(data, { secret: old }))).toEqual(['allowed', 'rate_limited'])
    expect(world.answer(data, key)).toBe('rate_limited')
  })

  test('of a key take the place of the type’s for the same interval, and stand beside the others', () => {
    const { world, acme, data } = smallWorld({
      limits: [
        { calls: 2, per: '60s' },
        { calls: 3, per: '1h' },
      ],
    })
    const key = world.issue(acme, { limits: [{ calls: 1, per: 60 }] })
    expect(answers(2, () => world.answer(data, key))).toEqual(['allowed', 'rate_limited'])
    world.update(key, { limits: [{ calls: 9, per: 60 }] })
    expect(answers(3, () => world.answer(data, key))).toEqual(['allowed', 'allowed', 'rate_limited'])
    world.update(key, { limits: null })
    world.now += 70_000
    expect(world.answer(data, key)).toBe('rate_limited')
  })

  test('of a type act on keys issued before they were set', () => {
    const { world, acme, data } = smallWorld()
    const key = world.issue(acme)
    expect(answers(3, () => world.answer(data, key))).not.toContain('rate_limited')
    world.type({ slug: 'ucd', prefix: 'ucd', limits: [{ calls: 1, per: '1m' }] })
    expect(answers(2, () => world.answer(data, key))).toEqual(['allowed', 'rate_limited'])
  })

  test('count the cost; a cost above the limit never passes and says so', () => {
    const { world, acme, data } = smallWorld({ limits: [{ calls: 10, per: '60s' }] })
    const { secret } = world.issue(acme)
    expect(world.answer(data, { secret, cost: 8 })).toBe('allowed')
    expect(world.answer(data, { secret, cost: 3 })).toBe('rate_limited')
    expect(world.answer(data, { secret, cost: 2 })).toBe('allowed')
    expect(world.detail(data, { secret, cost: 11 })).toBe('rate_limited cost_above_limit')
  })

  test('of one key say nothing about another', () => {
    const { world, acme, data } = smallWorld({ limits: [{ calls: 1, per: '60s' }] })
    const [one, other] = [world.issue(acme), world.issue(acme)]
    expect([world.answer(data, one), world.answer(data, one), world.answer(data, other)]).toEqual(['allowed', 'rate_limited', 'allowed'])
  })
})
