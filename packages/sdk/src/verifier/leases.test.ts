import { describe, expect, test } from 'vitest'
import { Leases } from './leases.ts'

const LIMITS = [{ calls: 10, per: 60 }]
const DIGEST = 'd'.repeat(43)

/** A process, its connection and its clock. */
function stage(whileDisconnected: 'refuse' | 'by-process' = 'refuse') {
  const now = { steady: 1_000, connected: true }
  const sent: Record<string, unknown>[] = []
  const leases = new Leases({
    steady: () => now.steady,
    isConnected: () => now.connected,
    send: (message) => now.connected && sent.push(message as Record<string, unknown>) > 0,
    whileDisconnected,
  })
  const wall = () => 1_800_000_000_000 + now.steady
  /** As a verifier does it with each call. */
  const call = (cost = 1, key = 'key_1') => {
    const { allowed } = leases.take(key, LIMITS, cost, wall())
    leases.askFor(key, () => DIGEST)
    return allowed
  }
  const lend = (calls: number, holdMs = 5_000, lease = 7) => leases.leased({ key: 'key_1', lease, calls, holdMs, retryAfterMs: 0 })
  return { now, sent, leases, call, lend }
}

describe('of a key with limits', () => {
  test('nothing is let through before the server has lent, which is asked once for what was missed', () => {
    const { sent, leases, call, lend } = stage()
    expect([call(), call(2)]).toEqual([false, false])
    expect(sent).toEqual([{ type: 'lease', key: 'key_1', digest: DIGEST, want: 1 }])
    lend(3)
    expect([call(), call(), call(), call()]).toEqual([true, true, true, false])
    expect(leases.take('key_1', LIMITS, 11, 0)).toEqual({ allowed: false, retryAfterMs: Number.POSITIVE_INFINITY })
  })

  test('what was lent counts from when it was asked for, by a clock that nobody can set', () => {
    const { now, call, lend } = stage()
    call()
    now.steady += 4_000
    lend(5)
    expect(call()).toBe(true)
    now.steady += 1_000
    expect(call()).toBe(false)
  })

  test('what is not used goes back, and so does what comes unasked', () => {
    const { now, sent, leases, call, lend } = stage()
    lend(4)
    expect(sent.splice(0)).toEqual([{ type: 'giveBack', lease: 7, unused: 4 }])
    call()
    lend(4)
    call()
    sent.splice(0)
    now.steady += 2_001
    leases.sweep()
    expect(sent).toEqual([{ type: 'giveBack', lease: 7, unused: 3 }])
    expect(call()).toBe(false)
  })

  test('whoever waits for an answer is told when it comes, and when the connection ends before', async () => {
    const { leases, call, lend } = stage()
    call()
    const first = leases.answered('key_1', 60_000)
    lend(1)
    await first
    expect(call()).toBe(true)
    const second = leases.answered('key_1', 60_000)
    leases.disconnected()
    await second
    expect(leases.isAsking('key_1')).toBe(false)
  })

  test('the time to wait that the server names is told, and not asked about again before', () => {
    const { now, sent, leases, call } = stage()
    call()
    leases.leased({ key: 'key_1', lease: null, calls: 0, holdMs: 0, retryAfterMs: 30_000 })
    expect(leases.take('key_1', LIMITS, 1, 0)).toEqual({ allowed: false, retryAfterMs: 30_000 })
    call()
    expect(sent).toHaveLength(1)
    now.steady += 30_000
    leases.sweep()
    expect(sent, 'a lease is there when the client comes back').toHaveLength(2)
  })
})

describe('without a connection', () => {
  test('what was lent can be used, and nothing beyond it', () => {
    const { now, leases, call, lend } = stage()
    call()
    lend(2)
    now.connected = false
    leases.disconnected()
    expect([call(), call(), call()]).toEqual([true, true, false])
  })

  test('by choice each process counts for itself: never more than the limit, and no less', () => {
    const { now, leases, call } = stage('by-process')
    now.connected = false
    leases.disconnected()
    expect(Array.from({ length: 12 }, () => call()).filter(Boolean)).toHaveLength(10)
    expect(call(1, 'key_2'), 'each key by itself').toBe(true)
    now.steady += 62_000
    expect(call()).toBe(true)
    now.connected = true
    expect(call(), 'with a connection the server lends again').toBe(false)
  })
})
