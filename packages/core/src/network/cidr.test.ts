import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressGroup, addressOf, formatIpv4, formatIpv6, parseAddress, parseIpv4Fast } from './address.ts'
import { compileAddressSet } from './address-set.ts'
import { parseCidr } from './cidr.ts'

/** The plain model: a network is a family, a first and a last BigInt. */
interface Model {
  family: 4 | 6
  prefixLength: number
  first: bigint
  last: bigint
  text: string
}

function spell(family: 4 | 6, value: bigint): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.')
  return Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16)).join(':')
}

const isMapped = (value: bigint) => value >> 32n === 0xffffn

const networks: fc.Arbitrary<Model> = fc.constantFrom<4 | 6>(4, 6).chain((family) => {
  const bits = family === 4 ? 32 : 128
  // Few distinct high bits, so that networks nest and touch.
  const values = fc.oneof(
    fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n }),
    fc.integer({ min: 0, max: 255 }).map((low) => (0x20n << BigInt(bits - 8)) + BigInt(low)),
  )
  return fc
    .tuple(values, fc.integer({ min: 0, max: bits }))
    .filter(([value]) => family === 4 || !isMapped(value))
    .map(([value, prefixLength]) => {
      const hostBits = BigInt(bits - prefixLength)
      const first = (value >> hostBits) << hostBits
      return { family, prefixLength, first, last: first + (1n << hostBits) - 1n, text: `${spell(family, first)}/${prefixLength}` }
    })
})

describe('addresses', () => {
  test('every IPv4 address reads back as itself, quickly and slowly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (value) => {
        const text = spell(4, BigInt(value))
        expect(parseIpv4Fast(text)).toBe(value)
        expect(formatIpv4(value)).toBe(text)
        expect(parseAddress(`::ffff:${text}`)).toEqual(parseAddress(text))
      }),
    )
  })

  test('every IPv6 address reads back as itself through its canonical form, which cannot be shortened', () => {
    const group = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff }) })
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const value = groups.reduce((sum, part) => (sum << 16n) | BigInt(part), 0n)
        fc.pre(!isMapped(value))
        const words = [96n, 64n, 32n, 0n].map((shift) => Number((value >> shift) & 0xffffffffn))
        const long = groups.map((part) => part.toString(16).toUpperCase().padStart(4, '0')).join(':')
        expect(parseAddress(long)).toEqual({ ok: true, value: { family: 6, words, text: formatIpv6(words) } })
        expect(parseAddress(formatIpv6(words))).toEqual(parseAddress(long))
        expect(formatIpv6(words)).not.toMatch(/(^|:)0:0(:|$).*(^|:)0:0:0(:|$)|(^|:)0[0-9a-f]|[A-F]/)
      }),
    )
  })

  test('shortens the first of the longest runs of zeros, and never a single zero (RFC 5952 section 4.2)', () => {
    expect(formatIpv6([0x20010db8, 0, 0x00010000, 1])).toBe('2001:db8::1:0:0:1')
    expect(formatIpv6([0x20010db8, 1, 0x00010001, 0x00010001])).toBe('2001:db8:0:1:1:1:1:1')
    expect(formatIpv6([0x00010000, 0, 0x00020000, 0])).toBe('1::2:0:0:0')
  })

  test('says what is wrong in one sentence and quotes at most 60 characters', () => {
    const why = (text: string) => {
      const result = parseAddress(text)
      return result.ok ? null : result.error
    }
    expect(why('fe80::1%eth0')).toBe('"fe80::1%eth0" has a zone id; write the address without "%" and what follows it.')
    expect(why('[::1]:80')).toBe('"[::1]:80" has brackets or a port; write the address alone.')
    expect(why('1.2.3.4:80')).toBe('"1.2.3.4:80" has brackets or a port; write the address alone.')
    expect(why('010.0.0.1')).toBe('"010.0.0.1" has a number with a leading zero; write plain decimal numbers.')
    expect(why('1.2.3.256')).toBe('"1.2.3.256" has a number above 255.')
    expect(why('office')).toBe('"office" is not an IP address.')
    expect(why('x'.repeat(5000))).toBe(`"${'x'.repeat(59)}…" is not an IP address.`)
    expect(why('10.0.0.1\u001b[2J')).not.toContain('\u001b')
  })

  test('a secret pasted into an address field does not come back in the message', () => {
    const secret = `ucd_${'x'.repeat(38)}`
    expect(JSON.stringify([parseAddress(secret), parseCidr(secret), parseCidr(`10.0.0.0/${secret}`)])).not.toContain('xxxx')
  })

  test('reads any text without throwing', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f:./%[\]]{0,50}$/), (text) => void [parseAddress(text), parseCidr(text), addressGroup(text)]),
      { numRuns: 2000 },
    )
  })
})

