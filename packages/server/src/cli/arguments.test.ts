import { InvalidArgumentError } from 'commander'
import { describe, expect, test } from 'vitest'
import { expiryOf } from './remote/key-options.ts'
import { edited } from './remote/orgs.ts'
import { refuseSecretArgument } from './secret-argument.ts'
import { address, instant, limit, oneOf, pair, seconds, wholeNumber } from './values.ts'

const SECRET = `ucd_${'a1B2c3D4'.repeat(5)}`

describe('a secret among the arguments', () => {
  test.each([
    [['verify', SECRET]],
    [['identify', `--secret=${SECRET}`]],
    [['keys', 'issue', 'acme', '--metadata', `token=${SECRET}`]],
    [['whoami', '--key', 'kw_mgmt_abcdefgh']],
  ])('is refused without being repeated: case %#', (commandLine) => {
    const sentence = refuseSecretArgument(commandLine)
    expect(sentence).toContain('looks like a secret')
    expect(sentence).not.toContain(commandLine.at(-1)?.slice(-12))
  })

  test.each([
    [['keys', 'show', 'acme', 'key_01k2v5x7z9abcdefghjkmnpqrs']],
    [['keys', 'list', 'acme', '--cursor', SECRET]],
    [['config', 'apply', './presets/unified_customer_database.yaml']],
    [['orgs', 'create', 'acme', '--name', 'Acme and a rather long name that is no secret']],
  ])('is not seen where there is none: case %#', (commandLine) => {
    expect(refuseSecretArgument(commandLine)).toBeNull()
  })
})

describe('option values', () => {
  test('durations are exact seconds, and months are not offered', () => {
    expect(seconds('30d')).toBe(2_592_000)
    expect(() => seconds('1month')).toThrow(InvalidArgumentError)
  })

  test('instants need an offset and become UTC', () => {
    expect(instant('2026-01-31T00:00:00+01:00')).toBe('2026-01-30T23:00:00.000Z')
    expect(() => instant('2026-01-31')).toThrow(InvalidArgumentError)
    expect(() => instant('2026-02-30T00:00:00Z')).toThrow(InvalidArgumentError)
  })

  test('addresses may carry a label and add up', () => {
    expect(address('2001:db8::/32=office=2', address('203.0.113.7', undefined))).toEqual([
      { cidr: '203.0.113.7' },
      { cidr: '2001:db8::/32', label: 'office=2' },
    ])
    for (const wrong of ['', '=office', '203.0.113.7=']) expect(() => address(wrong, undefined)).toThrow(InvalidArgumentError)
  })

  test('limits are calls per duration and add up', () => {
    expect(limit('1000/1h', limit('100/60s', undefined))).toEqual([
      { calls: 100, per: '60s' },
      { calls: 1000, per: '1h' },
    ])
    for (const wrong of ['100', '100/', '/60s', '100/1month', '-1/60s']) expect(() => limit(wrong, undefined)).toThrow(InvalidArgumentError)
  })

  test('pairs add up, and a name such as __proto__ is only a name', () => {
    expect(Object.entries(pair('__proto__=x', pair('a=b=c', undefined)))).toEqual([
      ['a', 'b=c'],
      ['__proto__', 'x'],
    ])
    expect(() => pair('=x', undefined)).toThrow(InvalidArgumentError)
  })

  test('anything but a listed word or a whole number is refused', () => {
    expect(oneOf('a', 'b')('b')).toBe('b')
    expect(() => oneOf('a', 'b')('c')).toThrow('Must be one of a, b.')
    expect(() => wholeNumber('1.5')).toThrow(InvalidArgumentError)
  })

  test('an expiry is said in one way', () => {
    expect(expiryOf({})).toEqual({})
    expect(expiryOf({ neverExpires: true })).toEqual({ expiresAt: null })
    expect(() => expiryOf({ neverExpires: true, expiresIn: 5 })).toThrow('Say one of')
  })

  test("an organization's list is edited as a whole, and taking away what is not there is refused", () => {
    expect(edited(['a', 'b'], ['c', 'a'], ['b'], 'alias')).toEqual(['a', 'c'])
    expect(edited(['a'], undefined, undefined, 'alias')).toBeUndefined()
    expect(() => edited(['a'], [], ['x'], 'alias')).toThrow('no alias "x"')
  })
})
