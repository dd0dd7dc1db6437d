import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { addressGroup, parseAddress } from './address.ts'
import { compileAddressSet } from './address-set.ts'
import { parseCidr } from './cidr.ts'

interface Vectors {
  addresses: { text: string; canonical: string; group: string; family: 4 | 6 }[]
  refusedAddresses: string[]
  cidrs: { cidr: string; canonical: string; inside: string[]; outside: string[] }[]
  hostBits: { cidr: string; corrected: string }[]
  refusedCidrs: string[]
}

// Made by CPython's ipaddress, not by the code under test.
const vectors = JSON.parse(readFileSync(new URL('../../../../vectors/addresses.json', import.meta.url), 'utf8')) as Vectors

describe('vectors/addresses.json', () => {
  test.each(vectors.addresses)('reads $text as $canonical', ({ text, canonical, group, family }) => {
    expect(parseAddress(text)).toMatchObject({ ok: true, value: { text: canonical, family } })
    expect(addressGroup(text)).toBe(group)
  })

  test.each(vectors.refusedAddresses.map((text) => ({ text })))('refuses the address "$text"', ({ text }) => {
    expect(parseAddress(text).ok).toBe(false)
    expect(addressGroup(text)).toBe('unknown')
    expect(compileAddressSet(['0.0.0.0/0', '::/0']).hasText(text)).toBe(false)
  })

  test.each(vectors.cidrs)('$cidr is $canonical and holds what it should', ({ cidr, canonical, inside, outside }) => {
    expect(parseCidr(cidr)).toMatchObject({ ok: true, value: { text: canonical } })
    const set = compileAddressSet([cidr])
    for (const text of inside) expect([text, set.hasText(text)]).toEqual([text, true])
    for (const text of outside) expect([text, set.hasText(text)]).toEqual([text, false])
  })

  test.each(vectors.hostBits)('refuses $cidr and names $corrected', ({ cidr, corrected }) => {
    const result = parseCidr(cidr)
    expect(result).toEqual({ ok: false, error: `"${cidr}" has host bits set; write ${corrected}.` })
    expect(parseCidr(corrected)).toMatchObject({ ok: true, value: { text: corrected } })
  })

  test.each(vectors.refusedCidrs.map((text) => ({ text })))('refuses the network "$text"', ({ text }) => {
    expect(parseCidr(text).ok).toBe(false)
  })
})
