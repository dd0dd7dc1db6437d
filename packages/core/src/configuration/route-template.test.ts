import { describe, expect, test } from 'vitest'
import { parseRouteTemplate } from './route-template.ts'

describe('route templates', () => {
  test('are literals, parameters and a final rest', () => {
    expect(parseRouteTemplate('/')).toEqual({ ok: true, value: [] })
    expect(parseRouteTemplate('/v1/orders/{orderId}/files/{path+}')).toEqual({
      ok: true,
      value: [{ literal: 'v1' }, { literal: 'orders' }, { name: 'orderId', rest: false }, { literal: 'files' }, { name: 'path', rest: true }],
    })
    expect(parseRouteTemplate('/a.b-c_d~e')).toMatchObject({ ok: true })
  })

  test('what the matcher refuses in a path cannot stand in a template', () => {
    for (const path of ['/a//b', '//', '/a/../b', '/a/.', '/a\\b', '/a;b', '/a%2Fb', '/a%00', '/a?b', '/a#b', '/a b', '/é', '/a\n']) {
      expect([path, parseRouteTemplate(path).ok]).toEqual([path, false])
    }
  })

  test('refuses what is no template, and says why', () => {
    const why = (path: string) => {
      const result = parseRouteTemplate(path)
      return result.ok ? null : result.error
    }
    expect(why('a')).toContain('begin with "/"')
    expect(why('')).toContain('begin with "/"')
    expect(why(`/${'a'.repeat(500)}`)).toContain('500 characters')
    expect(why('/a/')).toBe('Must not end with "/".')
    expect(why('/{a}/{a}')).toBe('The parameter "a" stands twice.')
    expect(why('/{a+}/b')).toContain('only be the last segment')
    for (const path of ['/{}', '/{1a}', '/{a*}', '/x{a}', '/{a}{b}', '/{a', '/a}', '/{a.b}', '/(a|b)']) {
      expect([path, why(path)]).toEqual([path, expect.stringContaining('is not a segment')])
    }
  })

  test('a parameter or wildcard of another dialect is named as a mistake, not taken for a literal that never matches', () => {
    for (const path of ['/users/:id', '/files/*', '/files/**']) expect([path, parseRouteTemplate(path).ok]).toEqual([path, false])
    expect(parseRouteTemplate('/v1/orders:cancel')).toEqual({ ok: true, value: [{ literal: 'v1' }, { literal: 'orders:cancel' }] })
  })
})
