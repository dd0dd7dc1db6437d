import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestServer } from '../harness.ts'

let server: TestServer
let key: string
let verifier: string

beforeAll(async () => {
  server = await TestServer.start()
  key = await server.bootstrap()
  const body = {
    version: 1,
    keyTypes: [
      {
        slug: 'slow',
        prefix: 'slow',
        limits: [
          { calls: 3, per: '60s' },
          { calls: 100, per: '1d' },
        ],
      },
      { slug: 'free', prefix: 'free' },
    ],
    apis: [{ slug: 'orders', accepts: ['slow', 'free'] }],
  }
  await server.must(200, 'POST', '/v1/config:apply', { key, body })
  await server.must(201, 'POST', '/v1/organizations', { key, body: { slug: 'acme' } })
  verifier = (await server.must(201, 'POST', '/v1/verifier-keys', { key, body: { name: 'gateway', apis: 'all' } })).secret
})
afterAll(async () => server[Symbol.asyncDispose]())

const issue = async (type: string) => {
  const { key: issued, secret } = await server.must(201, 'POST', '/v1/organizations/acme/keys', { key, body: { type, environment: 'live' } })
  return { path: `/v1/organizations/acme/keys/${issued.id}`, secret: secret as string }
}
const authorize = (secret: string, query = '') =>
  server.call('GET', `/v1/authorize/orders${query}`, {
    headers: { 'keywright-verifier': verifier, authorization: `Bearer ${secret}`, 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/' },
  })
const verify = (secret: string) => server.must(200, 'POST', '/v1/verify', { key: verifier, body: { secret, api: 'orders' } })

test('every answer says what is left, and the refusal when the same call passes: not sooner, not later', async () => {
  await server.setClock('2030-01-01T00:00:00Z')
  const { secret } = await issue('slow')
  const left: (string | null)[] = []
  for (let call = 0; call < 3; call++) left.push((await authorize(secret)).headers.get('ratelimit'))
  expect(left).toEqual(['"60s";r=2;t=61, "86400s";r=99;t=87840', '"60s";r=1;t=61, "86400s";r=98;t=87840', '"60s";r=0;t=61, "86400s";r=97;t=87840'])
  await server.setClock('2030-01-01T00:00:20Z')
  const refused = await authorize(secret)
  expect(refused.status).toBe(429)
  expect(refused.headers.get('ratelimit-policy')).toBe('"60s";q=3;w=60, "86400s";q=100;w=86400')
  expect(refused.headers.get('ratelimit')).toBe('"60s";r=0;t=41, "86400s";r=97;t=87820')
  expect(refused.headers.get('retry-after')).toBe('41')
  await server.setClock('2030-01-01T00:01:00.999Z')
  expect((await authorize(secret)).status).toBe(429)
  await server.setClock('2030-01-01T00:01:01Z')
  expect((await authorize(secret)).status).toBe(200)
})

test('nginx gets the same beside the status it can pass on', async () => {
  await server.setClock('2030-01-02T00:00:00Z')
  const { secret } = await issue('slow')
  for (let call = 0; call < 3; call++) await authorize(secret)
  const refused = await authorize(secret, '?dialect=nginx')
  expect([refused.status, refused.headers.get('keywright-status'), refused.headers.get('keywright-retry-after')]).toEqual([403, '429', '61'])
  expect(refused.headers.get('ratelimit')).toContain('"60s";r=0;t=61')
})

test('the same as data, where the key has limits', async () => {
  await server.setClock('2030-01-03T00:00:00Z')
  const { secret } = await issue('slow')
  const day = { calls: 100, perSeconds: 86_400, resetSeconds: 87_840 }
  expect((await verify(secret)).rateLimits).toEqual([
    { calls: 3, perSeconds: 60, remaining: 2, resetSeconds: 61 },
    { ...day, remaining: 99 },
  ])
  await verify(secret)
  await verify(secret)
  expect(await verify(secret)).toMatchObject({
    valid: false,
    reason: 'rate_limited',
    retryAfterSeconds: 61,
    rateLimits: [
      { calls: 3, perSeconds: 60, remaining: 0, resetSeconds: 61 },
      { ...day, remaining: 97 },
    ],
  })
  const { secret: free } = await issue('free')
  expect(await verify(free)).not.toHaveProperty('rateLimits')
  expect((await authorize(free)).headers.get('ratelimit')).toBeNull()
})

test('a new secret does not bring new calls', async () => {
  await server.setClock('2030-01-04T00:00:00Z')
  const { path, secret } = await issue('slow')
  await verify(secret)
  await verify(secret)
  const { secret: next } = await server.must(200, 'POST', `${path}:replace`, { key, body: { expectedVersion: 1, overlapSeconds: 3600 } })
  expect((await verify(next)).rateLimits[0].remaining).toBe(0)
  expect(await verify(next)).toMatchObject({ valid: false, reason: 'rate_limited' })
  expect(await verify(secret)).toMatchObject({ valid: false, reason: 'rate_limited' })
})

test('a refusal for another reason spends nothing and says nothing of limits', async () => {
  await server.setClock('2030-01-05T00:00:00Z')
  const { path, secret } = await issue('slow')
  await verify(secret)
  await server.must(200, 'POST', `${path}:deactivate`, { key })
  expect(await verify(secret)).not.toHaveProperty('rateLimits')
  expect((await authorize(secret)).headers.get('ratelimit')).toBeNull()
  await server.must(200, 'POST', `${path}:activate`, { key })
  expect((await verify(secret)).rateLimits[0].remaining).toBe(1)
})
