import { checksumOf } from '@keywright/core/secret/checksum.ts'
import { expect, test } from 'vitest'
import { secretsIn } from './secrets-in.ts'

const make = (prefix: string, body = 'A'.repeat(32)) => `${prefix}_${body}${checksumOf(`${prefix}_${body}`)}`
const SECRET = make('ucd')

test('finds a secret in a value, inside a text, in a list and in the name of a field, and tells the path', () => {
  expect(secretsIn({ name: SECRET })).toMatchObject([{ path: 'name', code: 'secret' }])
  expect(secretsIn({ name: `mine: ${SECRET}.` })).toMatchObject([{ path: 'name' }])
  expect(secretsIn({ a: [{ b: SECRET }] })).toMatchObject([{ path: 'a[0].b' }])
  expect(secretsIn({ a: { [SECRET]: 1 } })).toMatchObject([{ path: 'a' }])
  expect(secretsIn(`version: 1\n# ${SECRET}`)).toMatchObject([{ path: '' }])
  for (const error of secretsIn({ a: SECRET, [SECRET]: 1 })) expect(JSON.stringify(error)).not.toContain(SECRET.slice(-20))
})

test('finds a secret behind text that reads like a part of its prefix', () => {
  for (const before of ['x_', 'my_key_', 'ab']) expect(secretsIn({ name: `${before}${SECRET}` })).toHaveLength(1)
  expect(secretsIn({ name: make('kw_mgmt') })).toHaveLength(1)
  expect(secretsIn({ name: make('p', 'b'.repeat(122)) })).toHaveLength(1)
})

test('leaves alone what is long but no secret: the checksum tells', () => {
  for (const text of [
    `${SECRET.slice(0, -1)}${SECRET.endsWith('0') ? '1' : '0'}`,
    `sha_${'0f'.repeat(32)}`,
    'key_01k2v5x7z9abcdefghjkmnpqrs',
    'a_'.repeat(200),
    '',
  ])
    expect(secretsIn({ text })).toEqual([])
})

test('is done in a moment with a text made to be slow', () => {
  const slow = { a: `${'a'.repeat(20)}_`.repeat(12_000), b: 'a'.repeat(250_000), c: `a_${'0'.repeat(200_000)}` }
  expect(secretsIn(slow)).toEqual([])
})
