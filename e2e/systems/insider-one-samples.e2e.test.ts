import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestServer } from '../harness.ts'
import { Sample, type Told, verdict } from './sample.ts'

/** B of the five documented systems, through the sample APIs. The names are their vendor's. */
let server: TestServer
let data: Sample
let push: Sample
let mobile: Sample
let direct: Sample
let key: string

const KEYS = '/v1/organizations/acme/keys'
const OUTSIDE = '203.0.113.9'
const END = Date.parse('2025-10-15T00:00:00Z')
const issue = async (type: string, more: object = {}): Promise<{ id: string; secret: string }> => {
  const issued = await server.must(201, 'POST', KEYS, { key, body: { type, addresses: 'any', ...more } })
  return { id: issued.key.id, secret: issued.secret }
}
/** The samples but `direct` stand behind a proxy that is believed; the proxy says where a call comes from. */
const from = (address: string) => ({ 'x-forwarded-for': address })
const profile = (sample: Sample, secret: string, headers: Record<string, string>) =>
  sample.call({
    method: 'POST',
    path: '/api/user/v1/profile',
    headers: { 'x-partner-name': 'acmebrand', 'x-request-token': secret, ...headers },
    body: { identifiers: { email: 'nobody@example.com' } },
  })
const notify = (secret: string, address: string, headers: Record<string, string> = {}) =>
  mobile.call({
    method: 'POST',
    path: '/api/v1/notification/user',
    headers: { ...from(address), ...headers },
    body: { title: 'Hello', message: 'World', users: ['u1'], ...(headers['authorization'] ? {} : { api_key: secret }) },
  })
const statistics = (secret: string) =>
  push.call({ method: 'POST', path: '/api/v1/web-push/statistics', headers: { authorization: `Bearer ${secret}` }, body: { partner_id: 'acmebrand' } })

beforeAll(async () => {
  server = await TestServer.start()
  key = await server.bootstrap()
  await server.setClock('2025-09-01T00:00:00Z')
  await server.applyPreset('insider-one', key)
  await server.must(201, 'POST', '/v1/organizations', { key, body: { slug: 'acme', aliases: ['acmebrand'], entitlements: ['insider-upsert'] } })
  const behind = { TRUST_PROXY: '127.0.0.1' }
  ;[data, push, mobile, direct] = await Promise.all([
    Sample.start(server, key, 'customer-data', ['insider-one-ucd'], { API: 'insider-one-ucd', ...behind }),
    Sample.start(server, key, 'web-push', ['insider-one-web-push'], behind),
    Sample.start(server, key, 'mobile-push', ['insider-one-mobile'], behind),
    Sample.start(server, key, 'customer-data', ['insider-one-ucd'], { API: 'insider-one-ucd' }),
  ])
})
afterAll(async () => {
  await Promise.all([data, push, mobile, direct].map((sample) => sample?.[Symbol.asyncDispose]()))
  await server[Symbol.asyncDispose]()
})

test('B.1 trusted addresses hold, IPv4-mapped ones are the same, and a forged X-Forwarded-For changes nothing', async () => {
  const { id, secret } = await issue('insider-one-ucd', { addresses: [{ cidr: '192.0.2.0/24', label: 'office' }, { cidr: '2001:db8::/32' }] })
  // 404: the key was let in, and there is no such profile.
  expect(verdict(await profile(data, secret, from('192.0.2.7')))).toBe('404')
  expect(verdict(await profile(data, secret, from('::ffff:192.0.2.7')))).toBe('404')
  expect(verdict(await profile(data, secret, from('2001:db8::1')))).toBe('404')
  expect(verdict(await profile(data, secret, from(OUTSIDE)))).toBe('403 ip_not_allowed')
  expect(verdict(await profile(data, secret, from(`192.0.2.7, ${OUTSIDE}`)))).toBe('403 ip_not_allowed')
  expect(verdict(await profile(direct, secret, from('192.0.2.7')))).toBe('403 ip_not_allowed')
  // The same again by the usage of the key: refusals carry the address.
  const { refusals } = await server.must(200, 'GET', `${KEYS}/${id}/usage`, { key })
  expect(refusals).toContainEqual(expect.objectContaining({ reason: 'ip_not_allowed', address: OUTSIDE }))
  const audited = await server.must(200, 'GET', '/v1/organizations/acme/audit-events', { key })
  const events = audited.items.filter(
    (event: { action: string; subject: { id: string } }) => event.action === 'verification.refused' && event.subject.id === id,
  )
  expect(events.map((event: { personal: { address: string } }) => event.personal.address)).toContain(OUTSIDE)
})

