import { describe, expect, test } from 'vitest'
import { foldHeaders } from './carriers.ts'
import { bearer, get, smallWorld } from './testing/world.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const RAW = { in: 'header', name: 'Authorization', scheme: 'raw' }
const BASIC = { in: 'header', name: 'Authorization', scheme: 'basic' }
const NAMED = { in: 'header', name: 'X-REQUEST-TOKEN' }
const BODY = { in: 'body', name: 'api_key' }

function withCarriers(...carriers: unknown[]) {
  const { world, acme, data } = smallWorld({}, carriers.length > 0 ? { carriers } : {})
  const { secret } = world.issue(acme)
  const ask = (headers: Record<string, string | string[]>, more: Parameters<typeof get>[1] = {}) => world.detail(data, get(headers, more))
  return { ask, secret, other: world.issue(acme).secret, world, data }
}

describe('a bearer carrier', () => {
  const { ask, secret, other } = withCarriers()

  test.each(['Bearer', 'bearer', 'BEARER'])('takes the token after "%s"', (scheme) => {
    expect(ask({ authorization: `${scheme} ${secret}` })).toBe('allowed')
    expect(ask({ authorization: `  ${scheme}   ${secret}  ` })).toBe('allowed')
    expect(ask({ authorization: [`${scheme} ${secret}`] })).toBe('allowed')
  })

  test.each(['', ' ', 'Bearer', 'Bearer ', 'bearer\t'])('reads "%s" as no credential at all', (value) => {
    expect(ask({ authorization: value })).toBe('missing')
  })

  test('refuses two Authorization fields, even equal or blank ones', () => {
    expect(ask({ authorization: [`Bearer ${secret}`, `Bearer ${other}`] })).toBe('malformed header_repeated')
    expect(ask({ authorization: [`Bearer ${secret}`, `Bearer ${secret}`] })).toBe('malformed header_repeated')
    expect(ask({ authorization: ['', `Bearer ${secret}`] })).toBe('malformed header_repeated')
  })

  test('refuses two tokens that a proxy has joined into one field', () => {
    expect(ask({ authorization: `Bearer ${secret}, Bearer ${other}` })).toBe('malformed token_with_space')
    expect(ask({ authorization: `Bearer ${secret},${other}` })).toBe('malformed')
  })

  test('tells a secret in the wrong place from none', () => {
    expect(ask({ authorization: secret })).toBe('wrong_carrier secret_elsewhere')
    expect(ask({ authorization: `Token ${secret}` })).toBe('wrong_carrier secret_elsewhere')
    expect(ask({ authorization: `Basic ${base64(`user:${secret}`)}` })).toBe('wrong_carrier secret_elsewhere')
    expect(ask({ 'proxy-authorization': `Basic ${base64(`${secret}:`)}` })).toBe('wrong_carrier secret_elsewhere')
    expect(ask({ 'x-api-key': secret })).toBe('wrong_carrier secret_elsewhere')
    expect(ask({ cookie: `a=b; key=${secret}` })).toBe('wrong_carrier secret_elsewhere')
    expect(ask({}, { path: `/x?api_key=${secret}` })).toBe('wrong_carrier secret_elsewhere')
    expect(ask({}, { path: `/x?q=%20${secret.replace('_', '%5F')}` })).toBe('wrong_carrier secret_elsewhere')
    expect(ask({}, { path: `http://host/x?k=${encodeURIComponent(`"${secret}"`)}` })).toBe('wrong_carrier secret_elsewhere')
    expect(ask({}, { body: { api_key: secret } })).toBe('wrong_carrier secret_elsewhere')
    expect(ask({}, { body: JSON.stringify({ api_key: secret }) })).toBe('wrong_carrier secret_elsewhere')
  })

  test('calls nothing misplaced that has no accepted prefix or is too short', () => {
    expect(ask({ 'x-api-key': 'ucd_short' })).toBe('missing')
    expect(ask({ 'x-api-key': secret.replace('ucd_', 'zzz_') })).toBe('missing')
    expect(ask({ 'x-api-key': `x${secret}` })).toBe('missing')
    expect(ask({}, { path: `/x?q=${'a'.repeat(30_000)}${secret}` })).toBe('missing')
  })

  test('never answers from a secret in the wrong place, right as it may be', () => {
    expect(ask({ authorization: `Bearer ${secret}`, 'x-api-key': other }, { path: `/?k=${other}` })).toBe('allowed')
  })

  test('hashes nothing longer than a secret can be', () => {
    expect(ask({ authorization: `Bearer ${'a'.repeat(513)}` })).toBe('malformed too_long')
    expect(ask({ authorization: `Bearer ${secret}é` })).toBe('malformed')
  })
})

