import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestServer } from '../harness.ts'
import { Sample, verdict } from './sample.ts'

/** C and D of the five documented systems, through the sample API. The names are their vendor's. */
let server: TestServer
let projects: Sample
let key: string

const KEYS = '/v1/organizations/acme/keys'
const NOW = Date.parse('2027-05-01T08:00:00Z')
const issue = async (name: string, expiresInSeconds = 86_400): Promise<{ id: string; secret: string }> => {
  const issued = await server.must(201, 'POST', KEYS, { key, body: { type: 'insidemaps-api-key', name, expiresInSeconds } })
  return { id: issued.key.id, secret: issued.secret }
}
const call = (secret: string, path: string, { method = 'GET', organization = 'acme', body }: { method?: string; organization?: string; body?: unknown } = {}) =>
  projects.call({ method, path: `/api/v2/organizations/${organization}${path}`, headers: { authorization: `Bearer ${secret}` }, body })

beforeAll(async () => {
  server = await TestServer.start()
  key = await server.bootstrap()
  await server.setClock(new Date(NOW).toISOString())
  await server.applyPreset('insidemaps', key)
  for (const slug of ['acme', 'zeta']) await server.must(201, 'POST', '/v1/organizations', { key, body: { slug } })
  projects = await Sample.start(server, key, 'projects', ['insidemaps'])
})
afterAll(async () => {
  await projects?.[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

test('C.1 a key needs a name of its own and a duration', async () => {
  await issue('Tour importer')
  const ask = async (body: object) => {
    const refused = await server.call('POST', KEYS, { key, body: { type: 'insidemaps-api-key', ...body } })
    return `${refused.status} ${refused.body.code}`
  }
  expect(await ask({ name: ' ', expiresInSeconds: 60 })).toBe('422 invalid_request')
  expect(await ask({ name: 'No duration' })).toBe('422 invalid_request')
  expect(await ask({ name: 'Zero', expiresInSeconds: 0 })).toBe('422 invalid_request')
  expect(await ask({ name: 'Negative', expiresInSeconds: -5 })).toBe('422 invalid_request')
  expect(await ask({ name: 'tour IMPORTER', expiresInSeconds: 60 })).toBe('409 name_taken')
})

test('C.2 a key works to the last millisecond; at the instant it has expired', async () => {
  const { secret } = await issue('Exact', 3600)
  await server.setClock(new Date(NOW + 3_599_999).toISOString())
  expect((await call(secret, '/projects')).status).toBe(200)
  await server.setClock(new Date(NOW + 3_600_000).toISOString())
  expect(verdict(await call(secret, '/projects'))).toBe('401 expired')
})

test("C.2 projects and images are the organization's own; another organization in the path is a thing that does not exist", async () => {
  const { secret } = await issue('Worker')
  const made = await call(secret, '/projects', { method: 'POST', body: { name: 'House' } })
  expect(made.status).toBe(201)
  const path = `/projects/${made.body.data.id}`
  expect((await call(secret, path, { method: 'PATCH', body: { name: 'Villa' } })).body.data.name).toBe('Villa')
  expect((await call(secret, `${path}/images`, { method: 'POST', body: { name: 'Kitchen' } })).status).toBe(201)
  expect((await call(secret, `${path}/images`)).body.data).toEqual([{ id: 'i1', name: 'Kitchen' }])
  expect((await call(secret, '')).body.data).toMatchObject({ name: 'acme', projects: 1 })
  const foreign = await call(secret, path, { organization: 'zeta' })
  const nowhere = await call(secret, '/projects/p99')
  expect([foreign.status, foreign.body.reason, nowhere.status]).toEqual([404, undefined, 404])
  expect((await call(secret, path, { method: 'DELETE' })).status).toBe(204)
})

test('C.3 deactivated, active again with the same value, removed for ever: each at the next call', async () => {
  const { id, secret } = await issue('Short life')
  const next = async () => verdict(await call(secret, '/projects'))
  expect(await next()).toBe('200')
  await server.must(200, 'POST', `${KEYS}/${id}:deactivate`, { key })
  expect(await next()).toBe('401 inactive')
  await server.must(200, 'POST', `${KEYS}/${id}:activate`, { key })
  expect(await next()).toBe('200')
  await server.must(200, 'DELETE', `${KEYS}/${id}`, { key })
  expect(await next()).toBe('401 removed')
  expect((await server.call('POST', `${KEYS}/${id}:activate`, { key })).body.code).toBe('status_conflict')
})

test('C.4 a supervisor manages people, not keys', async () => {
  const { secret } = await server.must(201, 'POST', '/v1/organizations/acme/management-keys', { key, body: { name: 'Sue', role: 'supervisor' } })
  const body = { type: 'insidemaps-api-key', name: 'Not hers', expiresInSeconds: 60 }
  expect((await server.call('POST', KEYS, { key: secret, body })).status).toBe(403)
})

test('D master tokens through the sample: pending, activated, replaced with every session, deactivated and back without the old sessions', async () => {
  const issued = await server.must(201, 'POST', KEYS, { key, body: { type: 'insidemaps-master-token', name: 'Nightly' } })
  const path = `${KEYS}/${issued.key.id}`
  const mint = (master: string) => projects.call({ path: '/api/v2/sessionToken', headers: { authorization: `Bearer ${master}` } })
  const session = async (master: string): Promise<string> => (await mint(master)).body.data as string
  expect(verdict(await mint(issued.secret))).toBe('401 pending')
  await server.must(200, 'POST', `${path}:activate`, { key })
  const first = await session(issued.secret)
  expect((await call(first, '/projects')).status).toBe(200)
  expect(verdict(await call(first, '/projects', { organization: 'zeta' }))).toBe('404')

  // No: nothing changes. Yes: the old value and every session minted from it are refused.
  expect((await call(await session(issued.secret), '/projects')).status).toBe(200)
  const { secret } = await server.must(200, 'POST', `${path}:replace`, { key, body: { expectedVersion: 1 } })
  expect([verdict(await mint(issued.secret)), verdict(await call(first, '/projects'))]).toEqual(['401 replaced', '401 replaced'])
  expect((await server.call('POST', `${path}:replace`, { key, body: { expectedVersion: 1 } })).body).toMatchObject({
    code: 'version_changed',
    changedBy: { kind: 'management-key' },
    changedAt: expect.any(String),
  })

  const second = await session(secret)
  await server.must(200, 'POST', `${path}:deactivate`, { key })
  expect([verdict(await mint(secret)), verdict(await call(second, '/projects'))]).toEqual(['401 inactive', '401 inactive'])
  await server.must(200, 'POST', `${path}:activate`, { key })
  expect(verdict(await call(second, '/projects'))).toBe('401 replaced')
  expect((await call(await session(secret), '/projects')).status).toBe(200)
  expect([(await mint(second)).status, (await mint((await issue('No master')).secret)).status]).toEqual([401, 401])
})
