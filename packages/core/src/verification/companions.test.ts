import { describe, expect, test } from 'vitest'
import { bearer, smallWorld } from './testing/world.ts'

function withCompanion(companion: Record<string, unknown>, more: Record<string, unknown> = {}) {
  const { world, acme, data } = smallWorld({}, { companions: [{ names: 'organization', ...companion }], ...more })
  world.organization('globex')
  const key = world.issue(acme)
  const ask = (headers: Record<string, string | string[]>, rest: Parameters<typeof bearer>[1] = {}) => {
    const request = bearer(key.secret, rest)
    Object.assign(request.request.headers, headers)
    return world.detail(data, request)
  }
  return { ask, world, data, acme, ...key }
}

describe('a companion in a header', () => {
  const { ask, acme, world, data, secret } = withCompanion({ from: 'header', name: 'X-PARTNER-NAME', fold: 'lowercase' })

  test('may be the slug, an alias or the id of the key’s organization, folded', () => {
    for (const value of ['acme', 'ACME', ' Acme-Partner ', '4711', acme.id]) expect(ask({ 'x-partner-name': value })).toBe('allowed')
  })

  test('refuses another organization’s name, and a name of nobody', () => {
    for (const value of ['globex', 'nobody', 'acme ltd', 'constructor']) expect(ask({ 'x-partner-name': value })).toBe('organization_mismatch')
  })

  test('refuses a missing, a blank and a repeated one', () => {
    expect(ask({})).toBe('organization_mismatch companion_missing')
    expect(ask({ 'x-partner-name': ' ' })).toBe('organization_mismatch companion_missing')
    expect(ask({ 'x-partner-name': ['acme', 'acme'] })).toBe('organization_mismatch companion_repeated')
  })

  test('is compared exactly without fold', () => {
    const exact = withCompanion({ from: 'header', name: 'X-Partner' })
    expect(exact.ask({ 'x-partner': 'acme' })).toBe('allowed')
    expect(exact.ask({ 'x-partner': 'ACME' })).toBe('organization_mismatch')
  })

  test('may be said by the verifier itself when it sends the secret alone', () => {
    expect(world.detail(data, { secret })).toBe('organization_mismatch companion_missing')
    expect(world.detail(data, { secret, organization: 'acme' })).toBe('allowed')
    expect(world.detail(data, { secret, organization: 'globex' })).toBe('organization_mismatch')
  })

  test('does not replace what the verifier says: both must name the organization', () => {
    const request = bearer(secret)
    Object.assign(request.request.headers, { 'x-partner-name': 'acme' })
    expect(world.detail(data, { ...request, organization: 'globex' })).toBe('organization_mismatch')
  })

  test.each(['constructor', '__proto__'])('may be called %s: nothing inherited is taken for a value', (name) => {
    const odd = withCompanion({ from: 'header', name })
    expect(odd.ask({})).toBe('organization_mismatch companion_missing')
  })

  test('when optional may be left out, but must not be wrong', () => {
    const optional = withCompanion({ from: 'header', name: 'X-Partner', required: false })
    expect(optional.ask({})).toBe('allowed')
    expect(optional.ask({ 'x-partner': 'globex' })).toBe('organization_mismatch')
    expect(optional.ask({ 'x-partner': ['acme', 'globex'] })).toBe('organization_mismatch companion_repeated')
    expect(optional.world.detail(optional.data, { secret: optional.secret })).toBe('allowed')
  })
})

describe('a companion in the body', () => {
  const { ask } = withCompanion({ from: 'body', name: 'partner_id' })
  const send = (body: unknown) => ask({}, { method: 'POST', body })

  test('may be text or a whole number', () => {
    for (const body of [{ partner_id: '4711' }, { partner_id: 4711 }, '{"partner_id":4711}', '{"partner_id":"acme"}']) expect(send(body)).toBe('allowed')
    for (const body of [{ partner_id: 4712 }, '{"partner_id":" 4711"}']) expect(send(body)).toBe('organization_mismatch')
  })

  test('trap 9: an organization named in the body is never believed, only compared', () => {
    expect(send({ partner_id: 'globex' })).toBe('organization_mismatch')
  })

  test('refuses one that stands twice, or that readers may understand differently', () => {
    expect(send('{"partner_id":"acme","partner_id":"acme"}')).toBe('organization_mismatch companion_repeated')
    expect(send('{"partner_id":"acme","partner\\u005fid":"globex"}')).toBe('organization_mismatch companion_repeated')
    for (const value of [['acme'], { id: 'acme' }, true, 47.5, 2 ** 53]) expect(send({ partner_id: value })).toBe('organization_mismatch companion_unreadable')
  })

  test('refuses none at all', () => {
    for (const body of [{}, { partner_id: null }, { partner_id: '' }, undefined, '[]', { constructor: 1 }])
      expect(send(body)).toBe('organization_mismatch companion_missing')
  })

  test('when optional must still be readable', () => {
    const optional = withCompanion({ from: 'body', name: 'partner_id', required: false })
    expect(optional.ask({}, { body: {} })).toBe('allowed')
    expect(optional.ask({}, { body: { partner_id: ['globex'] } })).toBe('organization_mismatch companion_unreadable')
  })
})

