import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectProblem, Installation, type Issued, made, type Organization, type SampleApi } from './installation.ts'

const PROFILE = ['POST', '/api/user/v1/profile'] as const
const NOTIFY = ['POST', '/api/v1/notification/user'] as const
const UCD = 'insider-one-ucd'
const SMS = 'insider-one-transactional-sms'
const MOBILE = 'insider-one-mobile'

let insider: Installation
let acme: Organization
let ucd: SampleApi
let sms: SampleApi
let mobile: SampleApi

beforeAll(async () => {
  insider = await Installation.start(['insider-one'])
  acme = await insider.organization('acme', { entitlements: ['insider-upsert'] })
  ;[ucd, sms, mobile] = await Promise.all([insider.sample(UCD), insider.sample(SMS), insider.sample(MOBILE)])
})
afterAll(async () => insider[Symbol.asyncDispose]())

const named = (...cidrs: string[]) => cidrs.map((cidr) => ({ cidr }))
const send = (secret: string, from: string, more: Record<string, string> = {}) => sms.call('POST', '/v1/send', { 'x-ins-auth-key': secret, ...more }, { from })

describe('B.1 trusted addresses', () => {
  test('B.1 an IPv4 address, a network and an IPv6 address let in exactly whom they name', async () => {
    const { secret, key } = await acme.issue({
      type: SMS,
      addresses: [{ cidr: '127.0.0.5', label: 'office' }, ...named('127.9.0.0/16', '2001:db8::/32', '::1')],
    })
    expect(key.addresses).toContainEqual({ cidr: '127.0.0.5', label: 'office' })
    for (const from of ['127.0.0.5', '127.9.0.0', '127.9.255.255', '::1']) expect(await send(secret, from), from).toMatchObject({ status: 200 })
    for (const from of ['127.0.0.4', '127.0.0.6', '127.8.255.255', '127.10.0.0'])
      expect(await send(secret, from), from).toMatchObject({ status: 403, reason: 'ip_not_allowed', body: { detail: 'key_list' } })
    const from = async (ip?: string) => (await insider.verify({ api: SMS, secret, ...(ip === undefined ? {} : { ip }) })).detail ?? 'allowed'
    expect(await Promise.all(['2001:db8::', '2001:DB8:ffff:ffff:ffff:ffff:ffff:ffff', '2001:db7:ffff::', '2001:db9::'].map(from))).toEqual([
      'allowed',
      'allowed',
      'key_list',
      'key_list',
    ])
    expect(await from()).toBe('address_missing')
  })

  test('B.1 IPv4-mapped forms compare equal, in the list and in the call', async () => {
    const { secret, key } = await acme.issue({ type: SMS, addresses: named('::ffff:127.0.0.9', '::ffff:127.0.4.0/120') })
    expect(key.addresses).toMatchObject([{ cidr: '127.0.0.9' }, { cidr: '127.0.4.0/24' }])
    // The sample API listens on both families: it sees, and passes on, ::ffff:127.0.0.9.
    for (const [from, status] of [
      ['127.0.0.9', 200],
      ['127.0.4.77', 200],
      ['127.0.5.0', 403],
    ] as const)
      expect(await send(secret, from), from).toMatchObject({ status })
    expect(await insider.verify({ api: SMS, secret, ip: '127.0.0.9' })).toMatchObject({ valid: true })
  })

  test('B.1 bad addresses are refused with the field that is wrong, all at once, and no key is made', async () => {
    const before = await acme.keys()
    const bad = ['300.1.1.1', '10.0.0.0/33', '10.0.0.1/8', 'fe80::1%eth0', '::ffff:10.0.0.1/104', '2001:db8::/129', 'example.com', '010.0.0.1', '10.0.0', '']
    for (const cidr of bad) {
      const refused = await acme.tryIssue({ type: SMS, addresses: named('192.0.2.1', cidr) })
      expectProblem(refused, 422, 'invalid_request')
      expect(refused.body.errors, cidr).toMatchObject([{ path: 'addresses[1].cidr' }])
    }
    const both = await acme.tryIssue({ type: SMS, addresses: named('10.0.0.1/8', '300.1.1.1') })
    expect(both.body.errors).toMatchObject([{ path: 'addresses[0].cidr', message: expect.stringContaining('10.0.0.0/8') }, { path: 'addresses[1].cidr' }])
    expect(await acme.keys()).toEqual(before)
  })

  test('B.1 no word on addresses, or an empty list, makes no key; "any address" has to be said', async () => {
    const before = await acme.keys()
    for (const addresses of [undefined, [], null]) {
      const refused = await acme.tryIssue({ type: SMS, ...(addresses === undefined ? {} : { addresses }) })
      expectProblem(refused, 422, 'invalid_request')
      expect(refused.body.errors).toMatchObject([{ path: 'addresses' }])
    }
    expect(await acme.keys()).toEqual(before)
    const { secret, key } = await acme.issue({ type: SMS, addresses: 'any' })
    expect(key.addresses).toBe('any')
    expect(await send(secret, '127.77.0.1')).toMatchObject({ status: 200 })
    // The last entry of a list is not taken away in silence either.
    expectProblem(
      await insider.server.call('PATCH', `${acme.path}/keys/${key.id}`, { key: acme.administrator, body: { addresses: [] } }),
      422,
      'invalid_request',
    )
  })

  test('B.1 a forged X-Forwarded-For changes nothing: at the API, at forward-auth, and for management keys', async () => {
    const { secret } = await acme.issue({ type: SMS, addresses: named('192.0.2.7') })
    for (const forged of ['192.0.2.7', '192.0.2.7, 127.0.0.1', '127.0.0.1, 192.0.2.7', '::ffff:192.0.2.7']) {
      expect(await send(secret, '127.0.0.1', { 'x-forwarded-for': forged, 'x-real-ip': forged, forwarded: `for=${forged}` })).toMatchObject({
        status: 403,
        reason: 'ip_not_allowed',
      })
      const shown = await insider.authorize(SMS, ['POST', '/v1/send'], { 'x-ins-auth-key': secret, 'x-forwarded-for': forged })
      expect([shown.status, shown.body.code, shown.body.reasonDetail]).toEqual([403, 'ip_not_allowed', 'address_missing'])
    }
    const elsewhere = { name: 'elsewhere', capabilities: [], addresses: named('192.0.2.7') }
    const { secret: management } = await insider.server.must(201, 'POST', '/v1/management-keys', { key: insider.operator, body: elsewhere })
    expectProblem(await insider.server.call('GET', '/v1/me', { key: management, headers: { 'x-forwarded-for': '192.0.2.7' } }), 401, 'unauthenticated')
  })

  test('B.1 behind a trusted proxy the address counts from the right, through trusted hops only', async () => {
    await using behind = await Installation.start(['insider-one'], { KEYWRIGHT_TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8' })
    const customer = await behind.organization('acme')
    const { secret } = await customer.issue({ type: SMS, addresses: named('192.0.2.7') })
    const asked = async (forwarded: string) =>
      (await behind.authorize(SMS, ['POST', '/v1/send'], { 'x-ins-auth-key': secret, 'x-forwarded-for': forwarded })).body?.reasonDetail ?? 'allowed'
    for (const seen of ['192.0.2.7', '203.0.113.9, 192.0.2.7', '192.0.2.7, 10.1.2.3', '::ffff:192.0.2.7', '192.0.2.7:5123'])
      expect(await asked(seen), seen).toBe('allowed')
    for (const forged of ['192.0.2.7, 203.0.113.9', '192.0.2.7, 203.0.113.9, 10.1.2.3', '10.1.2.3']) expect(await asked(forged), forged).toBe('key_list')
    for (const unreadable of ['', '192.0.2.7, nonsense']) expect(await asked(unreadable), unreadable).toBe('address_missing')
    // The API speaks for its client itself: what the client wrote into its own headers stays nothing.
    const api = await behind.sample(SMS)
    expect(await api.call('POST', '/v1/send', { 'x-ins-auth-key': secret, 'x-forwarded-for': '192.0.2.7' })).toMatchObject({
      status: 403,
      reason: 'ip_not_allowed',
    })
  })

  test('B.1 a refusal is audited with the address, and counted by address', async () => {
    const { secret, key } = await acme.issue({ type: SMS, addresses: named('127.0.0.5') })
    for (const from of ['127.0.0.66', '127.0.0.66', '127.0.0.67', '127.0.0.5']) await send(secret, from, { 'user-agent': 'shop/1.0' })
    const usage = await insider.server.must(200, 'GET', `${acme.path}/keys/${key.id}/usage`, { key: acme.administrator })
    expect(usage.refusals).toMatchObject([
      { reason: 'ip_not_allowed', address: '127.0.0.66', calls: 2 },
      { reason: 'ip_not_allowed', address: '127.0.0.67', calls: 1 },
    ])
    expect(usage.lastSeen).toMatchObject([{ secretVersion: 1, address: '127.0.0.5', client: 'shop/1.0', calls: 1 }])
    // One event for the first of its kind in an hour, the rest are counts.
    const events = await acme.events(`action=verification.refused&subject=${key.id}`)
    expect(events.map(({ detail, personal }) => [detail.name, detail.hint, detail.reason, detail.detail, personal?.address])).toEqual(
      ['127.0.0.67', '127.0.0.66'].map((address) => [key.name, key.hint, 'ip_not_allowed', 'key_list', address]),
    )
  })
})

describe('B.2 mobile keys', () => {
  const notify = (secret: string, from = '127.0.0.1') => mobile.call(...NOTIFY, {}, { body: { api_key: secret }, from })
  const tryMobile = (organization: Organization) => organization.tryIssue({ type: MOBILE, addresses: 'any' })

  test('B.2 at most 2 active mobile keys: no order of deactivating, generating and activating passes the cap', async () => {
    const shop = await insider.organization('shop')
    const [first, second] = [(await tryMobile(shop)).body as Issued, (await tryMobile(shop)).body as Issued]
    const third = await tryMobile(shop)
    expectProblem(third, 409, 'cap_reached')
    expect(third.body.detail).toMatch(/maximum of 2 active.*delete one first/i)
    expect((await shop.command(first.key, 'deactivate')).status).toBe(200)
    expect(await notify(first.secret)).toMatchObject({ status: 401, reason: 'inactive' })
    expect((await tryMobile(shop)).status).toBe(201)
    expectProblem(await shop.command(first.key, 'activate'), 409, 'cap_reached')
    expect(await notify(first.secret)).toMatchObject({ reason: 'inactive' })
    // With one place free, activating and generating at once: one of them gets it.
    await shop.command(second.key, 'remove')
    const race = await Promise.all([shop.command(first.key, 'activate'), tryMobile(shop)])
    expect(race.map(({ status }) => status).filter((status) => status === 409)).toHaveLength(1)
    expect(await shop.keys('&status=active')).toHaveLength(2)
  })

  test("B.2 a new account's list holds 127.0.0.1 alone: calls from outside are refused until it is edited", async () => {
    const fresh = await insider.organization('fresh')
    const list = { key: fresh.administrator }
    const path = `${fresh.path}/address-lists/${MOBILE}`
    expect((await insider.server.must(200, 'GET', path, list)).addresses).toMatchObject([{ cidr: '127.0.0.1' }])
    const { secret } = await fresh.issue({ type: MOBILE, addresses: 'any' })
    expect(await notify(secret)).toMatchObject({ status: 200 })
    expect(await notify(secret, '127.0.0.2')).toMatchObject({ status: 403, reason: 'ip_not_allowed', body: { detail: 'organization_list' } })
    expectProblem(await insider.server.call('PUT', path, { ...list, body: { addresses: [] } }), 422, 'invalid_request')
    expectProblem(await insider.server.call('PUT', path, { key: (await fresh.person('member')).secret, body: { addresses: 'any' } }), 403, 'forbidden')
    await insider.server.must(200, 'PUT', path, { ...list, body: { addresses: named('127.0.0.0/30') } })
    expect(await notify(secret, '127.0.0.2')).toMatchObject({ status: 200 })
  })

  test("B.2 the account's list and the key's list must both pass, whichever was edited last", async () => {
    const strict = await insider.organization('strict')
    const setList = (...cidrs: string[]) =>
      insider.server.must(200, 'PUT', `${strict.path}/address-lists/${MOBILE}`, { key: strict.administrator, body: { addresses: named(...cidrs) } })
    const { secret, key } = await strict.issue({ type: MOBILE, addresses: named('127.0.0.2', '127.0.0.3') })
    const seen = async () =>
      Promise.all(['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4'].map(async (from) => (await notify(secret, from)).body.detail ?? 'allowed'))
    expect(await seen()).toEqual(['key_list', 'organization_list', 'organization_list', 'key_list'])
    await setList('127.0.0.1', '127.0.0.2')
    expect(await seen()).toEqual(['key_list', 'allowed', 'organization_list', 'key_list'])
    await insider.server.must(200, 'PATCH', `${strict.path}/keys/${key.id}`, { key: strict.administrator, body: { addresses: 'any' } })
    expect(await seen()).toEqual(['allowed', 'allowed', 'organization_list', 'organization_list'])
    const check = await strict.command(key, 'check-address', { body: { address: '127.0.0.3' } })
    expect(check.body).toMatchObject({
      allowed: false,
      rules: [
        { list: 'key', allowed: true },
        { list: 'organization', allowed: false },
      ],
    })
  })

  test('B.2 a mobile key in a header is wrong_carrier, and a key in the URL too', async () => {
    const { secret } = await acme.issue({ type: MOBILE, addresses: 'any' })
    for (const headers of [{ authorization: `Bearer ${secret}` }, { 'x-api-key': secret }, { api_key: secret }]) {
      expect(await mobile.call(...NOTIFY, headers, { body: {} })).toMatchObject({ status: 401, reason: 'wrong_carrier' })
    }
    expect(await mobile.call('POST', `${NOTIFY[1]}?api_key=${secret}`, {}, { body: {} })).toMatchObject({ status: 401, reason: 'wrong_carrier' })
    expect(await mobile.call(...NOTIFY, {}, { body: { api_key: ' ' } })).toMatchObject({ status: 401, reason: 'missing' })
    expectProblem(await insider.authorize(MOBILE, NOTIFY, {}, 'default'), 409, 'policy_conflict')
  })
})

test('B.4 five UCD keys, shown once, for administrators only', async () => {
  const body = { type: UCD, addresses: 'any' }
  const all = await Promise.all(Array.from({ length: 8 }, () => acme.tryIssue(body)))
  expect(all.map(({ status }) => status).toSorted()).toEqual([201, 201, 201, 201, 201, 409, 409, 409])
  const { key, secret } = made(all) as Issued
  expect(await ucd.call(...PROFILE, { 'x-request-token': secret, 'x-partner-name': 'Acme' })).toMatchObject({ status: 200 })
  expectProblem(await acme.command(key, 'reveal'), 409, 'policy_conflict')
  for (const role of ['supervisor', 'auditor', 'member'] as const) expectProblem(await acme.tryIssue(body, (await acme.person(role)).secret), 403, 'forbidden')
})

test('B.3 Web Push keys of the old page end with 14 October 2025; new ones are untouched', async () => {
  const type = 'insider-one-web-push'
  const push = await insider.sample(type)
  await insider.server.setClock('2025-06-01T00:00:00Z')
  const [old, fresh] = [await acme.issue({ type, origin: 'web-push-settings', addresses: 'any' }), await acme.issue({ type, addresses: 'any' })]
  const at = async (instant: string, { secret } = old) => {
    await insider.server.setClock(instant)
    return push.call('POST', '/api/v1/web-push/send', { authorization: `Bearer ${secret}` }, { body: { partner_id: 'acme' } })
  }
  expect((await at('2025-07-14T23:59:59.999Z')).body.deprecation).toBeUndefined()
  // A proxy hands the headers on: for that, an API whose account does not stand in the body.
  await insider.server.must(200, 'PUT', '/v1/apis/push-status', { key: insider.operator, body: { slug: 'push-status', environment: 'live', accepts: [type] } })
  const shown = async (instant: string) => {
    await insider.server.setClock(instant)
    const { status, headers } = await insider.authorize('push-status', ['GET', '/'], { authorization: `Bearer ${old.secret}` })
    return [status, ...['deprecation', 'sunset', 'keywright-key-retires'].map((name) => headers.get(name))]
  }
  expect(await shown('2025-07-14T23:59:59.999Z')).toEqual([200, null, null, null])
  expect(await shown('2025-07-15T00:00:00Z')).toEqual([200, `@${Date.UTC(2025, 6, 15) / 1000}`, 'Wed, 15 Oct 2025 00:00:00 GMT', '2025-10-15T00:00:00.000Z'])
  expect(await at('2025-10-14T23:59:59Z')).toMatchObject({ status: 200, body: { deprecation: { retiresAt: '2025-10-15T00:00:00.000Z', successor: type } } })
  expect(await at('2025-10-15T00:00:00Z')).toMatchObject({ status: 401, reason: 'retired', body: { successor: type } })
  expectProblem(await acme.command(old.key, 'activate'), 409, 'status_conflict')
  expectProblem(await acme.command(old.key, 'replace', { body: { expectedVersion: 1 } }), 409, 'status_conflict')
  expect(await at('2026-10-15T00:00:00Z', fresh)).toMatchObject({ status: 200 })
})
