import { describe, expect, test } from 'vitest'
import { pathTo, safeReturn } from './paths.ts'

describe('addresses', () => {
  test('hold what they are about, encoded', () => {
    expect(pathTo('key', { org: 'acme', key: 'key_1' })).toBe('/organizations/acme/keys/key_1')
    expect(pathTo('members', { org: '../operator' })).toBe('/organizations/..%2Foperator/members')
  })

  test('leave out filters that say nothing', () => {
    expect(pathTo('myOrganizations', {}, { q: '', status: null, role: undefined })).toBe('/organizations')
    expect(pathTo('myOrganizations', {}, { q: 'a b&c' })).toBe('/organizations?q=a+b%26c')
  })
})

describe('the way back after signing in', () => {
  test('is a page of the console', () => {
    expect(safeReturn('/organizations/acme/members?q=x')).toBe('/organizations/acme/members?q=x')
  })

  test.each([undefined, '', 'https://evil.example', '//evil.example', '/\\evil.example', '/\t/evil.example', 'javascript:alert(1)', '/sign-in?return=/x'])(
    '%j leads home instead',
    (path) => {
      expect(safeReturn(path)).toBe('/')
    },
  )
})
