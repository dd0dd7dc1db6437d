import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestServer } from '../harness.ts'

let server: TestServer
let key: string
let verifier: string
const secrets: Record<string, string> = {}

const RETIRED = '2035-10-15T00:00:00Z'
const rule = { origin: 'old-page', deprecatedAt: '2035-08-01T00:00:00Z', retiredAt: RETIRED, successor: 'web' }
const type = { slug: 'web', prefix: 'web' }

beforeAll(async () => {
  server = await TestServer.start()
  key = await server.bootstrap()
  await server.setClock('2035-01-01T00:00:00Z')
  const body = { version: 1, keyTypes: [type, { slug: 'short', prefix: 'short' }], apis: [{ slug: 'push', accepts: ['web', 'short'] }] }
  await server.must(200, 'POST', '/v1/config:apply', { key, body })
  verifier = (await server.must(201, 'POST', '/v1/verifier-keys', { key, body: { name: 'gateway', apis: 'all' } })).secret
  for (const [org, count] of [
    ['acme', 3],
    ['globex', 1],
  ] as const) {
    await server.must(201, 'POST', '/v1/organizations', { key, body: { slug: org, contacts: [`ops@${org}.example`] } })
    for (let number = 0; number < count; number++) secrets[`${org}-${number}`] = await issue(org, { origin: 'old-page' })
  }
  secrets.fresh = await issue('acme', {})
})
afterAll(async () => server[Symbol.asyncDispose]())

