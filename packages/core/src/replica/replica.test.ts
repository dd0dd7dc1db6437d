import { describe, expect, test } from 'vitest'
import { smallWorld, START, storedDigest, World } from '../verification/testing/world.ts'
import type { Change, LogEntry } from './change.ts'
import { Replica } from './replica.ts'

const seed = Uint32Array.from([1, 2, 3, 4, 5, 6, 7, 8])
const entry = (number: number, change: Change): LogEntry => ({ number, mark: number.toString(16).padStart(16, '0'), change })

describe('the change log', () => {
  const world = new World()
  const organization = world.organization('acme')
  const key = world.issue(organization)
  const active: Change = { kind: 'key', key: key.record }
  const removed: Change = { kind: 'key', key: { ...key.record, status: 'removed' } }
  const statusIn = (replica: Replica) => replica.keys.status(0)

  test('throws on a gap and stays where it was', () => {
    const replica = new Replica(seed)
    replica.apply([entry(1, active)])
    expect(() => replica.apply([entry(3, removed)])).toThrow('change 2 is missing before 3')
    expect(replica.cursor).toEqual({ number: 1, mark: '0000000000000001' })
    expect(statusIn(replica)).toBe('active')
  })

  test('trap 1: an older entry that comes late never brings a revoked key back', () => {
    const replica = new Replica(seed)
    replica.apply([entry(1, active), entry(2, removed)])
    replica.apply([entry(1, active)])
    expect(statusIn(replica)).toBe('removed')
    expect(replica.cursor.number).toBe(2)
  })

  test('passes entries over that a snapshot already holds', () => {
    const replica = new Replica(seed)
    replica.applyChange(removed)
    replica.startAt({ number: 2, mark: 'ffffffffffffffff' })
    replica.apply([entry(1, active), entry(2, active)])
    expect(statusIn(replica)).toBe('removed')
    replica.apply([entry(3, active)])
    expect(statusIn(replica)).toBe('active')
  })

  test.each([
    ['no version', { versions: [] }],
    ['a digest that is none', { versions: [{ number: 1, digest: 'short', endsAt: null }] }],
    ['a digest with stray bits', { versions: [{ number: 1, digest: `${'A'.repeat(42)}B`, endsAt: null }] }],
    ['an address that is none', { addresses: ['300.1.1.1'] }],
    ['the digest of another key in an older version', { versions: [{ number: 1, digest: storedDigest('x'), endsAt: START }, key.record.versions[0]!] }],
  ])('applies a record with %s not at all', (_name, wrong) => {
    const replica = new Replica(seed)
    replica.apply([entry(1, active)])
    const before = [replica.keys.size, replica.profiles.size, replica.scopeSets.size, replica.addressSets.size]
    const id = 'key_0000000000000000000000000z'
    expect(() => replica.apply([entry(2, { kind: 'key', key: { ...key.record, id, status: 'removed', ...wrong } as never })])).toThrow(TypeError)
    expect(replica.cursor.number).toBe(1)
    expect([replica.keys.size, replica.profiles.size, replica.scopeSets.size, replica.addressSets.size]).toEqual(before)
    expect(statusIn(replica)).toBe('active')
  })
})

describe('the replica', () => {
  test('grows past what it was made for, rows, older versions and names', () => {
    const { world, acme, data } = smallWorld()
    const keys = Array.from({ length: 700 }, (_none, index) => world.issue(acme, { name: `${'n'.repeat(index % 60)}${index}` }))
    const old = keys.map((key) => [world.replace(key, START + 1000), world.replace(key, START + 1000)])
    expect(world.replica.keys.size).toBe(700)
    for (const [index, key] of keys.entries()) {
      expect(world.ask(data, key)).toMatchObject({ valid: true, key: { id: key.record.id, name: key.record.name, secretVersion: 3 } })
      expect(old[index]?.map((secret) => world.answer(data, { secret }))).toEqual(['allowed', 'allowed'])
    }
    world.now = START + 1000
    expect(new Set(old.flat().map((secret) => world.answer(data, { secret })))).toEqual(new Set(['replaced']))
  })

  test('keeps names right while the heap of names is compacted again and again', () => {
    const { world, acme, data } = smallWorld()
    const keys = Array.from({ length: 50 }, () => world.issue(acme))
    let largest = 0
    for (let round = 0; round < 60; round++) {
      for (const [index, key] of keys.entries()) world.update(key, { name: `${round} ${index} ${'ü'.repeat(100)}` })
      largest = Math.max(largest, world.replica.keys.byteLength)
    }
    for (const [index, key] of keys.entries()) expect(world.ask(data, key)).toMatchObject({ key: { name: `59 ${index} ${'ü'.repeat(100)}` } })
    expect(largest).toBeLessThan(500_000)
  })

  test('gives shared values back when no key uses them any more', () => {
    const { world, acme } = smallWorld({ scopes: { offered: ['a', 'b'] } })
    const { replica } = world
    const sizes = () => [replica.profiles.size, replica.scopeSets.size, replica.addressSets.size]
    const key = world.issue(acme, { scopes: ['a'], addresses: ['10.0.0.1'] })
    const before = sizes()
    for (let index = 0; index < 300; index++) {
      world.update(key, { scopes: index % 2 ? ['a'] : ['b'], addresses: [`10.0.${index % 250}.1`], environment: `e${index}` })
      world.change({ kind: 'addressList', addressList: { organizationId: acme.id, type: 'ucd', addresses: [{ cidr: `11.0.${index % 250}.1`, label: null }] } })
    }
    expect(sizes()).toEqual([before[0], before[1], (before[2] as number) + 1])
    world.change({ kind: 'addressList', addressList: { organizationId: acme.id, type: 'ucd', addresses: 'any' } })
    expect(sizes()).toEqual(before)
  })

  test('finds organizations by id, slug and alias, by their newest names only', () => {
    const { world, acme } = smallWorld()
    const { replica } = world
    for (const name of [acme.id, 'acme', '4711']) expect(replica.organizationNamed(name)?.id).toBe(acme.id)
    const globex = world.organization('globex', { aliases: ['4711'] })
    world.change({ kind: 'organization', organization: { ...acme, slug: 'acme-two', aliases: [] } })
    expect([replica.organizationNamed('acme'), replica.organizationNamed('4711')?.id, replica.organizationNamed('acme-two')?.id]).toEqual([
      undefined,
      globex.id,
      acme.id,
    ])
    expect(replica.organizationNamed('constructor')).toBeUndefined()
  })

  test('costs at most 110 bytes a key when told how many will come', () => {
    const world = new World()
    const replica = new Replica(seed, 100_000)
    const { record } = world.issue(world.organization('acme'))
    for (let index = 0; index < 100_000; index++) {
      const digest = Buffer.from(world.random(32)).toString('base64url')
      replica.applyChange({
        kind: 'key',
        key: { ...record, id: `key_${String(index).padStart(26, '0')}`, name: `key ${index % 10_000}`, versions: [{ number: 1, digest, endsAt: null }] },
      })
    }
    expect(replica.keys.byteLength / replica.keys.size).toBeLessThan(110)
  })

  test('forgets an API that was removed', () => {
    const { world } = smallWorld()
    world.change({ kind: 'apiRemoved', slug: 'data' })
    expect(world.replica.api('data')).toBeUndefined()
    expect(world.replica.type('nothing')).toBeNull()
  })
})
