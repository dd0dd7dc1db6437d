import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { INSTALL_TIMEOUT } from '../debian-package.ts'
import { TestServer } from '../harness.ts'
import { type Answer, Nginx, requireNginx, Upstream } from './nginx.ts'

const CONFIGURATION = `version: 1
keyTypes:
  - slug: data
    prefix: data
    addresses: { mode: optional }
    scopes: { offered: [read, write], default: [read] }
  - slug: slow
    prefix: slow
    limits: [{ calls: 1, per: 3600s }]
apis:
  - slug: data
    accepts: [data, slow]
    routes:
      - { method: GET, path: "/things/{thing}", scopes: [read] }
      - { method: POST, path: /things, scopes: [write] }
      - { method: GET, path: /slow }
`

let server: TestServer
let upstream: Upstream
let nginx: Nginx
let key: string
let verifierKey: string
const secrets: Record<string, string> = {}

beforeAll(async () => {
  await requireNginx()
  server = await TestServer.start({
    testClock: false,
    env: { KEYWRIGHT_TRUSTED_PROXIES: '127.0.0.1', KEYWRIGHT_SUPPORT_CONTACT: 'Zoë “Help” <help@example.com>' },
  })
  key = await server.bootstrap()
  await server.must(200, 'POST', '/v1/config:apply', { key, body: CONFIGURATION, headers: { 'content-type': 'application/yaml' } })
  await server.must(201, 'POST', '/v1/organizations', { key, body: { slug: 'acme' } })
  const issue = async (name: string, body: object) => {
    const issued = await server.must(201, 'POST', '/v1/organizations/acme/keys', { key, body: { environment: 'live', addresses: 'any', ...body } })
    secrets[name] = issued.secret
    secrets[`${name} id`] = issued.key.id
  }
  await issue('reader', { type: 'data' })
  await issue('writer', { type: 'data', scopes: ['read', 'write'] })
  await issue('elsewhere', { type: 'data', addresses: [{ cidr: '203.0.113.0/24' }] })
  await issue('slow', { type: 'slow', addresses: undefined })
  verifierKey = (await server.must(201, 'POST', '/v1/verifier-keys', { key, body: { name: 'nginx', apis: ['data'] } })).secret
  upstream = await Upstream.start()
  nginx = await Nginx.start({ keywright: new URL(server.url).host, api: upstream.address, verifierKey })
}, INSTALL_TIMEOUT)
afterAll(async () => {
  await nginx?.[Symbol.asyncDispose]()
  await upstream?.[Symbol.asyncDispose]()
  await server?.[Symbol.asyncDispose]()
})
beforeEach(() => {
  upstream.received.length = 0
  upstream.status = 200
})

const bearer = (name: string) => ['authorization', `Bearer ${secrets[name]}`]

/** A refusal reached the client whole, and the API not at all. */
function expectRefusal(answer: Answer, status: number, code: string): void {
  expect(upstream.received).toEqual([])
  expect(answer.headers['content-type']?.[0]).toMatch(/^application\/problem\+json/)
  expect({ ...JSON.parse(answer.text), status: answer.status }, answer.text).toMatchObject({ status, code, type: `urn:keywright:refusal:${code}` })
}

test('an allowed request reaches the API with who calls, and without the key', async () => {
  const answer = await nginx.call('GET', '/things/17?x=1', bearer('reader'))
  expect(answer).toMatchObject({ status: 200, text: '{"from":"api"}' })
  expect(answer.headers['x-request-id']?.[0]).toMatch(/^req_/)
  const [{ method, url, headers } = {} as never] = upstream.received
  expect({ method, url }).toEqual({ method: 'GET', url: '/things/17?x=1' })
  expect(headers).toMatchObject({
    'keywright-key': [secrets['reader id']],
    'keywright-key-type': ['data'],
    'keywright-organization': ['acme'],
    'keywright-environment': ['live'],
    'keywright-scopes': ['read'],
    'x-request-id': answer.headers['x-request-id'],
  })
  expect(JSON.stringify(headers)).not.toContain(secrets['reader'])
  expect(JSON.stringify(headers)).not.toContain('kw_verify_')
})

