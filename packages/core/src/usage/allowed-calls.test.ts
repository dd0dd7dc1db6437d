import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FoundKey } from '../verification/found-key.ts'
import { type IssuedKey, START, World } from '../verification/testing/world.ts'
import { AllowedCalls } from './allowed-calls.ts'
import { UsageRecorder } from './usage-recorder.ts'

const MINUTE = 60_000
const from = (address: string) => ({ address, client: 'curl' })

function worldOf(keys: number) {
  const world = new World()
  world.type({ slug: 'ucd', prefix: 'ucd', addresses: { mode: 'optional' } })
  const acme = world.organization('acme')
  const issued = Array.from({ length: keys }, () => world.issue(acme))
  return { world, issued }
}

function found(world: World, { secret }: IssuedKey): FoundKey {
  return world.ask(null, { secret }).key as FoundKey
}

test('another minute, another secret version and another replica are counted apart, each under the id of its key', () => {
  const calls = new AllowedCalls()
  const { world: first, issued } = worldOf(2)
  const [key, other] = issued as [IssuedKey, IssuedKey]
  calls.add(found(first, key), from('192.0.2.1'), START)
  calls.add(found(first, key), from('192.0.2.2'), START + 1)
  calls.add(found(first, other), from('192.0.2.3'), START + 1)
  calls.add(found(first, key), from('192.0.2.4'), START + MINUTE)
  const old = found(first, key)
  first.replace(key)
  calls.add(found(first, key), from('192.0.2.5'), START + MINUTE)
  expect(old.secretVersion).toBe(1)
  // In another replica other keys have the same rows.
  const { world: second, issued: strangers } = worldOf(3)
  calls.add(found(second, strangers[2] as IssuedKey), from('192.0.2.6'), START + MINUTE)
  expect(calls.take(100).map(({ keyId, version, minute, calls: count, address }) => [keyId, version, minute - START / MINUTE, count, address])).toEqual([
    [key.record.id, 1, 0, 2, '192.0.2.2'],
    [key.record.id, 1, 1, 1, '192.0.2.4'],
    [key.record.id, 2, 1, 1, '192.0.2.5'],
    [other.record.id, 1, 0, 1, '192.0.2.3'],
    [strangers[2]?.record.id, 1, 1, 1, '192.0.2.6'],
  ])
  expect(calls.size).toBe(0)
})

test('whatever calls come and whenever a piece is taken, each call is taken once, with the last address of its key', () => {
  const { world: keys, issued } = worldOf(5)
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.record({ key: fc.nat(4), later: fc.constantFrom(0, 1, 30_000, MINUTE) }), fc.record({ take: fc.integer({ min: 1, max: 3 }) }))),
      (steps) => {
        const usage = new UsageRecorder()
        const sums = new Map<string, number>()
        const last = new Map<string, string>()
        const seen = new Map<string, { at: number; address: string | null }>()
        const store = (most?: number) => {
          const batch = usage.take(most)
          for (const { keyId, calls } of batch.counts) sums.set(keyId, (sums.get(keyId) ?? 0) + calls)
          for (const { keyId, at, address } of batch.lastSeen) if (at >= (seen.get(keyId)?.at ?? 0)) seen.set(keyId, { at, address })
        }
        const expected = new Map<string, number>()
        let now = START
        for (const [index, step] of steps.entries()) {
          if ('take' in step) {
            store(step.take)
            continue
          }
          now += step.later
          const key = issued[step.key] as IssuedKey
          usage.record({ valid: true, key: found(keys, key), deprecation: null }, from(`10.0.0.${index}`), now)
          expected.set(key.record.id, (expected.get(key.record.id) ?? 0) + 1)
          last.set(key.record.id, `10.0.0.${index}`)
        }
        while (!usage.isEmpty) store(2)
        expect(sums).toEqual(expected)
        expect(new Map([...seen].map(([id, { address }]) => [id, address]))).toEqual(last)
      },
    ),
  )
})

test('more keys at once than there is room for are added up without key, never dropped (trap 17)', () => {
  const usage = new UsageRecorder()
  const { world: keys, issued } = worldOf(1)
  const { replica } = found(keys, issued[0] as IssuedKey)
  const total = 100_500
  // Stand-ins for so many rows: only row, version and replica are looked at before the sums are taken.
  const key = found(keys, issued[0] as IssuedKey)
  const call = (row: number) => {
    const another = Object.assign(Object.create(Object.getPrototypeOf(key) as object) as FoundKey, { row, secretVersion: 1, replica })
    usage.record({ valid: true, key: another, deprecation: null }, from('192.0.2.1'), START)
  }
  for (let row = 0; row < total; row++) call(row)
  expect(usage.remainder).toBe(500)
  const { counts, lastSeen } = usage.take()
  expect(counts.reduce((sum, { calls }) => sum + calls, 0)).toBe(total)
  expect(counts.find(({ keyId }) => keyId === '')).toMatchObject({ decision: 'allowed', calls: 500 })
  expect(lastSeen).toHaveLength(100_000)
  // What was taken is not added to any more.
  for (let row = 0; row < total; row++) call(row)
  const again = usage.take()
  expect(again.counts.find(({ keyId }) => keyId === '')).toMatchObject({ calls: 500 })
  expect(counts.find(({ keyId }) => keyId === '')).toMatchObject({ calls: 500 })
})
