import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { clearCookie, readCookie, setCookie } from './cookies.ts'
import { requireOwnOrigin } from './own-origin.ts'

const asked = (headers: Record<string, string | string[]>) =>
  ({ headersDistinct: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat()])) }) as unknown as IncomingMessage
const passes = (headers: Record<string, string | string[]>, own: string): boolean => {
  try {
    requireOwnOrigin(asked(headers), own)
    return true
  } catch (error) {
    expect(error).toMatchObject({ code: 'csrf_refused' })
    return false
  }
}

const PUBLIC = 'https://keys.example.com'
const LOCAL = 'http://127.0.0.1:4400'

test.each<[Record<string, string | string[]>]>([
  [{ origin: PUBLIC }],
  [{ origin: PUBLIC, 'sec-fetch-site': 'same-origin' }],
  [{ 'sec-fetch-site': 'same-origin' }],
])('a call of the console passes: %j', (headers) => expect(passes(headers, PUBLIC)).toBe(true))

test.each<[Record<string, string | string[]>]>([
  [{}],
  [{ host: 'keys.example.com' }],
  [{ referer: `${PUBLIC}/` }],
  [{ origin: '' }],
  [{ origin: 'null' }],
  [{ origin: 'https://evil.example' }],
  [{ origin: 'https://evil.example', host: 'evil.example' }],
  [{ origin: 'https://keys.example.com.evil.example' }],
  [{ origin: 'https://keys.example.com:444' }],
  [{ origin: 'http://keys.example.com' }],
  [{ origin: 'https://KEYS.example.com' }],
  [{ origin: `${PUBLIC}/` }],
  [{ origin: [PUBLIC, 'https://evil.example'] }],
  [{ origin: PUBLIC, 'sec-fetch-site': 'cross-site' }],
  [{ origin: PUBLIC, 'sec-fetch-site': 'same-site' }],
  [{ 'sec-fetch-site': 'none' }],
  [{ 'sec-fetch-site': ['same-origin', 'cross-site'] }],
  [{ origin: 'http://localhost' }],
])('a call of another page is refused: %j', (headers) => expect(passes(headers, PUBLIC)).toBe(false))

test('on loopback every name of the machine itself is ours, with the same port, and no other', () => {
  for (const origin of ['http://localhost:4400', 'http://127.0.0.1:4400', 'http://[::1]:4400']) expect(passes({ origin }, LOCAL), origin).toBe(true)
  for (const origin of [
    'http://localhost:4401',
    'https://localhost:4400',
    'http://evil.localhost:4400',
    'http://127.0.0.2:4400',
    'http://rebound.example:4400',
  ])
    expect(passes({ origin }, LOCAL), origin).toBe(false)
})

test('over https the cookie is bound to the host, and a cookie without that bond is not read', () => {
  const token = 'A'.repeat(43)
  expect(setCookie('session', token, PUBLIC)).toBe(`__Host-kw_session=${token}; Path=/; Max-Age=1209600; HttpOnly; SameSite=Lax; Secure`)
  expect(clearCookie('session', PUBLIC)).toBe('__Host-kw_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure')
  expect(setCookie('session', token, LOCAL)).toBe(`kw_session=${token}; Path=/; Max-Age=1209600; HttpOnly; SameSite=Lax`)
  const read = (cookie: string | string[], origin = PUBLIC) => readCookie(asked({ cookie }), 'session', origin)
  expect(read(`other=1; __Host-kw_session=${token}`)).toBe(token)
  for (const cookie of [
    '',
    `kw_session=${token}`,
    `__host-kw_session=${token}`,
    `__Host-kw_session=${token}; __Host-kw_session=${token}`,
    `__Host-kw_session="${token}"`,
    `__Host-kw_session=${token}x`,
    `x__Host-kw_session=${token}`,
    '__Host-kw_session=',
  ])
    expect(read(cookie), cookie).toBeNull()
  expect(read([`__Host-kw_session=${token}`, `__Host-kw_session=${'B'.repeat(43)}`])).toBeNull()
})