describe('a companion in the path', () => {
  const routes = [
    { method: 'GET', path: '/organizations/{organization}/reports', scopes: [] },
    { method: 'GET', path: '/health', scopes: [] },
  ]
  const { ask } = withCompanion({ from: 'path', name: 'organization' }, { routes })

  test('is the parameter of the matched route, decoded once', () => {
    expect(ask({}, { path: '/organizations/acme/reports?x=/globex/' })).toBe('allowed')
    expect(ask({}, { path: '/organizations/%61cme/reports' })).toBe('allowed')
    expect(ask({}, { path: '/organizations/globex/reports' })).toBe('organization_mismatch')
    expect(ask({}, { path: '/organizations/acme%20/reports' })).toBe('organization_mismatch')
  })

  test('is missing on a route without the parameter, and without routes at all', () => {
    expect(ask({}, { path: '/health' })).toBe('organization_mismatch companion_missing')
    expect(withCompanion({ from: 'path', name: 'organization' }).ask({}, { path: '/organizations/globex/reports' })).toBe(
      'organization_mismatch companion_missing',
    )
    expect(withCompanion({ from: 'path', name: 'constructor' }, { routes }).ask({}, { path: '/health' })).toBe('organization_mismatch companion_missing')
  })

  test('leaves an unlisted path to be refused by its own name', () => {
    expect(ask({}, { path: '/other' })).toBe('insufficient_scope route_not_listed')
    expect(ask({}, { path: '/organizations/../reports' })).toBe('insufficient_scope path_refused')
  })
})

describe('a companion in the host', () => {
  const { ask } = withCompanion({ from: 'host', template: '{organization}.api.example.com' })

  test('is read without port, trailing dot and case', () => {
    for (const host of ['acme.api.example.com', 'ACME.api.Example.com', 'acme.api.example.com:8443', 'acme.api.example.com.', 'acme.api.example.com.:443']) {
      expect(ask({ host })).toBe('allowed')
      expect(ask({}, { host })).toBe('allowed')
    }
  })

  test('counts the host the client addressed before the Host field', () => {
    expect(ask({ host: 'acme.api.example.com' }, { host: 'globex.api.example.com' })).toBe('organization_mismatch')
  })

  test('refuses another organization, another host, none and two', () => {
    expect(ask({ host: 'globex.api.example.com' })).toBe('organization_mismatch')
    expect(ask({ host: 'acme.evil.api.example.com' })).toBe('organization_mismatch')
    for (const host of ['api.example.com', '.api.example.com', 'acme.api.example.com.evil.com', ''])
      expect(ask({ host })).toBe('organization_mismatch companion_missing')
    expect(ask({})).toBe('organization_mismatch companion_missing')
    expect(ask({ host: ['acme.api.example.com', 'acme.api.example.com'] })).toBe('organization_mismatch companion_repeated')
  })
})

describe('environments', () => {
  test('a companion may name the environment, judged after the organization', () => {
    const { ask } = withCompanion({ from: 'header', name: 'X-Env', names: 'environment' })
    expect(ask({ 'x-env': 'live' })).toBe('allowed')
    expect(ask({ 'x-env': 'test' })).toBe('wrong_environment')
    expect(ask({})).toBe('wrong_environment companion_missing')
  })

  test('a key of one environment is refused by an API of another, and where the verifier names another', () => {
    const { world, acme, data } = smallWorld({}, { environment: 'live' })
    const live = world.issue(acme)
    const staging = world.issue(acme, { environment: 'staging' })
    expect(world.answer(data, bearer(live.secret))).toBe('allowed')
    expect(world.answer(data, bearer(staging.secret))).toBe('wrong_environment')
    expect(world.answer(null, { secret: staging.secret })).toBe('allowed')
    expect(world.answer(null, { secret: staging.secret, environment: 'live' })).toBe('wrong_environment')
  })

  test('a type brings companions of its own to every API', () => {
    const { world, acme, data } = smallWorld({ companions: [{ from: 'header', name: 'X-Partner', names: 'organization' }] })
    const { secret } = world.issue(acme)
    const request = bearer(secret)
    expect(world.detail(data, request)).toBe('organization_mismatch companion_missing')
    Object.assign(request.request.headers, { 'x-partner': 'acme' })
    expect(world.detail(data, request)).toBe('allowed')
  })
})
