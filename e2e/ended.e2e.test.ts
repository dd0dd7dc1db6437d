import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestServer } from './harness.ts'

/** Ends of every kind are instants in the record, not timers: a restart neither forgets nor repeats them. */
let server: TestServer
let key: string
let verifier: string

const TYPE = { slug: 'thing', prefix: 'thing', environments: ['live'], replace: { overlapMax: '1d' } }
const END = '2035-06-01T12:00:00Z'
const BEFORE = '2035-06-01T11:59:59.999Z'

beforeAll(async () => {
  server = await TestServer.start()
  key = await server.bootstrap()
  await server.setClock('2035-06-01T11:00:00Z')
  await server.must(200, 'POST', '/v1/config:apply', {
    key,
    body: {
      version: 1,
      keyTypes: [TYPE, { ...TYPE, slug: 'old', prefix: 'old', sunset: [{ deprecatedAt: '2035-01-01T00:00:00Z', retiredAt: END, successor: 'thing' }] }],
      apis: [{ slug: 'things', accepts: ['thing', 'old'] }],
    },
  })
  await server.must(201, 'POST', '/v1/organizations', { key, body: { slug: 'acme', environments: ['live'] } })
  verifier = (await server.must(201, 'POST', '/v1/verifier-keys', { key, body: { name: 'things', apis: ['things'] } })).secret
})
afterAll(async () => server[Symbol.asyncDispose]())

const issue = (body: object) => server.must(201, 'POST', '/v1/organizations/acme/keys', { key, body })
const verdict = async (secret: string): Promise<string> => {
  const decision = await server.must(200, 'POST', '/v1/verify', { key: verifier, body: { secret } })
  return decision.valid ? 'allowed' : decision.reason
}

/** A server that comes back does not know what time a test had set: its clock begins at the system's, which here lies before everything. */
async function restart(signal: NodeJS.Signals, now: string): Promise<void> {
  await server.stop(signal)
  await server.run()
  await server.setClock(now)
}

test.each(['SIGTERM', 'SIGKILL'] as const)('expiry, sunset and overlap end to the millisecond, also after a restart by %s on either side', async (signal) => {
  await server.setClock('2035-06-01T11:00:00Z')
  const expiring = (await issue({ type: 'thing', expiresAt: END })).secret
  const retiring = (await issue({ type: 'old' })).secret
  const replaced = await issue({ type: 'thing' })
  const renewed = await server.must(200, 'POST', `/v1/organizations/acme/keys/${replaced.key.id}:replace`, {
    key,
    body: { expectedVersion: 1, overlapSeconds: 3600 },
  })
  const all = async () => Promise.all([expiring, retiring, replaced.secret, renewed.secret].map(verdict))
  await restart(signal, BEFORE)
  expect(await all()).toEqual(['allowed', 'allowed', 'allowed', 'allowed'])
  await server.setClock(END)
  expect(await all()).toEqual(['expired', 'retired', 'replaced', 'allowed'])
  await restart(signal, END)
  expect(await all()).toEqual(['expired', 'retired', 'replaced', 'allowed'])
  // Nobody brings back what has ended.
  const [ended] = (await server.must(200, 'GET', '/v1/organizations/acme/keys?status=expired', { key })).items
  expect((await server.call('POST', `/v1/organizations/acme/keys/${ended.id}:activate`, { key })).body).toMatchObject({ status: 409, code: 'status_conflict' })
  expect((await server.call('PATCH', `/v1/organizations/acme/keys/${ended.id}`, { key, body: { expiresAt: '2036-01-01T00:00:00Z' } })).body).toMatchObject({
    status: 409,
  })
})

test('a limit that was used up is not given anew by replacing the secret', async () => {
  await server.must(200, 'PUT', '/v1/key-types/metered', {
    key,
    body: { slug: 'metered', prefix: 'metered', environments: ['live'], limits: [{ calls: 2, per: '60s' }] },
  })
  await server.must(200, 'PUT', '/v1/apis/things', { key, body: { slug: 'things', accepts: ['thing', 'old', 'metered'] } })
  const { key: metered, secret } = await issue({ type: 'metered' })
  expect([await verdict(secret), await verdict(secret), await verdict(secret)]).toEqual(['allowed', 'allowed', 'rate_limited'])
  const { secret: next } = await server.must(200, 'POST', `/v1/organizations/acme/keys/${metered.id}:replace`, { key, body: { expectedVersion: 1 } })
  expect(await verdict(next)).toBe('rate_limited')
})