test('what a client writes into our fields never reaches the API', async () => {
  const names =
    'Key Key-Type Organization Organization-Id Environment Scopes Session Verifier Reason Scope Status Problem Retry-After Key-Retires Key-Successor Key-Expires'
  const forged = names
    .split(' ')
    .flatMap((name) => [`Keywright-${name}`, 'forged', `KEYWRIGHT-${name.toUpperCase()}`, 'forged', `Keywright_${name.replaceAll('-', '_')}`, 'forged'])
  await nginx.call('GET', '/things/17', [...bearer('reader'), ...forged, 'X-Request-Id', 'forged', 'X-Forwarded-For', '203.0.113.9'])
  expect(upstream.received).toHaveLength(1)
  expect(JSON.stringify(upstream.received[0]?.headers)).not.toContain('forged')
  expect(upstream.received[0]?.headers['keywright-session']).toBeUndefined()
  expect(upstream.received[0]?.headers['x-forwarded-for']).toEqual(['127.0.0.1'])
})

test('without a key: 401 with one challenge and the problem', async () => {
  const answer = await nginx.call('GET', '/things/17')
  expectRefusal(answer, 401, 'missing')
  expect(answer.headers['www-authenticate']).toEqual(['Bearer realm="data"'])
  expect(answer.headers['cache-control']).toEqual(['no-store'])
  // Also letters that a header field cannot hold.
  expect(JSON.parse(answer.text)).toMatchObject({ support: 'Zoë “Help” <help@example.com>', requestId: answer.headers['x-request-id']?.[0] })
})

test('a key that may not: 403 with the scope that is missing', async () => {
  const answer = await nginx.call('POST', '/things', bearer('reader'), '{}')
  expectRefusal(answer, 403, 'insufficient_scope')
  expect(answer.headers['www-authenticate']?.join()).toContain('scope="write"')
  expect(JSON.parse(answer.text).missing).toEqual(['write'])
})

test('too many calls: 429, not 500, with Retry-After, the limits and the problem', async () => {
  expect((await nginx.call('GET', '/slow', bearer('slow'))).headers['ratelimit']?.[0]).toContain('r=0')
  upstream.received.length = 0
  const answer = await nginx.call('GET', '/slow', bearer('slow'))
  expectRefusal(answer, 429, 'rate_limited')
  expect(Number(answer.headers['retry-after']?.[0])).toBeGreaterThan(0)
  expect(answer.headers['retry-after']).toEqual([String(JSON.parse(answer.text).retryAfterSeconds)])
  expect(answer.headers['ratelimit-policy']).toEqual(['"3600s";q=1;w=3600'])
  expect(answer.headers['www-authenticate']).toBeUndefined()
})

test.each([
  ['two keys in two fields', () => [...bearer('reader'), ...bearer('writer')]],
  ['a good key after nonsense', () => ['authorization', 'nonsense', ...bearer('writer')]],
])('%s are refused', async (_what, headers) => {
  const answer = await nginx.call('GET', '/things/17', headers())
  expect([400, 401]).toContain(answer.status)
  expect(upstream.received).toEqual([])
})

test('the address is the one nginx saw, whatever the client says of itself', async () => {
  for (const forged of [
    [],
    ['X-Forwarded-For', '203.0.113.9'],
    ['X-Real-IP', '203.0.113.9', 'Forwarded', 'for=203.0.113.9', 'X-Forwarded-For', '203.0.113.9, 203.0.113.9'],
  ])
    expectRefusal(await nginx.call('GET', '/things/17', [...bearer('elsewhere'), ...forged]), 403, 'ip_not_allowed')
})

