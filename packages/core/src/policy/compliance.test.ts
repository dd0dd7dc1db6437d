import { expect, test } from 'vitest'
import { keyType, type KeyTypeInput } from '../configuration/key-type.ts'
import { nonComplianceOf } from './compliance.ts'

const KEY = { environment: 'live', name: '', expiresAt: null, createdAt: 0, scopes: ['a'], addresses: 'any' as const }
const codes = (fields: Partial<KeyTypeInput>, key: Partial<Parameters<typeof nonComplianceOf>[1]> = {}) =>
  nonComplianceOf(keyType.parse({ slug: 'thing', prefix: 'thing', scopes: { offered: ['a'] }, ...fields }), { ...KEY, ...key }).map((each) => each.code)

test('a key that could be issued today complies', () => {
  expect(codes({})).toEqual([])
  expect(codes({ expiry: { max: '1d' } })).toEqual([])
  expect(codes({ expiry: { max: '1d' } }, { expiresAt: 86_400_000 })).toEqual([])
})

test('each rule that became stricter is named', () => {
  expect(codes({ environments: ['test'] })).toEqual(['environment'])
  expect(codes({ naming: { mode: 'required' } })).toEqual(['name'])
  expect(codes({ expiry: { mode: 'required' } })).toEqual(['expiry'])
  expect(codes({ expiry: { max: '1d' } }, { expiresAt: 86_400_001 })).toEqual(['expiry_max'])
  expect(codes({ addresses: { mode: 'required' } })).toEqual(['addresses'])
  expect(codes({ scopes: { offered: ['b'] } })).toEqual(['scopes'])
})