describe('networks', () => {
  test('a network is accepted exactly when its host bits are zero; otherwise the message has the corrected form', () => {
    fc.assert(
      fc.property(networks, fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), (network, noise) => {
        const address = network.first + (noise % (network.last - network.first + 1n))
        fc.pre(network.family === 4 || !isMapped(address))
        const single = network.prefixLength === (network.family === 4 ? 32 : 128)
        const canonicalAddress = parseAddress(spell(network.family, network.first))
        const canonical = canonicalAddress.ok ? canonicalAddress.value.text + (single ? '' : `/${network.prefixLength}`) : ''
        const result = parseCidr(`${spell(network.family, address)}/${network.prefixLength}`)
        if (address === network.first)
          expect(result).toMatchObject({ ok: true, value: { text: canonical, prefixLength: network.prefixLength, family: network.family } })
        else expect(result).toMatchObject({ ok: false, error: expect.stringContaining(`; write ${canonical}.`) as string })
      }),
      { numRuns: 1000 },
    )
  })

  test('the canonical form is stable, and one set has one text', () => {
    fc.assert(
      fc.property(networks, (network) => {
        const once = parseCidr(network.text)
        expect(once.ok && parseCidr(once.value.text)).toEqual(once)
      }),
    )
    expect(parseCidr('10.0.0.1/32')).toEqual(parseCidr('10.0.0.1'))
  })

  test('a wrong prefix length is named with its range', () => {
    expect(parseCidr('10.0.0.0/33')).toEqual({ ok: false, error: '"10.0.0.0/33" must end in a prefix length from 0 to 32 after the "/".' })
    expect(parseCidr('::/129')).toEqual({ ok: false, error: '"::/129" must end in a prefix length from 0 to 128 after the "/".' })
  })
})

describe('address sets', () => {
  test('agree with a plain model for any list of networks, also at their edges', () => {
    fc.assert(
      fc.property(fc.array(networks, { maxLength: 40 }), fc.array(networks, { maxLength: 5 }), (list, others) => {
        const set = compileAddressSet(list.map((network) => network.text))
        const probes = [...list, ...others].flatMap(({ family, first, last }) =>
          [first - 1n, first, (first + last) / 2n, last, last + 1n].map((value) => ({ family, value })),
        )
        for (const { family, value } of probes) {
          if (value < 0n || value >> (family === 4 ? 32n : 128n) > 0n || (family === 6 && isMapped(value))) continue
          const expected = list.some((network) => network.family === family && value >= network.first && value <= network.last)
          const text = spell(family, value)
          const parsed = parseAddress(text)
          expect([text, set.hasText(text), parsed.ok && set.has(parsed.value)]).toEqual([text, expected, expected])
          if (family === 4) expect(set.hasIpv4(Number(value))).toBe(expected)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('nested and repeated networks are merged', () => {
    expect(compileAddressSet(['10.0.0.0/8', '10.1.0.0/16', '10.0.0.0/8', '10.255.255.255', '::/0', '2001:db8::/32']).size).toBe(2)
  })

  test('a long list is searched as exactly as a short one', () => {
    const set = compileAddressSet(Array.from({ length: 500 }, (_, index) => `10.${index >>> 8}.${index & 255}.128/25`))
    expect(set.size).toBe(500)
    for (let index = 0; index < 500; index++) {
      const network = `10.${index >>> 8}.${index & 255}`
      expect([set.hasText(`${network}.127`), set.hasText(`${network}.128`), set.hasText(`${network}.255`)]).toEqual([false, true, true])
    }
  })

  test('the empty set holds nothing, never everything', () => {
    const empty = compileAddressSet([])
    expect([empty.size, empty.hasText('10.0.0.1'), empty.hasText('::1'), empty.hasIpv4(0), empty.has(addressOf([0, 0, 0, 0]))]).toEqual([
      0,
      false,
      false,
      false,
      false,
    ])
  })

  test('what is no address is in no set', () => {
    const everything = compileAddressSet(['0.0.0.0/0', '::/0'])
    expect([everything.hasText('x'), everything.hasText(''), everything.hasIpv4(-1)]).toEqual([false, false, false])
  })

  test('refuses to compile what parseCidr refuses', () => {
    expect(() => compileAddressSet(['10.0.0.0/8', '10.0.0.1/8'])).toThrow('write 10.0.0.0/8')
  })
})