test('B.1 bad addresses are refused where they stand and no key is made; none at all must be said', async () => {
  const before = (await server.must(200, 'GET', KEYS, { key })).items.length
  for (const addresses of [[{ cidr: '300.1.1.1' }], [{ cidr: '10.0.0.0/33' }], [{ cidr: '10.0.0.1/8' }], [], undefined]) {
    const refused = await server.call('POST', KEYS, { key, body: { type: 'insider-one-ucd', ...(addresses === undefined ? {} : { addresses }) } })
    expect([refused.status, refused.body.errors[0].path]).toEqual([422, expect.stringContaining('addresses')])
  }
  expect((await server.must(200, 'GET', KEYS, { key })).items).toHaveLength(before)
})

test('B.2 two active mobile keys are the most, whichever way a third is tried', async () => {
  const type = 'insider-one-mobile'
  const first = await issue(type)
  await issue(type)
  const third = () => server.call('POST', KEYS, { key, body: { type, addresses: 'any' } })
  const refused = await third()
  expect([refused.status, refused.body.code, refused.body.detail]).toEqual([409, 'cap_reached', expect.stringContaining('maximum of 2 active')])
  await server.must(200, 'POST', `${KEYS}/${first.id}:deactivate`, { key })
  expect((await third()).status).toBe(201)
  expect((await server.call('POST', `${KEYS}/${first.id}:activate`, { key })).body.code).toBe('cap_reached')
})

test("B.2 a new account's mobile keys work from nowhere outside until the list is edited; list and key must both pass", async () => {
  const { items } = await server.must(200, 'GET', `${KEYS}?type=insider-one-mobile&status=active`, { key })
  for (const { id } of items) await server.must(200, 'DELETE', `${KEYS}/${id}`, { key })
  const { id, secret } = await issue('insider-one-mobile')
  const list = '/v1/organizations/acme/address-lists/insider-one-mobile'
  expect((await server.must(200, 'GET', list, { key })).addresses).toEqual([{ cidr: '127.0.0.1', label: null }])
  expect((await notify(secret, '127.0.0.1')).status).toBe(202)
  expect(verdict(await notify(secret, OUTSIDE))).toBe('403 ip_not_allowed')
  await server.must(200, 'PUT', list, { key, body: { addresses: [{ cidr: '203.0.113.0/24' }] } })
  expect((await notify(secret, OUTSIDE)).status).toBe(202)
  await server.must(200, 'PATCH', `${KEYS}/${id}`, { key, body: { addresses: [{ cidr: '203.0.113.8' }] } })
  expect(verdict(await notify(secret, OUTSIDE))).toBe('403 ip_not_allowed')
  expect((await notify(secret, '203.0.113.8')).status).toBe(202)
  expect(verdict(await notify(secret, '203.0.113.8', { authorization: `Bearer ${secret}` }))).toBe('401 wrong_carrier')
})

test('B.3 keys of the old Web Push Settings end at the instant, new ones do not, and nobody brings them back', async () => {
  const old = await issue('insider-one-web-push', { origin: 'web-push-settings' })
  const fresh = await issue('insider-one-web-push')
  await server.setClock(new Date(END - 1000).toISOString())
  const last: Told = await statistics(old.secret)
  expect(last.status).toBe(200)
  expect(last.headers['deprecation']).toBe(`@${Date.parse('2025-07-15T00:00:00Z') / 1000}`)
  expect(last.headers['sunset']).toBe(new Date(END).toUTCString())
  const untouched = await statistics(fresh.secret)
  expect([untouched.status, untouched.headers['sunset']]).toEqual([200, undefined])
  await server.setClock(new Date(END).toISOString())
  const retired = await statistics(old.secret)
  expect([verdict(retired), retired.body.successor]).toEqual(['401 retired', 'insider-one-web-push'])
  expect((await statistics(fresh.secret)).status).toBe(200)
  expect((await server.call('POST', `${KEYS}/${old.id}:activate`, { key })).body.code).toBe('status_conflict')
})

test('B.4 five UCD keys are the most; a value is shown once', async () => {
  for (let count = 1; count < 5; count++) await issue('insider-one-ucd')
  const sixth = await server.call('POST', KEYS, { key, body: { type: 'insider-one-ucd', addresses: 'any' } })
  expect([sixth.body.code, sixth.body.max]).toEqual(['cap_reached', 5])
  const { items } = await server.must(200, 'GET', `${KEYS}?type=insider-one-ucd`, { key })
  expect((await server.call('POST', `${KEYS}/${items[0].id}:reveal`, { key })).body.code).toBe('policy_conflict')
})