async function issue(org: string, more: object, slug = 'web'): Promise<string> {
  return (await server.must(201, 'POST', `/v1/organizations/${org}/keys`, { key, body: { type: slug, environment: 'live', ...more } })).secret
}
const authorize = (secret: string) =>
  server.call('GET', '/v1/authorize/push', {
    headers: { 'keywright-verifier': verifier, authorization: `Bearer ${secret}`, 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/' },
  })
const verify = (secret: string) => server.must(200, 'POST', '/v1/verify', { key: verifier, body: { secret } })
const preview = (body: object) => server.call('POST', '/v1/key-types/web:preview-sunset', { key, body })

test('a preview names every key and organization that a rule would hit, and changes nothing', async () => {
  await verify(secrets['acme-1'] as string)
  const before = await server.must(200, 'GET', '/v1/key-types/web', { key })
  const { status, body } = await preview(rule)
  expect(status).toBe(200)
  expect(body).toMatchObject({
    type: 'web',
    origin: 'old-page',
    retiresAt: '2035-10-15T00:00:00.000Z',
    successor: 'web',
    keys: 4,
    organizations: 2,
    nextCursor: null,
  })
  expect(body.byOrganization).toMatchObject([
    { slug: 'acme', keys: 3, lastSeenAt: '2035-01-01T00:00:00.000Z', contacts: 1 },
    { slug: 'globex', keys: 1, lastSeenAt: null, contacts: 1 },
  ])
  expect(body.notices.map((each: { days: number; at: string }) => [each.days, each.at])).toEqual([
    [90, '2035-07-17T00:00:00.000Z'],
    [30, '2035-09-15T00:00:00.000Z'],
    [7, '2035-10-08T00:00:00.000Z'],
    [1, '2035-10-14T00:00:00.000Z'],
  ])
  expect(body.items).toHaveLength(4)
  expect(body.items.filter((item: { lastSeen: unknown }) => item.lastSeen !== null)).toMatchObject([
    { organization: { slug: 'acme' }, lastSeen: { at: '2035-01-01T00:00:00.000Z' } },
  ])
  expect(await server.must(200, 'GET', '/v1/key-types/web', { key })).toEqual(before)
})

test('its list goes on by cursor, and every key of the type is hit by a rule without an origin', async () => {
  const first = await preview({ ...rule, limit: 3 })
  const second = await preview({ ...rule, limit: 3, cursor: first.body.nextCursor })
  const ids = [...first.body.items, ...second.body.items].map((item: { id: string }) => item.id)
  expect([new Set(ids).size, second.body.byOrganization, second.body.nextCursor]).toEqual([4, [], null])
  expect((await preview({ ...rule, origin: null, successor: null })).body.keys).toBe(5)
})

test('a rule that could not be saved is refused with the reason, as is a type that is not there', async () => {
  expect(await preview({ ...rule, successor: 'nothing' })).toMatchObject({
    status: 422,
    body: { code: 'invalid_configuration', errors: [{ path: 'successor', code: 'unknown_successor' }] },
  })
  expect(await preview({ ...rule, deprecatedAt: '2036-01-01T00:00:00Z' })).toMatchObject({ status: 422, body: { errors: [{ path: 'retiredAt' }] } })
  expect(await server.call('POST', '/v1/key-types/none:preview-sunset', { key, body: rule })).toMatchObject({ status: 404 })
  const { secret: owner } = await server.must(201, 'POST', '/v1/organizations/acme/management-keys', { key, body: { name: 'o', role: 'owner' } })
  expect(await server.call('POST', '/v1/key-types/web:preview-sunset', { key: owner, body: rule })).toMatchObject({ status: 403 })
})

test('the command line shows it', async () => {
  const { code, stdout } = await server.cli(['config', 'preview-sunset', 'web', '--retired-at', RETIRED, '--origin', 'old-page', '--successor', 'web'], { key })
  expect(code).toBe(0)
  for (const part of ['acme', 'globex', '90 days before']) expect(stdout).toContain(part)
})

test('answers announce a retirement from the first notice day, its deprecation from its day, and the end comes to the instant', async () => {
  await server.must(200, 'PUT', '/v1/key-types/web', { key, body: { ...type, sunset: [rule] } })
  const old = secrets['acme-0'] as string
  const fields = async () => {
    const { status, headers } = await authorize(old)
    return [status, ...['keywright-key-retires', 'keywright-key-successor', 'deprecation', 'sunset'].map((name) => headers.get(name))]
  }
  await server.setClock('2035-07-16T23:59:59.999Z')
  expect(await fields()).toEqual([200, null, null, null, null])
  expect(await verify(old)).not.toHaveProperty('retirement')
  await server.setClock('2035-07-17T00:00:00Z')
  expect(await fields()).toEqual([200, '2035-10-15T00:00:00.000Z', 'web', null, null])
  await server.setClock('2035-08-01T00:00:00Z')
  const announced = [200, '2035-10-15T00:00:00.000Z', 'web', `@${Date.parse('2035-08-01T00:00:00Z') / 1000}`, 'Mon, 15 Oct 2035 00:00:00 GMT']
  expect(await fields()).toEqual(announced)
  await server.setClock('2035-10-14T23:59:59.999Z')
  expect(await fields()).toEqual(announced)
  expect(await verify(old)).toMatchObject({
    valid: true,
    deprecation: { deprecatedAt: '2035-08-01T00:00:00.000Z', retiresAt: '2035-10-15T00:00:00.000Z', successor: 'web' },
    retirement: { retiresAt: '2035-10-15T00:00:00.000Z', successor: 'web' },
  })
  await server.setClock(RETIRED)
  expect(await authorize(old)).toMatchObject({ status: 401, body: { code: 'retired', successor: 'web' } })
  expect(await verify(old)).toMatchObject({ valid: false, reason: 'retired', successor: 'web' })
  expect(await verify(secrets.fresh as string)).toMatchObject({ valid: true })
  expect((await authorize(secrets.fresh as string)).headers.get('keywright-key-retires')).toBeNull()
})

test('answers announce an expiry from 30 days before', async () => {
  await server.setClock('2036-01-01T00:00:00Z')
  const secret = await issue('acme', { expiresAt: '2036-03-01T00:00:00Z' }, 'short')
  await server.setClock('2036-01-30T23:59:59.999Z')
  expect((await authorize(secret)).headers.get('keywright-key-expires')).toBeNull()
  expect(await verify(secret)).not.toHaveProperty('expiry')
  await server.setClock('2036-01-31T00:00:00Z')
  expect((await authorize(secret)).headers.get('keywright-key-expires')).toBe('2036-03-01T00:00:00.000Z')
  expect(await verify(secret)).toMatchObject({ expiry: { expiresAt: '2036-03-01T00:00:00.000Z' } })
})
