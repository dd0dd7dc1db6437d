import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileAddressSet } from './address-set.ts'
import { clientAddress } from './trusted-proxies.ts'

const trusted = compileAddressSet(['10.0.0.0/8', '2001:db8:f::/48'])
const client = (connection: string | undefined, forwardedFor?: string | string[]) => clientAddress({ connection, forwardedFor, trusted })

describe('client address', () => {
  test('is the connection when no proxy is trusted there, whatever X-Forwarded-For says', () => {
    expect(client('203.0.113.7', '198.51.100.1')).toBe('203.0.113.7')
    expect(client('203.0.113.7', 'rubbish')).toBe('203.0.113.7')
    expect(clientAddress({ connection: '10.0.0.1', forwardedFor: '198.51.100.1', trusted: compileAddressSet([]) })).toBe('10.0.0.1')
  })

  test('is the rightmost address that is not a trusted proxy', () => {
    expect(client('10.0.0.1', '198.51.100.1')).toBe('198.51.100.1')
    expect(client('10.0.0.1', '198.51.100.1, 10.9.9.9,10.0.0.2')).toBe('198.51.100.1')
    expect(client('::ffff:10.0.0.1', '198.51.100.1, 2001:db8:f::1')).toBe('198.51.100.1')
  })

  test('the leftmost address, which the client may have written, is not believed (trap 13)', () => {
    expect(client('10.0.0.1', '10.1.1.1, 192.0.2.99, 198.51.100.1')).toBe('198.51.100.1')
  })

  test('nothing that the client writes in front changes the answer', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (forged) => {
        expect(client('10.0.0.1', [forged, '198.51.100.1, 10.0.0.2'])).toBe('198.51.100.1')
        expect(client('10.0.0.1', `${forged}, 198.51.100.1, 10.0.0.2`)).toBe('198.51.100.1')
      }),
    )
  })

  test('is the leftmost when all are trusted', () => {
    expect(client('10.0.0.1', '10.0.0.3, 10.0.0.2')).toBe('10.0.0.3')
  })

  test('is the proxy itself when it forwards nothing', () => {
    expect([client('10.0.0.1'), client('10.0.0.1', ''), client('10.0.0.1', []), client('10.0.0.1', ' ')]).toEqual(Array(4).fill('10.0.0.1'))
  })

  test('several field lines are one list, in order', () => {
    expect(client('10.0.0.1', ['192.0.2.1', '198.51.100.1, 10.0.0.2', '10.0.0.3'])).toBe('198.51.100.1')
  })

  test('is unknown when an entry that must be read is malformed', () => {
    for (const entry of [
      'unknown',
      '_hidden',
      '',
      '198.51.100.1:',
      '198.51.100.256',
      'fe80::1%eth0',
      '[198.51.100.1]',
      '[::1',
      '"198.51.100.1"',
      '198.51.100.1:123456',
      '::1]:80',
    ]) {
      expect([entry, client('10.0.0.1', `192.0.2.1, ${entry}, 10.0.0.2`)]).toEqual([entry, null])
    }
    expect([client('10.0.0.1', ','), client('10.0.0.1', '198.51.100.1,')]).toEqual([null, null])
  })

  test('a malformed entry further left than we read does no harm', () => {
    expect(client('10.0.0.1', 'rubbish, 198.51.100.1')).toBe('198.51.100.1')
  })

  test('takes entries with a port, and IPv6 in brackets', () => {
    expect(client('10.0.0.1', '198.51.100.1:51234, 10.0.0.2:80')).toBe('198.51.100.1')
    expect(client('10.0.0.1', '[2001:DB8:0::1]:443')).toBe('2001:db8::1')
    expect(client('10.0.0.1', '[2001:db8::1]')).toBe('2001:db8::1')
    expect(client('10.0.0.1', '2001:db8::1')).toBe('2001:db8::1')
  })

  test('is unknown without an address of the connection', () => {
    expect([client(undefined, '198.51.100.1'), client('', '198.51.100.1'), client('/run/socket', '198.51.100.1')]).toEqual([null, null, null])
  })

  test('is of this connection, whichever was looked at before', () => {
    const connections = { '203.0.113.7': '203.0.113.7', '::ffff:203.0.113.8': '203.0.113.8', '2001:DB8::1': '2001:db8::1', '/run/socket': null, '': null }
    const one = fc.constantFrom(...Object.entries(connections))
    fc.assert(
      fc.property(fc.array(one), (asked) => {
        expect(asked.map(([connection]) => client(connection))).toEqual(asked.map(([, address]) => address))
      }),
    )
  })

  test('comes in one canonical form', () => {
    expect(client('::ffff:203.0.113.7')).toBe('203.0.113.7')
    expect(client('2001:DB8::0:1')).toBe('2001:db8::1')
  })
})
