import { expect, test } from 'vitest'
import { expiryOf, mistakesOf, NEW_DRAFT, rolesToGive, sharedRequest } from './issue-request.ts'

const NOW = Date.UTC(2026, 10, 26, 12)

test('every mistake is told at once, and only those of the kind', () => {
  const wrong = { ...NEW_DRAFT, name: ' ', allApis: false, addresses: [] }
  expect(mistakesOf('verifier', wrong).map(({ path }) => path)).toEqual(['name', 'apis', 'addresses'])
  expect(mistakesOf('organization', wrong).map(({ path }) => path)).toEqual(['name', 'role', 'addresses'])
  expect(mistakesOf('management', { ...NEW_DRAFT, name: 'CI' })).toEqual([])
})

test('days are exact and "never" is never', () => {
  expect(expiryOf(NEW_DRAFT, NOW)).toBeNull()
  expect(expiryOf({ ...NEW_DRAFT, expires: '30' }, NOW)).toBe(NOW + 30 * 86_400_000)
  expect(sharedRequest({ ...NEW_DRAFT, name: ' CI ', expires: '90', addresses: [{ cidr: '192.0.2.1', label: null }] }, NOW)).toEqual({
    name: 'CI',
    addresses: [{ cidr: '192.0.2.1', label: null }],
    expiresAt: '2027-02-24T12:00:00.000Z',
  })
})

test('a key gets no role with rights that its issuer lacks', () => {
  expect(rolesToGive('administrator')).not.toContain('owner')
  expect(rolesToGive('owner')).toContain('owner')
  expect(rolesToGive(null)).toEqual([])
})
