import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestServer } from '../harness.ts'
import { Sample, verdict } from './sample.ts'

/** A of the five documented systems, through the sample APIs. The names are their vendor's. */
let server: TestServer
let data: Sample
let push: Sample
let mobile: Sample
let key: string
const seen: string[] = []

const KEYS = '/v1/organizations/acme/keys'
const issue = async (type: string, organization = 'acme'): Promise<{ id: string; secret: string }> => {
  const issued = await server.must(201, 'POST', `/v1/organizations/${organization}/keys`, { key, body: { type } })
  seen.push(issued.secret)
  return { id: issued.key.id, secret: issued.secret }
}
const ucd = (path: string, secret: string | undefined, body: unknown, { partner = 'acmebrand', method = 'POST' } = {}) =>
  data.call({ method, path, headers: { 'x-partner-name': partner, ...(secret === undefined ? {} : { 'x-request-token': secret }) }, body })
const ada = { identifiers: { email: 'ada@example.com' } }
const upsert = (secret: string | undefined, partner?: string) =>
  ucd('/api/user/v1/upsert', secret, { users: [{ ...ada, attributes: { name: 'Ada' } }] }, partner === undefined ? {} : { partner })
const profile = (secret: string) => ucd('/api/user/v1/profile', secret, ada)
/** A management key of a person with that role. */
const person = async (role: string): Promise<{ id: string; secret: string }> => {
  const made = await server.must(201, 'POST', '/v1/organizations/acme/management-keys', { key, body: { name: role, role } })
  return { id: made.key.id, secret: made.secret }
}

beforeAll(async () => {
  server = await TestServer.start()
  key = await server.bootstrap()
  await server.applyPreset('insider-2024', key)
  await server.must(201, 'POST', '/v1/organizations', { key, body: { slug: 'acme', aliases: ['acmebrand'], entitlements: ['insider-upsert'] } })
  await server.must(201, 'POST', '/v1/organizations', { key, body: { slug: 'zeta', aliases: ['zetabrand'] } })
  ;[data, push, mobile] = await Promise.all([
    Sample.start(server, key, 'customer-data', ['insider-2024-ucd']),
    Sample.start(server, key, 'web-push', ['insider-2024-web-push'], { API: 'insider-2024-web-push' }),
    Sample.start(server, key, 'mobile-push', ['insider-2024-mobile'], { API: 'insider-2024-mobile' }),
  ])
})
afterAll(async () => {
  await Promise.all([data, push, mobile].map((sample) => sample?.[Symbol.asyncDispose]()))
  await server[Symbol.asyncDispose]()
})

test('A.1 thirteen types stand to choose; the value is shown once, then only its hint', async () => {
  const { items } = await server.must(200, 'GET', '/v1/organizations/acme/key-types', { key })
  expect(items.filter(({ policy }: { policy: { presentation: { section: string } } }) => policy.presentation.section === 'API Keys')).toHaveLength(13)
  const { id, secret } = await issue('insider-2024-product-catalog')
  const listed = await server.must(200, 'GET', KEYS, { key })
  const one = await server.must(200, 'GET', `${KEYS}/${id}`, { key })
  expect(JSON.stringify([listed, one])).not.toContain(secret.slice(8, -4))
  expect(one.hint).toBe(`i24_catalog_…${secret.slice(-4)}`)
})

test('A.2 one token works on all eight UCD calls, with the partner name in any case', async () => {
  const { secret } = await issue('insider-2024-ucd')
  const mixed = await ucd(
    '/api/user/v1/upsert',
    secret,
    { users: [{ ...ada, attributes: { name: 'Ada', city: 'London' } }, { attributes: {} }] },
    { partner: 'AcmeBrand' },
  )
  expect([mixed.status, mixed.body.data]).toEqual([
    200,
    { successful: { count: 1 }, fail: { count: 1, errors: [{ index: 1, error: 'identifiers are missing' }] } },
  ])
  expect((await profile(secret)).body.data.attributes).toEqual({ name: 'Ada', city: 'London' })
  expect((await ucd('/api/raw/v1/export', secret, {})).body.total).toBe(1)
  const body = { old_identifier: ada.identifiers, new_identifier: { uuid: 'u1', phone_number: '+1' } }
  expect((await ucd('/api/user/v1/identity', secret, body, { method: 'PATCH' })).status).toBe(200)
  const gone = await ucd('/api/user/v1/identity', secret, { identifiers: { phone_number: '+1' } }, { method: 'DELETE' })
  expect(gone.body.data.identifiers).toEqual({ uuid: 'u1' })
  const uuid = { identifiers: { uuid: 'u1' } }
  expect((await ucd('/api/user/v1/attribute/delete', secret, { ...uuid, attribute: 'city' })).body.data.attributes).toEqual({ name: 'Ada' })
  expect((await ucd('/api/user/v1/anonymize', secret, uuid)).status).toBe(200)
  expect((await ucd('/api/user/v1/profile', secret, uuid)).status).toBe(404)
  expect((await upsert(secret)).status).toBe(200)
  expect((await ucd('/api/user/v1/delete', secret, ada)).status).toBe(200)
  expect((await profile(secret)).status).toBe(404)
})