test('method, path and host are those of the request, whatever the client says of them', async () => {
  const forged = [
    'X-Original-Method',
    'GET',
    'X-Original-URI',
    '/things/17',
    'X-Forwarded-Method',
    'GET',
    'X-Forwarded-Uri',
    '/things/17',
    'X-HTTP-Method-Override',
    'GET',
  ]
  expectRefusal(await nginx.call('POST', '/things', [...bearer('reader'), ...forged], '{}'), 403, 'insufficient_scope')
})

test.each([
  '/things/../admin',
  '/things/%2e%2e/admin',
  '/things/17%2f..%2fadmin',
  '//things/17',
  '/admin',
  '/keywright-authorize',
  '/things/17/..;/x',
  '/THINGS/17',
])('the API never gets %s as anything else than Keywright saw it', async (path) => {
  const answer = await nginx.call('GET', path, bearer('reader'))
  // Let in or not: what was judged is what arrives.
  if (answer.status === 200) expect(upstream.received.map(({ url }) => url)).toEqual([path])
  else expect([[400, 403, 404].includes(answer.status), upstream.received]).toEqual([true, []])
})

test('a path that is no route of the API is refused, and the question itself is nothing a client can ask', async () => {
  expectRefusal(await nginx.call('GET', '/admin', bearer('writer')), 403, 'insufficient_scope')
  expect((await nginx.call('GET', '/keywright-authorize', bearer('writer'))).status).toBe(404)
})

test('HEAD is judged as HEAD, and a refusal of it has no body', async () => {
  expect(await nginx.call('HEAD', '/things/17', bearer('reader'))).toMatchObject({ status: 200, text: '' })
  expect(upstream.received[0]?.method).toBe('HEAD')
  upstream.received.length = 0
  const refused = await nginx.call('HEAD', '/things/17')
  expect(refused).toMatchObject({ status: 401, text: '' })
  expect(upstream.received).toEqual([])
})

test('a large body reaches the API, and not Keywright', async () => {
  const answer = await nginx.call('POST', '/things', bearer('writer'), Buffer.alloc(5_000_000, 97))
  expect([answer.status, upstream.received[0]?.bytes]).toEqual([200, 5_000_000])
})

test("the API's own refusals and errors pass as they are", async () => {
  for (const status of [401, 403, 404, 429, 500, 503]) {
    upstream.status = status
    expect(await nginx.call('GET', '/things/17', bearer('reader'))).toMatchObject({ status, text: '{"from":"api"}' })
  }
})

test('a removed key is refused at the next call, and no secret stands in a log of nginx', async () => {
  expect((await nginx.call('POST', '/things', bearer('writer'), '{}')).status).toBe(200)
  await server.must(200, 'DELETE', `/v1/organizations/acme/keys/${secrets['writer id']}`, { key })
  upstream.received.length = 0
  expectRefusal(await nginx.call('POST', '/things', bearer('writer'), '{}'), 401, 'removed')
  const logs = nginx.output + readFileSync(join(nginx.folder, 'access.log'), 'utf8')
  expect(logs).toContain('POST /things')
  for (const name of ['reader', 'writer', 'elsewhere', 'slow']) expect(logs).not.toContain(secrets[name])
  expect(logs).not.toContain('kw_verify_')
})

test('who cannot ask lets nobody in: 503 with Retry-After, for a revoked verifier key and for a server that is gone', async () => {
  const keys = (await server.must(200, 'GET', '/v1/verifier-keys', { key })).items as { id: string; name: string }[]
  await server.must(200, 'DELETE', `/v1/verifier-keys/${keys.find(({ name }) => name === 'nginx')?.id}`, { key })
  const revoked = await nginx.call('GET', '/things/17', bearer('reader'))
  expectRefusal(revoked, 503, 'unavailable')
  expect(revoked.headers['retry-after']).toEqual(['5'])
  // The trouble is ours: a client that is told 401 would throw its key away.
  expect(revoked.headers['www-authenticate']).toBeUndefined()
  await server.stop()
  expectRefusal(await nginx.call('GET', '/things/17', bearer('reader')), 503, 'unavailable')
})