describe('a raw carrier', () => {
  const { ask, secret, other } = withCarriers(RAW)

  test('takes the whole value and refuses it behind Bearer', () => {
    expect(ask({ authorization: secret })).toBe('allowed')
    expect(ask({ authorization: `Bearer ${secret}` })).toBe('wrong_carrier secret_elsewhere')
    expect(ask({ authorization: '' })).toBe('missing')
  })

  test('refuses two values that a proxy has joined', () => {
    expect(ask({ authorization: `${secret}, ${other}` })).toBe('malformed token_with_space')
    expect(ask({ authorization: `${secret},${other}` })).toBe('malformed')
  })
})

describe('a basic carrier', () => {
  const { ask, secret } = withCarriers(BASIC)
  const basic = (text: string) => ask({ authorization: `Basic ${base64(text)}` })

  test('takes the password, or the user with an empty password', () => {
    expect(basic(`anyone:${secret}`)).toBe('allowed')
    expect(basic(`:${secret}`)).toBe('allowed')
    expect(basic(`${secret}:`)).toBe('allowed')
  })

  test('reads an empty user and password as no credential', () => {
    expect(basic(':')).toBe('missing')
    expect(basic(' : ')).toBe('missing')
    expect(ask({ authorization: 'Basic' })).toBe('missing')
  })

  test('refuses what is no base64, no UTF-8 or has no colon', () => {
    expect(basic(secret)).toBe('malformed basic_unreadable')
    expect(ask({ authorization: 'Basic !!!' })).toBe('malformed basic_unreadable')
    expect(ask({ authorization: `Basic ${Buffer.from([0xff, 0x3a, 0x41]).toString('base64')}` })).toBe('malformed basic_unreadable')
    expect(ask({ authorization: `Basic ${'A'.repeat(4000)}` })).toBe('malformed basic_unreadable')
    expect(basic(`a:${secret} ${secret}`)).toBe('malformed token_with_space')
  })
})

describe('carriers together', () => {
  test('two schemes may share a field', () => {
    const { ask, secret } = withCarriers(RAW, { in: 'header', name: 'Authorization' }, BASIC)
    expect(ask({ authorization: secret })).toBe('allowed')
    expect(ask({ authorization: `Bearer ${secret}` })).toBe('allowed')
    expect(ask({ authorization: `Basic ${base64(`a:${secret}`)}` })).toBe('allowed')
    expect(ask({ authorization: 'Bearer' })).toBe('missing')
  })

  test('refuses credentials in two places, even the same one twice', () => {
    const { ask, secret, other } = withCarriers({ in: 'header', name: 'Authorization' }, NAMED, BODY)
    expect(ask({ authorization: `Bearer ${secret}`, 'x-request-token': other })).toBe('malformed two_credentials')
    expect(ask({ authorization: `Bearer ${secret}` }, { body: { api_key: secret } })).toBe('malformed two_credentials')
    expect(ask({ authorization: `Bearer ${secret}`, 'x-request-token': ' ' }, { body: { api_key: '' } })).toBe('allowed')
    expect(ask({ 'x-request-token': secret })).toBe('allowed')
  })

  test('a type may come in fewer carriers than its API takes', () => {
    const { world, acme, data } = smallWorld(
      { carriers: [BODY as { in: 'body'; name: string }] },
      { carriers: [{ in: 'header', name: 'Authorization' }, BODY] },
    )
    const { secret } = world.issue(acme)
    expect(world.detail(data, get({}, { body: { api_key: secret } }))).toBe('allowed')
    expect(world.detail(data, bearer(secret))).toBe('wrong_carrier carrier_of_type')
    // The API took the secret from its carrier itself.
    expect(world.detail(data, { secret })).toBe('allowed')
  })
})

describe('header names', () => {
  test('are found in any case once folded, and seen twice when they differ in case only', () => {
    const { world, data, secret } = withCarriers(NAMED)
    const ask = (headers: Record<string, string | string[]>) => world.detail(data, { request: { method: 'GET', path: '/', headers: foldHeaders(headers) } })
    expect(ask({ 'X-Request-Token': secret })).toBe('allowed')
    expect(ask({ 'X-REQUEST-TOKEN': [secret] })).toBe('allowed')
    expect(ask({ 'X-Request-Token': secret, 'x-request-token': secret })).toBe('malformed header_repeated')
  })

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('may be %s: nothing inherited is taken for a field', (name) => {
    const { ask, secret } = withCarriers({ in: 'header', name })
    expect(ask({})).toBe('missing')
    expect(ask(JSON.parse(`{"${name.toLowerCase()}": "${secret}"}`))).toBe('allowed')
    expect(ask(foldHeaders(JSON.parse(`{"${name}": "${secret}"}`)) as Record<string, string[]>)).toBe('allowed')
  })

  test('are folded without touching any prototype', () => {
    foldHeaders(JSON.parse('{"__proto__": "x", "constructor": "y"}'))
    expect(({} as Record<string, unknown>).x).toBeUndefined()
    expect(Object.getPrototypeOf({})).toBe(Object.prototype)
  })
})
