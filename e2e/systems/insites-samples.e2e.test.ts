import { Agent } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestServer } from '../harness.ts'
import { Sample, verdict } from './sample.ts'

/** E of the five documented systems, through the sample CRM. The names are their vendor's. */
let server: TestServer
let crm: Sample
let key: string
const instance: Record<string, { id: string; secret: string }> = {}

const call = (method: string, path: string, authorization: string | undefined, body?: unknown, host = 'acme.localhost', agent?: Agent) =>
  crm.call({
    method,
    path: `/crm/api/v2${path}`,
    headers: { host, ...(authorization === undefined ? {} : { authorization }) },
    body,
    ...(agent ? { agent } : {}),
  })

beforeAll(async () => {
  server = await TestServer.start()
  key = await server.bootstrap()
  await server.applyPreset('insites', key)
  for (const slug of ['acme', 'zeta', 'load']) {
    await server.must(201, 'POST', '/v1/organizations', { key, body: { slug, environments: ['production', 'staging'] } })
    const { items } = await server.must(200, 'GET', `/v1/organizations/${slug}/keys`, { key })
    for (const { id, environment } of items) {
      const { secret } = await server.must(200, 'POST', `/v1/organizations/${slug}/keys/${id}:reveal`, { key })
      instance[`${slug} ${environment}`] = { id, secret }
    }
  }
  crm = await Sample.start(server, key, 'crm', ['insites-crm', 'insites-crm-staging'])
})
afterAll(async () => {
  await crm?.[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const secretOf = (name: string) => (instance[name] as { secret: string }).secret

test('E.1 each instance was made with exactly one key of 50 characters, shown again whenever asked, each time audited', async () => {
  expect(Object.keys(instance)).toHaveLength(6)
  expect(secretOf('acme production')).toMatch(/^instance_[0-9A-Za-z]{50}$/)
  const { id } = instance['acme production'] as { id: string }
  expect(await server.must(200, 'POST', `/v1/organizations/acme/keys/${id}:reveal`, { key })).toEqual({ secret: secretOf('acme production') })
  const { items } = await server.must(200, 'GET', `/v1/organizations/acme/keys/${id}/events`, { key })
  expect(items.filter((event: { action: string }) => event.action === 'key.revealed')).toHaveLength(2)
  const second = await server.call('POST', '/v1/organizations/acme/keys', { key, body: { type: 'insites-instance-key', environment: 'production' } })
  expect([second.status, second.body.code]).toEqual([409, 'cap_reached'])
})

test('E.2 the key is taken raw from its header, on its own instance, and nowhere else', async () => {
  const secret = secretOf('acme production')
  const contacts = (authorization?: string, host?: string, path = '/contacts') => call('GET', path, authorization, undefined, host).then(verdict)
  expect(await contacts(secret)).toBe('200')
  expect(await contacts(`Bearer ${secret}`)).toBe('401 wrong_carrier')
  expect(await contacts(undefined, undefined, `/contacts?api_key=${secret}`)).toBe('401 wrong_carrier')
  expect(await contacts('')).toBe('401 missing')
  expect(await contacts()).toBe('401 missing')
  expect(await contacts(secretOf('acme staging'))).toBe('401 wrong_environment')
  expect(await contacts(secretOf('acme staging'), 'acme-staging.localhost')).toBe('200')
  expect(await contacts(secret, 'acme-staging.localhost')).toBe('401 wrong_environment')
  expect(await contacts(secretOf('zeta production'))).toBe('401 organization_mismatch')
  expect(await contacts(secret.slice(0, -1))).toBe('401 malformed')
  expect((await call('GET', '/contacts', undefined)).headers['www-authenticate']).toBe('ApiKey')
})

test('E.3 contacts and companies: made with an e-mail alone, read, changed, listed by page and size, archived, restored', async () => {
  const secret = secretOf('acme production')
  for (const [path, first, second] of [
    ['/contacts', { email: 'ada@example.com' }, { email: 'alan@example.com' }],
    ['/companies', { name: 'Analytical Engines' }, { name: 'Bletchley' }],
  ] as const) {
    const made = await call('POST', path, secret, first)
    expect([made.status, made.body]).toMatchObject([201, first])
    const one = `${path}/${made.body.id}`
    expect((await call('POST', path, secret, first)).status).toBe(409)
    expect((await call('POST', path, secret, {})).status).toBe(400)
    expect((await call('GET', one, secret)).body).toEqual(made.body)
    expect((await call('PATCH', one, secret, { phone: '1' })).body).toMatchObject({ ...first, phone: '1' })
    expect((await call('PUT', one, secret, { phone: '2' })).body).toMatchObject({ phone: '2' })
    expect((await call('POST', path, secret, second)).status).toBe(201)
    expect((await call('GET', `${path}?page=2&size=1`, secret)).body).toMatchObject({ page: 2, size: 1, total: 2, results: [second] })
    expect((await call('POST', `${one}/archive`, secret)).body.archived_at).toEqual(expect.any(String))
    expect((await call('GET', path, secret)).body).toMatchObject({ total: 1, results: [second] })
    expect((await call('POST', `${one}/restore`, secret)).body.archived_at).toBeNull()
    expect((await call('GET', path, secret)).body.total).toBe(2)
    expect(verdict(await call('DELETE', one, secret))).toBe('404')
  }
  const { organization, ...others } = { organization: 'zeta', path: '/contacts' }
  expect((await call('GET', others.path, secretOf(`${organization} production`), undefined, 'zeta.localhost')).body.total).toBe(0)
})

test('E.3 the 301st call within a minute is refused with the time at which it passes', async () => {
  await server.setClock('2027-03-01T12:00:00.000Z')
  const secret = secretOf('load production')
  const agent = new Agent({ keepAlive: true, maxSockets: 20 })
  const list = () => call('GET', '/contacts?size=1', secret, undefined, 'load.localhost', agent)
  const answers = await Promise.all(Array.from({ length: 300 }, list))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(300)
  const refused = await list()
  expect(verdict(refused)).toBe('429 rate_limited')
  const seconds = Number(refused.headers['retry-after'])
  expect(seconds).toBeGreaterThan(0)
  await server.setClock(new Date(Date.parse('2027-03-01T12:00:00.000Z') + seconds * 1000).toISOString())
  expect((await list()).status).toBe(200)
  agent.destroy()
})

test('E.4 a replaced key is refused on the very next call, also on a connection that is open already; cancelling changes nothing', async () => {
  const { id, secret } = instance['zeta production'] as { id: string; secret: string }
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const list = (authorization: string) => call('GET', '/contacts', authorization, undefined, 'zeta.localhost', agent)
  const before = await list(secret)
  expect(before.status).toBe(200)
  // Cancel is no call at all.
  expect((await list(secret)).status).toBe(200)
  const path = `/v1/organizations/zeta/keys/${id}:replace`
  const replaced = await server.must(200, 'POST', path, { key, body: { expectedVersion: 1 } })
  const after = await list(secret)
  expect([verdict(after), after.localPort]).toEqual(['401 replaced', before.localPort])
  expect((await list(replaced.secret)).status).toBe(200)
  expect((await server.call('POST', path, { key, body: { expectedVersion: 1 } })).body.code).toBe('version_changed')
  agent.destroy()
})

test('no secret was printed by the server or the sample', () => {
  for (const { secret } of Object.values(instance)) expect(server.output + crm.output).not.toContain(secret)
})
