import { afterAll, beforeAll, expect, test } from 'vitest'
import { askAsProxy, ORDER } from './ask-as-proxy.ts'
import { World } from './world.ts'

let world: World
let verifier: string
let plain: { id: string; secret: string }

beforeAll(async () => {
  world = await World.make({ KEYWRIGHT_TRUSTED_PROXIES: '127.0.0.1/32' })
  verifier = (await world.verifier()).secret
  plain = await world.key('acme')
})
afterAll(async () => world[Symbol.asyncDispose]())

const authorize = (headers: Record<string, string> = {}, options: { path?: string; method?: string; key?: string } = {}) =>
  askAsProxy(world, { verifier, secret: plain.secret }, headers, options)

test("in nginx's dialect every answer is 200, 401 or 403, with the true status in a field", async () => {
  const limited = await world.key('acme', 'vault', { limits: [{ calls: 1, per: '60s' }] })
  const bound = (await world.verifier(['vaults'])).secret
  const asked: [Record<string, string>, string, number, number][] = [
    [{}, 'orders', 200, 200],
    [{ authorization: '' }, 'orders', 401, 401],
    [{ authorization: 'Bearer x' }, 'orders', 401, 401],
    [{ 'x-forwarded-method': 'POST', 'x-forwarded-uri': '/orders' }, 'orders', 403, 403],
    [{ authorization: `Bearer ${limited.secret}` }, 'both', 200, 200],
    [{ authorization: `Bearer ${limited.secret}` }, 'both', 403, 429],
    [{ 'keywright-verifier': '' }, 'orders', 403, 401],
    [{ 'keywright-verifier': bound }, 'orders', 403, 403],
    [{}, 'nowhere', 403, 404],
    [{}, 'form', 403, 409],
    [{ 'x-forwarded-method': '' }, 'orders', 403, 422],
  ]
  for (const [headers, api, shown, meant] of asked) {
    // nginx says in X-Original-* what the others say in X-Forwarded-*.
    const renamed = Object.entries({ ...ORDER, ...headers }).map(([name, value]) => [name.replace('x-forwarded-', 'x-original-'), value])
    const answered = await authorize(
      { 'x-forwarded-method': '', 'x-forwarded-uri': '', ...Object.fromEntries(renamed) },
      { path: `/v1/authorize/${api}?dialect=nginx` },
    )
    const told = JSON.stringify([headers, api, answered.body])
    expect(answered.status, told).toBe(shown)
    if (shown !== 200) expect(answered.headers.get('keywright-status'), told).toBe(String(meant))
    if (meant === 429) expect(Number(answered.headers.get('keywright-retry-after')), told).toBeGreaterThan(0)
    expect(answered.headers.get('cache-control')).toBe('no-store')
  }
})

test('the challenge has the forms of RFC 6750: bare without a credential, with an error when one was refused, with the scope that lacks', async () => {
  const challenge = async (headers: Record<string, string>) => (await authorize(headers)).headers.get('www-authenticate')
  expect(await challenge({ authorization: '' })).toBe('Bearer realm="orders"')
  expect(await challenge({ authorization: 'Bearer x' })).toBe('Bearer realm="orders", error="invalid_token", error_description="malformed"')
  expect(await challenge({ 'x-forwarded-method': 'POST', 'x-forwarded-uri': '/orders' })).toBe(
    'Bearer realm="orders", error="insufficient_scope", scope="orders.write"',
  )
  expect(await challenge({})).toBeNull()
})

test('any method and any body are answered alike: they are the subrequest, not the request', async () => {
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
    expect((await authorize({}, { method })).status, method).toBe(200)
    expect((await authorize({ 'keywright-verifier': '' }, { method })).status, method).toBe(401)
  }
  const head = await authorize({ authorization: '' }, { method: 'HEAD' })
  expect([head.status, head.body]).toEqual([401, null])
  const body = 'x'.repeat(2_000_000)
  const posted = await world.server.call('POST', '/v1/authorize/orders', {
    body,
    headers: { 'keywright-verifier': verifier, authorization: `Bearer ${plain.secret}`, ...ORDER },
  })
  expect(posted.status).toBe(200)
})
