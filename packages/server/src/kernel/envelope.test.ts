import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { open, seal } from './envelope.ts'
import { systemRandom } from './random.ts'

const masterKey = { id: '0123456789abcdef', bytes: new Uint8Array(32).fill(1) }
const context = { organizationId: 'org_1', keyId: 'key_1', version: 1 }
const secret = new TextEncoder().encode('instance_abc')

test('opens to what was sealed, and never looks the same twice', () => {
  const first = seal(masterKey, secret, context, systemRandom)
  const second = seal(masterKey, secret, context, systemRandom)
  expect(open(masterKey, first, context)).toEqual(secret)
  expect(Buffer.from(first).equals(second)).toBe(false)
  expect(Buffer.from(first).includes('instance_abc')).toBe(false)
  expect(first.length).toBe(89 + secret.length)
  expect(open(masterKey, seal(masterKey, new Uint8Array(0), context, systemRandom), context)).toHaveLength(0)
})

test('any changed, missing or added byte keeps it shut', () => {
  const envelope = seal(masterKey, secret, context, systemRandom)
  for (let index = 0; index < envelope.length; index++) {
    const changed = Uint8Array.from(envelope)
    changed[index] = (changed[index] as number) ^ 1
    expect(() => open(masterKey, changed, context)).toThrow(/envelope/)
    expect(() => open(masterKey, envelope.subarray(0, index), context)).toThrow(/envelope/)
  }
  expect(() => open(masterKey, Buffer.concat([envelope, Buffer.from([0])]), context)).toThrow(/envelope/)
})

test('does not open for another organization, key, version or master key', () => {
  const envelope = seal(masterKey, secret, context, systemRandom)
  for (const other of [{ organizationId: 'org_2' }, { keyId: 'key_2' }, { version: 2 }])
    expect(() => open(masterKey, envelope, { ...context, ...other })).toThrow(/does not open/)
  expect(() => open({ ...masterKey, id: 'fedcba9876543210' }, envelope, context)).toThrow(/does not open/)
  expect(() => open({ ...masterKey, bytes: randomBytes(32) }, envelope, context)).toThrow(/does not open/)
  // The same characters split in another way are another context.
  expect(() => open(masterKey, envelope, { organizationId: 'org_1key', keyId: '_1', version: 1 })).toThrow(/does not open/)
})
