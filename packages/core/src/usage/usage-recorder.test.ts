import { expect, test } from 'vitest'
import type { Decision, DenyReason, KeyFacts } from '../verification/decision.ts'
import { UsageRecorder } from './usage-recorder.ts'

const KEY: KeyFacts = {
  id: 'key_1',
  name: '',
  type: 't',
  organizationId: 'org_1',
  organization: 'acme',
  environment: 'live',
  scopes: [],
  secretVersion: 2,
  expiresAt: null,
  grant: null,
}
const allowed: Decision = { valid: true, key: KEY, deprecation: null }
const denied = (reason: DenyReason, key: KeyFacts | null = KEY): Decision => ({
  valid: false,
  reason,
  detail: null,
  key,
  retryAfterSeconds: null,
  missing: [],
  successor: null,
})
const call = (address: string | null = '192.0.2.1') => ({ address, client: 'curl' })
const MINUTE = 60_000

test('a key that is used once is last seen then, with address and client (trap 11)', () => {
  const usage = new UsageRecorder()
  usage.record(allowed, call(), 5 * MINUTE + 1)
  expect(usage.take()).toMatchObject({
    lastSeen: [{ keyId: 'key_1', version: 2, at: 5 * MINUTE + 1, address: '192.0.2.1', client: 'curl', calls: 1 }],
    counts: [{ minute: 5, decision: 'allowed', address: '', calls: 1 }],
  })
  expect(usage.isEmpty).toBe(true)
})

test('one verification is counted once, also when storing it failed and is tried again (trap 14)', () => {
  const usage = new UsageRecorder()
  usage.record(allowed, call(), 1)
  const batch = usage.take()
  usage.record(allowed, call('192.0.2.9'), 2)
  usage.restore(batch)
  const { lastSeen, counts } = usage.take()
  expect(lastSeen).toMatchObject([{ calls: 2, at: 2, address: '192.0.2.9' }])
  expect(counts).toMatchObject([{ calls: 2 }])
})

test('a refused call is never "last seen"', () => {
  const usage = new UsageRecorder()
  usage.record(denied('expired'), call(), 1)
  expect(usage.take().lastSeen).toEqual([])
})

test('refusals are counted by key, reason, minute and address; IPv6 by its /64', () => {
  const usage = new UsageRecorder()
  usage.record(denied('unknown', null), call('2001:db8::1'), 1)
  usage.record(denied('unknown', null), call('2001:db8::2'), 2)
  usage.record(denied('expired'), call(null), MINUTE)
  expect(usage.take().counts.map(({ minute, keyId, decision, address, calls }) => [minute, keyId, decision, address, calls])).toEqual([
    [0, '', 'unknown', '2001:db8::/64', 2],
    [1, 'key_1', 'expired', '', 1],
  ])
})

test('the first refusal of its kind in an hour is worth an event; the next hour begins anew', () => {
  const usage = new UsageRecorder()
  for (const at of [0, 1, 59 * MINUTE]) usage.record(denied('expired'), call(), at)
  usage.record(denied('expired'), call('192.0.2.2'), 2)
  usage.record(denied('expired'), call(), 60 * MINUTE)
  expect(usage.take().refusals.map((refusal) => refusal.address)).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.1'])
})

test('an attack from everywhere is added up, never dropped, in bounded memory (trap 17)', () => {
  const usage = new UsageRecorder()
  const total = 60_000
  for (let index = 0; index < total; index++) usage.record(denied('unknown', null), call(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`), 1)
  const batch = usage.take()
  expect(batch.counts.length).toBeLessThanOrEqual(50_001)
  expect(batch.counts.reduce((sum, count) => sum + count.calls, 0)).toBe(total)
  expect(batch.refusals.length + batch.moreRefusals).toBe(total)
  expect(batch.refusals.length).toBeLessThanOrEqual(200)
})
