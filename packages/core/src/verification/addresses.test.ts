import { describe, expect, test } from 'vitest'
import type { AddressRule } from '../configuration/fields.ts'
import { smallWorld } from './testing/world.ts'

function withLists(own: string[] | 'any', organization?: string[] | 'any') {
  const { world, acme, data } = smallWorld({ addresses: { mode: 'optional' } })
  const key = world.issue(acme, { addresses: own })
  const setList = (list: string[] | 'any', type = 'ucd', organizationId = acme.id) => {
    const addresses: AddressRule = list === 'any' ? 'any' : list.map((cidr) => ({ cidr, label: null }))
    world.change({ kind: 'addressList', addressList: { organizationId, type, addresses } })
  }
  if (organization) setList(organization)
  return { world, key, setList, acme, from: (address: string | null) => world.detail(data, { secret: key.secret, address }) }
}

describe('address rules', () => {
  test('let a key with "any" in from anywhere, known or not', () => {
    const { from } = withLists('any')
    for (const address of ['192.0.2.1', '2001:db8::1', null]) expect(from(address)).toBe('allowed')
  })

  test('refuse what is outside the key’s own list', () => {
    const { from } = withLists(['10.0.0.0/8', '2001:db8::/32'])
    for (const address of ['10.0.0.0', '10.255.255.255', '2001:db8::1', '2001:DB8:0:0::1']) expect(from(address)).toBe('allowed')
    for (const address of ['9.255.255.255', '11.0.0.0', '2001:db9::', '::1']) expect(from(address)).toBe('ip_not_allowed key_list')
  })

  test('refuse what is outside the organization’s list', () => {
    const { from } = withLists('any', ['10.0.0.0/8'])
    expect(from('10.1.1.1')).toBe('allowed')
    expect(from('11.1.1.1')).toBe('ip_not_allowed organization_list')
  })

  test('must both let the address pass', () => {
    const { from } = withLists(['10.1.0.0/16', '11.0.0.1'], ['10.0.0.0/8'])
    expect(from('10.1.0.1')).toBe('allowed')
    expect(from('10.2.0.1')).toBe('ip_not_allowed key_list')
    expect(from('11.0.0.1')).toBe('ip_not_allowed organization_list')
  })

  test('refuse a call of which no address is known, and say so', () => {
    expect(withLists(['10.0.0.0/8']).from(null)).toBe('ip_not_allowed address_missing')
    expect(withLists('any', ['10.0.0.0/8']).from(null)).toBe('ip_not_allowed address_missing')
  })

  test('take IPv4-mapped IPv6 for IPv4', () => {
    const { from } = withLists(['10.0.0.0/8'])
    for (const address of ['::ffff:10.0.0.1', '::FFFF:a00:1', '0:0:0:0:0:ffff:10.0.0.1']) expect(from(address)).toBe('allowed')
    expect(from('::ffff:11.0.0.1')).toBe('ip_not_allowed key_list')
    expect(withLists(['::/0']).from('10.0.0.1')).toBe('ip_not_allowed key_list')
  })

  test('never let a text in that is no address', () => {
    const { from } = withLists(['0.0.0.0/0', '::/0'])
    for (const address of ['', ' 10.0.0.1', '10.0.0.1:80', '010.0.0.1', '10.0.0.1, 10.0.0.2', 'fe80::1%eth0', '[::1]', 'localhost'])
      expect(from(address)).toBe('ip_not_allowed key_list')
  })

  test('an empty list holds nothing, never everything', () => {
    expect(withLists([]).from('10.0.0.1')).toBe('ip_not_allowed key_list')
  })

  test('trap 2: hold from the very next decision on, also for a secret that was just verified', () => {
    const { world, key, setList, from } = withLists('any')
    expect(from('192.0.2.1')).toBe('allowed')
    setList(['127.0.0.1'])
    expect(from('192.0.2.1')).toBe('ip_not_allowed organization_list')
    setList('any')
    expect(from('192.0.2.1')).toBe('allowed')
    world.update(key, { addresses: ['127.0.0.1'] })
    expect(from('192.0.2.1')).toBe('ip_not_allowed key_list')
  })

  test('of one type or organization say nothing about another', () => {
    const { world, key, setList, from } = withLists('any')
    const globex = world.organization('globex')
    setList(['127.0.0.1'], 'sms')
    setList(['127.0.0.1'], 'ucd', globex.id)
    expect(from('192.0.2.1')).toBe('allowed')
    const theirs = world.issue(globex)
    expect(world.detail(null, { secret: theirs.secret, address: '192.0.2.1' })).toBe('ip_not_allowed organization_list')
    expect(key.record.addresses).toBe('any')
  })

  test('may be set before the organization and its keys are known', () => {
    const { world, setList } = withLists('any')
    const id = 'org_0123456789abcdefghjkmnpqrs'
    setList(['127.0.0.1'], 'ucd', id)
    world.organization('late', { id })
    const { secret } = world.issue({ id })
    expect(world.detail(null, { secret, address: '192.0.2.1' })).toBe('ip_not_allowed organization_list')
    expect(world.detail(null, { secret, address: '127.0.0.1' })).toBe('allowed')
  })
})