test('A.2 another account, another type, no token: each is refused by its own reason', async () => {
  const { secret } = await issue('insider-2024-ucd')
  expect(verdict(await upsert(secret, 'zetabrand'))).toBe('401 organization_mismatch')
  expect(verdict(await upsert(undefined))).toBe('401 missing')
  expect(verdict(await upsert(seen[0] as string))).toBe('403 wrong_type')
  const bearer = { authorization: `Bearer ${(await issue('insider-2024-web-push')).secret}` }
  const create = (partner_id: string, headers: Record<string, string>) =>
    push.call({ method: 'POST', path: '/api/v1/web-push/create', headers, body: { partner_id, title: 'Hello', message: 'World' } })
  expect((await create('acmebrand', bearer)).status).toBe(201)
  expect(verdict(await create('zetabrand', bearer))).toBe('401 organization_mismatch')
  expect(verdict(await create('acmebrand', { authorization: `Bearer ${secret}` }))).toBe('403 wrong_type')
})

test('A.3 at most five UCD tokens, also when two are asked for at once; other types have no cap', async () => {
  for (let count = 2; count < 4; count++) await issue('insider-2024-ucd')
  const ask = () => server.call('POST', KEYS, { key, body: { type: 'insider-2024-ucd' } })
  const both = await Promise.all([ask(), ask()])
  expect(both.map(({ status }) => status).sort()).toEqual([201, 409])
  const refused = both.find(({ status }) => status === 409)
  expect(refused?.body.detail).toMatch(/maximum of 5 keys .* Delete one first/)
  const { items } = await server.must(200, 'GET', `${KEYS}?type=insider-2024-ucd`, { key })
  expect(items).toHaveLength(5)
  for (let count = 0; count < 6; count++) await issue('insider-2024-transactional-sms')
})

test('A.4 without Upsert in the package upsert alone is refused; after the upgrade the same token upserts', async () => {
  const { secret } = await issue('insider-2024-ucd', 'zeta')
  expect(verdict(await upsert(secret, 'zetabrand'))).toBe('403 not_entitled')
  expect((await ucd('/api/user/v1/profile', secret, ada, { partner: 'zetabrand' })).status).toBe(404)
  await server.must(200, 'PATCH', '/v1/organizations/zeta', { key, body: { entitlements: ['insider-upsert'] } })
  expect((await upsert(secret, 'zetabrand')).status).toBe(200)
})

test('A.5 only administrators generate and delete; the others are told whom to ask, and it is audited', async () => {
  const member = await person('member')
  const refused = await server.call('POST', KEYS, { key: member.secret, body: { type: 'insider-2024-email-content' } })
  expect([refused.status, refused.body.detail]).toEqual([403, expect.stringContaining('administrator')])
  const { items } = await server.must(200, 'GET', '/v1/organizations/acme/audit-events?action=command.refused', { key })
  expect(items[0]).toMatchObject({ action: 'command.refused', detail: { code: 'forbidden', operation: 'keys.issue' } })
  const administrator = await person('administrator')
  const made = await server.must(201, 'POST', KEYS, { key: administrator.secret, body: { type: 'insider-2024-email-content' } })
  await server.must(200, 'DELETE', `/v1/organizations/acme/management-keys/${administrator.id}`, { key })
  expect((await server.call('DELETE', `${KEYS}/${made.key.id}`, { key: administrator.secret })).status).toBe(401)
  expect((await server.must(200, 'GET', `${KEYS}/${made.key.id}`, { key })).status).toBe('active')
})

test('A.6 a lost value cannot be fetched; a deleted token is refused at once', async () => {
  const { items } = await server.must(200, 'GET', `${KEYS}?type=insider-2024-ucd`, { key })
  await server.must(200, 'DELETE', `${KEYS}/${items[0].id}`, { key })
  const { id, secret } = await issue('insider-2024-ucd')
  expect((await server.call('POST', `${KEYS}/${id}:reveal`, { key })).body.code).toBe('policy_conflict')
  expect((await upsert(secret)).status).toBe(200)
  await server.must(200, 'DELETE', `${KEYS}/${id}`, { key })
  expect(verdict(await upsert(secret))).toBe('401 removed')
})

test('A.7 web push and mobile keys can be seen at any time; a mobile key stands in the body and nowhere else', async () => {
  const web = await issue('insider-2024-web-push')
  const phone = await issue('insider-2024-mobile')
  for (const { id, secret } of [web, phone]) expect(await server.must(200, 'POST', `${KEYS}/${id}:reveal`, { key })).toEqual({ secret })
  const notification = { title: 'Hello', message: 'World', users: ['u1', 'u2'] }
  const notify = (body: unknown, headers: Record<string, string> = {}) => mobile.call({ method: 'POST', path: '/api/v1/notification/user', headers, body })
  expect((await notify({ ...notification, api_key: phone.secret })).body).toEqual({ data: { accepted: 2, account: 'acme' } })
  expect(verdict(await notify(notification, { authorization: `Bearer ${phone.secret}` }))).toBe('401 wrong_carrier')
  expect(verdict(await notify(notification))).toBe('401 missing')
  expect(verdict(await notify(`{"api_key":"${phone.secret}","api_key":"x"}`))).toBe('401 malformed')
  const send = (path: string, body: object) =>
    push.call({
      method: 'POST',
      path: `/api/v1/web-push/${path}`,
      headers: { authorization: `Bearer ${web.secret}` },
      body: { partner_id: 'acmebrand', ...body },
    })
  const { id } = (await send('create', { title: 'Sale', message: 'Now' })).body.data
  expect((await send('launch', { id })).body.data.status).toBe('launched')
  expect((await send('statistics', {})).body.data).toMatchObject({ launched: 1, sent: 1000 })
})

test('no value outlives its one display, save the encrypted ones: not in logs, not in audit', async () => {
  const audit = await fetch(`${server.url}/v1/audit-events:export`, { headers: { authorization: `Bearer ${key}` } })
  const printed = [server.output, data.output, push.output, mobile.output, await audit.text()].join('\n')
  for (const secret of seen) expect(printed).not.toContain(secret)
})
