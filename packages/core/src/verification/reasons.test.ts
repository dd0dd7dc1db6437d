import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DENY_REASONS } from './decision.ts'
import type { VerificationRequest } from './request.ts'
import { START, World } from './testing/world.ts'

/** Everything that can be wrong with one call, in the order of product.md; those of one `group` exclude each other. */
const DEFECTS = [
  { name: 'no credential', group: 'credential', reason: 'missing' },
  { name: 'credential elsewhere', group: 'credential', reason: 'wrong_carrier' },
  { name: 'two credentials', group: 'credential', reason: 'malformed' },
  { name: 'wrong checksum', group: 'credential', reason: 'malformed' },
  { name: 'never issued', group: 'credential', reason: 'unknown' },
  { name: 'old secret', group: 'credential', reason: 'replaced' },
  { name: 'pending', group: 'status', reason: 'pending' },
  { name: 'inactive', group: 'status', reason: 'inactive' },
  { name: 'removed', group: 'status', reason: 'removed' },
  { name: 'expired', group: null, reason: 'expired' },
  { name: 'retired', group: null, reason: 'retired' },
  { name: 'suspended', group: null, reason: 'organization_suspended' },
  { name: 'other organization', group: null, reason: 'organization_mismatch' },
  { name: 'other environment', group: null, reason: 'wrong_environment' },
  { name: 'other type', group: null, reason: 'wrong_type' },
  { name: 'not direct', group: null, reason: 'exchange_required' },
  { name: 'carrier the type refuses', group: null, reason: 'wrong_carrier' },
  { name: 'outside', group: null, reason: 'ip_not_allowed' },
  { name: 'scope not held', group: null, reason: 'insufficient_scope' },
  { name: 'not in the package', group: null, reason: 'not_entitled' },
  { name: 'limit reached', group: null, reason: 'rate_limited' },
] as const
type Defect = (typeof DEFECTS)[number]['name']

function decide(...defects: Defect[]): string {
  const has = (name: Defect) => defects.includes(name)
  const world = new World()
  world.type({
    slug: 'ucd',
    prefix: 'ucd',
    direct: !has('not direct'),
    offeredWith: 'upsert',
    scopes: { offered: ['read'] },
    limits: [{ calls: 1, per: '60s' }],
    ...(has('retired') ? { sunset: [{ deprecatedAt: '2025-01-01T00:00:00Z', retiredAt: '2026-01-01T00:00:00Z' }] } : {}),
    ...(has('carrier the type refuses') ? { carriers: [{ in: 'header', name: 'X-Other' }] } : {}),
  })
  world.type({ slug: 'sms', prefix: 'sms' })
  const acme = world.organization('acme', { status: has('suspended') ? 'suspended' : 'active', entitlements: has('not in the package') ? [] : ['upsert'] })
  const status = (['pending', 'inactive', 'removed'] as const).find(has) ?? 'active'
  const key = world.issue(acme, {
    status,
    environment: has('other environment') ? 'test' : 'live',
    expiresAt: has('expired') ? START : START + 1,
    scopes: has('scope not held') ? [] : ['read'],
    addresses: ['10.0.0.0/8'],
  })
  const old = world.replace(key)
  if (has('limit reached')) world.limiter.take(key.record.id, [{ calls: 1, per: 60 }], 1, world.now)
  // The prefix of the type must be accepted for a secret elsewhere to be recognized; so narrowing makes the type a wrong one.
  const data = world.api({
    slug: 'data',
    environment: 'live',
    accepts: ['ucd', 'sms'],
    companions: [{ from: 'header', name: 'X-Partner', names: 'organization' }],
  })

  const last = key.secret.at(-1) === '0' ? '1' : '0'
  const fields: Record<string, string | string[]> = { authorization: `Bearer ${key.secret}` }
  if (has('no credential')) delete fields.authorization
  if (has('credential elsewhere')) Object.assign(fields, { authorization: '', 'x-key': key.secret })
  if (has('two credentials')) fields.authorization = [`Bearer ${key.secret}`, `Bearer ${old}`]
  if (has('wrong checksum')) fields.authorization = `Bearer ${key.secret.slice(0, -1)}${last}`
  if (has('never issued')) fields.authorization = `Bearer ${world.secret()}`
  if (has('old secret')) fields.authorization = `Bearer ${old}`
  const request: VerificationRequest = {
    request: { method: 'GET', path: '/', headers: { ...fields, 'x-partner': has('other organization') ? 'other' : 'acme' } },
    address: has('outside') ? '11.0.0.1' : '10.0.0.1',
    requiredScopes: ['read'],
    ...(has('other type') ? { types: ['sms'] } : {}),
  }
  const decision = world.ask(data, request)
  // Trap 16: whatever was refused has spent nothing.
  if (!decision.valid && !has('limit reached')) expect(world.limiter.size).toBe(0)
  return decision.valid ? 'allowed' : decision.reason
}

describe('the order of the decision', () => {
  test('allows a call with which nothing is wrong', () => {
    expect(decide()).toBe('allowed')
  })

  test.each(DEFECTS)('refuses "$name" as $reason', ({ name, reason }) => {
    expect(decide(name)).toBe(reason)
  })

  test('reaches every reason of the table', () => {
    expect(new Set(DEFECTS.map((defect) => decide(defect.name)))).toEqual(new Set(Object.keys(DENY_REASONS)))
  })

  test('answers the earliest reason of every pair that is wrong', () => {
    for (const [index, earlier] of DEFECTS.entries()) {
      for (const later of DEFECTS.slice(index + 1)) {
        if (earlier.group !== null && earlier.group === later.group) continue
        expect([earlier.name, later.name, decide(later.name, earlier.name)]).toEqual([earlier.name, later.name, earlier.reason])
      }
    }
  })

  test('answers the earliest reason of any number of wrong things', () => {
    fc.assert(
      fc.property(fc.subarray([...DEFECTS], { minLength: 1 }), (defects) => {
        const chosen = defects.filter((defect, index) => defect.group === null || defects.findIndex((other) => other.group === defect.group) === index)
        expect(decide(...chosen.map((defect) => defect.name))).toBe(chosen[0]?.reason)
      }),
      { numRuns: 150 },
    )
  })

  test('gives an HTTP status to each reason: 401 for who, 403 for what, 429 for how often', () => {
    expect(
      Object.entries(DENY_REASONS)
        .filter(([, status]) => status === 403)
        .map(([reason]) => reason),
    ).toEqual(['wrong_type', 'exchange_required', 'ip_not_allowed', 'insufficient_scope', 'not_entitled'])
    expect(
      Object.entries(DENY_REASONS)
        .filter(([, status]) => status === 429)
        .map(([reason]) => reason),
    ).toEqual(['rate_limited'])
  })
})
