import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isScopeToken, missingScopes } from './scope.ts'

const tokens = fc.constantFrom<string>('orders:read', 'orders:write', 'orders', 'orders:', '*', 'Orders:read')

describe('scopes', () => {
  test('a token is made of the characters of RFC 6749 section 3.3 and no others', () => {
    for (let code = 0; code < 300; code++) {
      const allowed = code === 0x21 || (code >= 0x23 && code <= 0x5b) || (code >= 0x5d && code <= 0x7e)
      expect([code, isScopeToken(`a${String.fromCharCode(code)}`)]).toEqual([code, allowed])
    }
  })

  test('a token has 1 to 200 characters', () => {
    expect([0, 1, 200, 201].map((length) => isScopeToken('a'.repeat(length)))).toEqual([false, true, true, false])
    expect(isScopeToken('orders:read\n')).toBe(false)
  })

  test('an empty set means nothing, never everything (trap 7)', () => {
    expect(missingScopes([], ['orders:read'])).toEqual(['orders:read'])
    expect(missingScopes([], [])).toEqual([])
  })

  test('tokens are compared whole: no wildcard, no prefix, no folding of case', () => {
    for (const held of ['*', 'orders', 'orders:', 'orders:*', 'Orders:read', 'orders:rea', 'orders:read:all'])
      expect(missingScopes([held], ['orders:read'])).toEqual(['orders:read'])
  })

  test('exactly the needed scopes that are not held are missing, in the order asked', () => {
    fc.assert(
      fc.property(fc.uniqueArray(tokens), fc.uniqueArray(tokens), (held, needed) => {
        const missing = missingScopes(held, needed)
        const set = new Set(held)
        expect(missing.every((scope) => !set.has(scope))).toBe(true)
        expect(needed.every((scope) => set.has(scope) !== missing.includes(scope))).toBe(true)
        expect(missing).toEqual([...missing].sort((one, other) => needed.indexOf(one) - needed.indexOf(other)))
      }),
    )
  })
})
