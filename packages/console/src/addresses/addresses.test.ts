import { describe, expect, test } from 'vitest'
import { ruleChanges } from './rule-changes.ts'
import { correctedCidr, parsePasted, printEntries } from './paste.ts'
import { testAddress } from './test-address.ts'

describe('a pasted list', () => {
  test('takes lines, commas, semicolons, blanks and labels after #', () => {
    const text = '203.0.113.7 # office\r\n198.51.100.0/24, 2001:DB8::/32;192.0.2.1\n\n# nothing here\n'
    expect(parsePasted(text)).toEqual({
      entries: [
        { cidr: '203.0.113.7', label: 'office' },
        { cidr: '198.51.100.0/24', label: null },
        { cidr: '2001:db8::/32', label: null },
        { cidr: '192.0.2.1', label: null },
      ],
      problems: [],
      duplicates: [],
    })
  })

  test('names every line that cannot be read, with the network that was probably meant, and keeps the others', () => {
    const { entries, problems } = parsePasted('10.0.0.5/8\n203.0.113.7\nfe80::1%eth0\n300.1.1.1')
    expect(entries.map(({ cidr }) => cidr)).toEqual(['203.0.113.7'])
    expect(problems.map(({ line, written, corrected }) => ({ line, written, corrected }))).toEqual([
      { line: 1, written: '10.0.0.5/8', corrected: '10.0.0.0/8' },
      { line: 3, written: 'fe80::1%eth0', corrected: null },
      { line: 4, written: '300.1.1.1', corrected: null },
    ])
    for (const { message } of problems) expect(message).toMatch(/\.$/)
  })

  test('does not add what is there already, however it is written', () => {
    expect(parsePasted('::ffff:192.0.2.1 192.0.2.1/32 192.0.2.2', [{ cidr: '192.0.2.1', label: 'known' }])).toMatchObject({
      entries: [{ cidr: '192.0.2.2', label: null }],
      duplicates: ['192.0.2.1', '192.0.2.1'],
    })
  })

  test('cuts a label to what the API takes', () => {
    expect(parsePasted(`192.0.2.1 # ${'x'.repeat(300)}`).entries[0]?.label).toHaveLength(100)
  })

  test('is read back from what is printed', () => {
    const entries = [
      { cidr: '192.0.2.1', label: 'a # b' },
      { cidr: '2001:db8::/32', label: null },
    ]
    expect(parsePasted(printEntries(entries)).entries).toEqual(entries)
  })
})

test('a network is corrected only where host bits are what is wrong', () => {
  expect(correctedCidr('2001:db8::1/32')).toBe('2001:db8::/32')
  expect(correctedCidr('192.0.2.1')).toBeNull()
  expect(correctedCidr('192.0.2.1/33')).toBeNull()
})

describe('an address is tested against the list on the page', () => {
  const rule = [
    { cidr: '203.0.113.0/24', label: 'office' },
    { cidr: '2001:db8::/32', label: null },
  ]

  test('and the entry that lets it in is named', () => {
    expect(testAddress(rule, ' 203.0.113.9 ')).toEqual({ kind: 'allowed', address: '203.0.113.9', by: rule[0] })
    expect(testAddress(rule, '::ffff:203.0.113.9')).toMatchObject({ kind: 'allowed', address: '203.0.113.9' })
    expect(testAddress('any', '2001:db8::1')).toMatchObject({ kind: 'allowed', by: 'any' })
  })

  test('is refused when no entry holds it; an empty list refuses all', () => {
    expect(testAddress(rule, '198.51.100.1')).toEqual({ kind: 'refused', address: '198.51.100.1' })
    expect(testAddress([], '203.0.113.9').kind).toBe('refused')
  })

  test('or said to be none', () => {
    expect(testAddress(rule, 'office').kind).toBe('unreadable')
    expect(testAddress(rule, '203.0.113.0/24').kind).toBe('unreadable')
  })
})

describe('what saving a list changes', () => {
  const office = { cidr: '203.0.113.0/24', label: 'office' }
  const home = { cidr: '198.51.100.7', label: null }

  test('counts what is added and removed; a label alone is a change too', () => {
    expect(ruleChanges([office], [office, home])).toEqual({ changed: true, added: 1, removed: 0, any: null })
    expect(ruleChanges([office, home], [home])).toEqual({ changed: true, added: 0, removed: 1, any: null })
    expect(ruleChanges([office], [{ ...office, label: null }])).toEqual({ changed: true, added: 0, removed: 0, any: null })
    expect(ruleChanges([office], [{ ...office }])).toMatchObject({ changed: false })
    expect(ruleChanges('any', 'any')).toMatchObject({ changed: false, any: null })
  })

  test('says when any address begins or ends to be let in', () => {
    expect(ruleChanges([office], 'any')).toEqual({ changed: true, added: 0, removed: 1, any: 'to' })
    expect(ruleChanges('any', [office])).toEqual({ changed: true, added: 1, removed: 0, any: 'from' })
  })
})
