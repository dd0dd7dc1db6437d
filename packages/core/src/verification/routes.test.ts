import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileApi } from './compiled-api.ts'
import { api as apiSchema } from '../configuration/api.ts'
import { matchRoute, readPath } from './routes.ts'
import { bearer, smallWorld } from './testing/world.ts'

const API = compileApi(
  apiSchema.parse({
    slug: 'crm',
    accepts: ['ucd'],
    routes: [
      { method: 'GET', path: '/keys/{id}', scopes: ['any'] },
      { method: 'GET', path: '/keys/mine', scopes: ['mine'] },
      { method: 'GET', path: '/files/{path+}', scopes: ['files'] },
      { method: 'GET', path: '/files/{id}/meta', scopes: ['meta'] },
      { method: 'GET', path: '/', scopes: ['root'] },
      { method: 'POST', path: '/keys', scopes: ['create'] },
    ],
  }),
)
function match(target: string, method = 'GET'): string {
  const found = matchRoute(API, method, target)
  return found.kind === 'matched' ? `${found.scopes[0]} ${Object.values(found.parameters).join(' ')}`.trim() : found.kind === 'refused' ? found.detail : 'any'
}

describe('matching routes', () => {
  test('takes the more literal one, whatever the order in which they are listed', () => {
    expect(match('/keys/mine')).toBe('mine')
    expect(match('/keys/yours')).toBe('any yours')
    expect(match('/files/a')).toBe('files a')
    expect(match('/files/a/meta')).toBe('meta a')
    expect(match('/files/a/b/c')).toBe('files a/b/c')
    expect(match('/')).toBe('root')
  })

  test('cuts the query off, slashes and dots in it too', () => {
    for (const query of ['?', '?a=/../b', '?x=%2F;\\', '?a?b']) expect(match(`/keys/mine${query}`)).toBe('mine')
  })

  test('counts HEAD as GET, and no other method as any other', () => {
    expect(match('/keys/mine', 'HEAD')).toBe('mine')
    expect(match('/keys/mine', 'POST')).toBe('route_not_listed')
    expect(match('/keys', 'HEAD')).toBe('route_not_listed')
    expect(match('/keys', 'POST')).toBe('create')
  })

  test('refuses what is not listed, trailing slash included', () => {
    for (const path of ['/keys', '/keys/', '/keys/mine/', '/keys/a/b', '/Keys/mine', '/files', '/files/', '/files/a/', '/other'])
      expect([path, match(path)]).toEqual([path, 'route_not_listed'])
  })

  test.each([
    '/keys/../keys/mine',
    '/keys/./mine',
    '/.',
    '/..',
    '/keys/%2e%2e/mine',
    '/keys/%2E',
    '/keys/.%2e/mine',
    '/keys/%252e%252e/mine',
    '/keys/%25252e/mine',
    '/keys/%25%32%65',
    '//keys/mine',
    '/keys//mine',
    '/keys/mine//',
    '/keys\\mine',
    '/keys/a%5Cb',
    '/keys/a%5cb',
    '/keys/a%255cb',
    '/keys/mine;x=1',
    '/keys/a%3Bb',
    '/keys/a%253bb',
    '/keys/..;/mine',
    '/keys/a%2Fb',
    '/keys/a%2fb',
    '/keys/a%252Fb',
    '/keys/a%00',
    '/keys/a%2500',
    '/keys/a%0d%0a',
    '/keys/a%7f',
    '/keys/%ff',
    '/keys/%c0%ae',
    '/keys/%',
    '/keys/%zz',
    '/keys/%ed%a0%80',
    '/keys/a b',
    '/keys/a\tb',
    '/keys/a\u0000',
    '/keys/é',
    '/keys/mine#/../x',
    'http://host/keys/mine',
    'keys/mine',
    '*',
    '',
    '?x',
  ])('refuses %j before matching', (path) => {
    expect(match(path)).toBe('path_refused')
  })

  test('decodes parameters once', () => {
    expect(match('/keys/%C3%A9%20x')).toBe('any é x')
    expect(match('/keys/100%25')).toBe('any 100%')
    expect(match('/%6beys/mine')).toBe('mine')
  })

  test('reads every path it does not refuse as the WHATWG URL parser and a second decoding would', () => {
    const piece = fc.constantFrom('a', '.', '..', '/', '%', '2', 'e', 'f', '5c', '%2e', '%25', ';', '\\', '%2f', '%00', '#', ' ', 'é', '%C3%A9')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const target = `/${pieces.join('')}`
        const segments = readPath(target)
        if (segments === null) return
        const asUrl = new URL(`http://host${target}`).pathname
        expect(asUrl === '/' ? [] : asUrl.slice(1).split('/').map(decodeURIComponent)).toEqual(segments)
        for (const segment of segments) expect(/[/\\;]/.test(segment) || segment === '.' || segment === '..').toBe(false)
      }),
      { numRuns: 2000 },
    )
  })

  test('asks an API without a route list for nothing', () => {
    expect(matchRoute(compileApi(apiSchema.parse({ slug: 'open', accepts: ['ucd'] })), 'GET', '/a/../b')).toEqual({ kind: 'any' })
  })
})

test('a refused path is refused for the scope it would need, with the reason in the detail', () => {
  const { world, acme, data } = smallWorld({ scopes: { offered: ['read'] } }, { routes: [{ method: 'GET', path: '/things/{id}', scopes: ['read'] }] })
  const { secret } = world.issue(acme, { scopes: ['read'] })
  expect(world.detail(data, bearer(secret, { path: '/things/1' }))).toBe('allowed')
  expect(world.detail(data, bearer(secret, { path: '/things/..%2f1' }))).toBe('insufficient_scope path_refused')
  expect(world.detail(data, bearer(secret, { path: '/things/1', method: 'DELETE' }))).toBe('insufficient_scope route_not_listed')
})
