import { Agent } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectProblem, Installation, type Organization, type SampleApi } from './installation.ts'

/** The thirteen of the vendor's page, in its order. */
const TYPES = [
  'Transactional SMS',
  'OTP for SMS',
  'Transactional WhatsApp',
  'Conversational WhatsApp',
  'OTP for WhatsApp',
  'Transactional Email',
  'Campaign Analytics Email',
  'Campaign Analytics OnSite',
  'Email Content',
  'Email Template',
  'Unsubscribe & Resubscribe',
  'UCD',
  'Product Catalog',
]
const UPSERT = ['POST', '/api/user/v1/upsert'] as const
const PROFILE = ['POST', '/api/user/v1/profile'] as const
const UCD_CALLS = [
  UPSERT,
  ['POST', '/api/raw/v1/export'],
  PROFILE,
  ['PATCH', '/api/user/v1/identity'],
  ['DELETE', '/api/user/v1/identity'],
  ['POST', '/api/user/v1/attribute/delete'],
  ['POST', '/api/user/v1/delete'],
  ['POST', '/api/user/v1/anonymize'],
] as const
const UCD = { type: 'insider-2024-ucd' }

let insider: Installation
let acme: Organization
let other: Organization
let ucd: SampleApi

beforeAll(async () => {
  insider = await Installation.start(['insider-2024'])
  acme = await insider.organization('acme', { aliases: ['AcmeBrand', 'partner-7'], entitlements: ['insider-upsert'] })
  other = await insider.organization('other', { aliases: ['otherbrand'], entitlements: ['insider-upsert'] })
  ucd = await insider.sample('insider-2024-ucd')
})
afterAll(async () => insider[Symbol.asyncDispose]())

const fields = (token: string, partner = 'acmebrand') => ({ 'X-REQUEST-TOKEN': token, 'X-PARTNER-NAME': partner })

test('A.1 an administrator generates any of the 13 types and sees its value once; then the list shows it masked', async () => {
  const { items } = await insider.server.must(200, 'GET', `${acme.path}/key-types`, { key: acme.administrator })
  const offers: { type: string; label: string; offered: boolean }[] = items.filter(
    (offer: { policy: { presentation: { section: string } } }) => offer.policy.presentation.section === 'API Keys',
  )
  expect(offers.map(({ label }) => label).toSorted()).toEqual(TYPES.toSorted())
  for (const { type, label } of offers) {
    const { key, secret } = await acme.issue({ type })
    expect(secret, label).toMatch(/^i24_[a-z]+_[0-9A-Za-z]{38}$/)
    const listed = await acme.keys(`&type=${type}`)
    expect(listed.map((each) => each.hint)).toEqual([`${secret.slice(0, secret.lastIndexOf('_') + 1)}…${secret.slice(-4)}`])
    expect(JSON.stringify(listed)).not.toContain(secret.slice(0, -4))
    if (type === UCD.type) await acme.command(key, 'remove')
  }
})

test('who generates a key learns how the APIs that accept it are called, and not where the gateway sends calls', async () => {
  const inside = 'http://crm-internal-7.invalid:9000'
  const known = await insider.server.must(200, 'GET', '/v1/apis/insider-2024-ucd', { key: insider.operator })
  const { slug: _slug, ...api } = known.api
  await insider.server.must(200, 'PUT', '/v1/apis/insider-2024-ucd', {
    key: insider.operator,
    body: { slug: 'insider-2024-ucd', ...api, baseUrl: 'https://unification.example.com', upstream: inside },
  })
  const answer = await insider.server.must(200, 'GET', `${acme.path}/key-types`, { key: acme.administrator })
  const offered = Object.fromEntries(answer.items.map(({ type, apis }: { type: string; apis: object[] }) => [type, apis]))
  expect(offered['insider-2024-ucd']).toMatchObject([
    {
      slug: 'insider-2024-ucd',
      environment: 'live',
      baseUrl: 'https://unification.example.com',
      carriers: [{ in: 'header', name: 'X-REQUEST-TOKEN' }],
      companions: [{ from: 'header', name: 'X-PARTNER-NAME', names: 'organization' }],
    },
  ])
  expect(offered['insider-2024-ucd'][0].routes).toContainEqual({ method: 'POST', path: '/api/user/v1/upsert', scopes: ['ucd.upsert'] })
  // Types that no API accepts, and no word of what lies behind the gateway.
  expect(offered['insider-2024-otp-sms']).toEqual([])
  expect(JSON.stringify(answer)).not.toContain('crm-internal')
})

test('keys are listed by several types and statuses at once, as a page of the console shows them', async () => {
  const sms = await acme.issue({ type: 'insider-2024-otp-sms' })
  const email = await acme.issue({ type: 'insider-2024-email-content' })
  await acme.command(email.key, 'remove')
  const both = '&type=insider-2024-otp-sms,insider-2024-email-content'
  const ids = async (filter: string): Promise<string[]> => (await acme.keys(filter)).map(({ id }) => id)
  expect(await ids(`${both}&status=active,removed`)).toEqual(expect.arrayContaining([sms.key.id, email.key.id]))
  expect(await ids(`${both}&status=active,inactive`)).not.toContain(email.key.id)
  expect(await ids('&type=insider-2024-otp-sms&status=active,removed')).not.toContain(email.key.id)
  await insider.server.must(422, 'GET', `${acme.path}/keys?status=active,gone`, { key: acme.administrator })
  await insider.server.must(422, 'GET', `${acme.path}/keys?type=`, { key: acme.administrator })
})

test('A.2 one UCD token works on all UCD calls, with the partner name of its account in any case', async () => {
  const { secret, key } = await acme.issue(UCD)
  for (const [method, path] of UCD_CALLS) {
    for (const partner of ['acmebrand', 'AcmeBrand', 'PARTNER-7']) {
      expect(await ucd.call(method, path, fields(secret, partner), { body: {} }), `${method} ${path}`).toMatchObject({ status: 200, body: { caller: 'acme' } })
    }
    for (const dialect of ['default', 'nginx'] as const) {
      const { status, headers } = await insider.authorize('insider-2024-ucd', [method, path], fields(secret, 'ACMEBRAND'), dialect)
      expect([status, headers.get('keywright-key'), headers.get('keywright-organization')]).toEqual([200, key.id, 'acme'])
    }
  }
  await acme.command(key, 'remove')
})

test('A.2 what is not exactly one token with its own partner name is refused, each with its reason', async () => {
  const { secret, key } = await acme.issue(UCD)
  const { 'X-REQUEST-TOKEN': _none, ...partnerAlone } = fields('')
  const cases: [string, Record<string, string> | string[], number, string][] = [
    ['another account', fields(secret, 'otherbrand'), 401, 'organization_mismatch'],
    ['an account that does not exist', fields(secret, 'nobody'), 401, 'organization_mismatch'],
    ['no partner name', { 'X-REQUEST-TOKEN': secret }, 401, 'organization_mismatch'],
    ['two partner names', [...Object.entries(fields(secret)).flat(), 'x-partner-name', 'otherbrand'], 401, 'organization_mismatch'],
    ['no token', partnerAlone, 401, 'missing'],
    ['a blank token', fields('  '), 401, 'missing'],
    ['two tokens', [...Object.entries(fields(secret)).flat(), 'x-request-token', secret], 401, 'malformed'],
    ['a cut token', fields(secret.slice(0, -1)), 401, 'malformed'],
    ['the token as a bearer', { ...partnerAlone, Authorization: `Bearer ${secret}` }, 401, 'wrong_carrier'],
  ]
  for (const [what, headers, status, reason] of cases) {
    expect(await ucd.call(...PROFILE, headers, { body: {} }), what).toMatchObject({ status, reason })
    if (Array.isArray(headers)) continue
    const shown = await insider.authorize('insider-2024-ucd', PROFILE, headers, 'nginx')
    expect([shown.status, shown.headers.get('keywright-status'), shown.headers.get('keywright-reason')], what).toEqual([status, String(status), reason])
  }
  expect(await ucd.call('GET', '/api/user/v1/profile', fields(secret))).toMatchObject({
    status: 403,
    reason: 'insufficient_scope',
    body: { detail: 'route_not_listed' },
  })
  await acme.command(key, 'remove')
})

test('A.2 a UCD token is wrong_type on an API that is not UCD, in its own header and through forward-auth', async () => {
  const { secret, key } = await acme.issue(UCD)
  const sms = await insider.sample('insider-2024-transactional-sms')
  expect(await sms.call('POST', '/v1/send', { 'X-INS-AUTH-KEY': secret })).toMatchObject({ status: 403, reason: 'wrong_type' })
  const shown = await insider.authorize('insider-2024-transactional-sms', ['POST', '/v1/send'], { 'x-ins-auth-key': secret })
  expect([shown.status, shown.body.code]).toEqual([403, 'wrong_type'])
  const own = await acme.issue({ type: 'insider-2024-transactional-sms' })
  expect(await sms.call('POST', '/v1/send', { 'X-INS-AUTH-KEY': own.secret })).toMatchObject({ status: 200 })
  await acme.command(key, 'remove')
})

test('A.4 without Upsert in its package an account reads profiles but does not upsert; after the upgrade the same token does', async () => {
  const basic = await insider.organization('basic')
  const { secret, key } = await basic.issue(UCD)
  expect(await ucd.call(...UPSERT, fields(secret, 'basic'))).toMatchObject({ status: 403, reason: 'not_entitled', body: { missing: ['insider-upsert'] } })
  expect(await ucd.call(...PROFILE, fields(secret, 'basic'))).toMatchObject({ status: 200 })
  const upgrade = { entitlements: ['insider-upsert'] }
  expectProblem(await insider.server.call('PATCH', basic.path, { key: basic.administrator, body: upgrade }), 403, 'forbidden')
  await insider.server.must(200, 'PATCH', basic.path, { key: insider.operator, body: upgrade })
  expect(await ucd.call(...UPSERT, fields(secret, 'basic'))).toMatchObject({ status: 200 })
  expect((await basic.keys()).map(({ id, newestVersion }) => [id, newestVersion])).toEqual([[key.id, 1]])
})

test('A.5 only administrators generate and delete; every refusal is audited, and keys outlive the right of who made them', async () => {
  const staff = await insider.organization('staff')
  const { key, secret } = await staff.issue(UCD)
  for (const role of ['supervisor', 'auditor', 'member'] as const) {
    const person = await staff.person(role)
    const refused = await staff.tryIssue(UCD, person.secret)
    expectProblem(refused, 403, 'forbidden')
    expect(refused.body.detail).toMatch(/administrator/)
    expectProblem(await staff.command(key, 'remove', { as: person.secret }), 403, 'forbidden')
    const events = await staff.events(`action=command.refused&actor=${person.key.id}`)
    expect(events.map(({ detail }) => [detail.operation, detail.code])).toEqual([
      ['keys.remove', 'forbidden'],
      ['keys.issue', 'forbidden'],
    ])
  }
  expectProblem(await staff.command(key, 'remove', { as: other.administrator }), 404, 'not_found')
  const once = await staff.person('administrator', { name: 'Ada' })
  const second = (await staff.tryIssue(UCD, once.secret)).body
  await insider.server.must(200, 'DELETE', `${staff.path}/management-keys/${once.key.id}`, { key: insider.operator })
  expectProblem(await staff.tryIssue(UCD, once.secret), 401, 'unauthenticated')
  for (const token of [secret, second.secret]) expect(await ucd.call(...PROFILE, fields(token, 'staff'))).toMatchObject({ status: 200 })
})

test('A.6 a lost value cannot be fetched: no list, key, event, usage, export, error or log line contains it', async () => {
  const lost = await insider.organization('lost')
  const { key, secret } = await lost.issue(UCD)
  await ucd.call(...PROFILE, fields(secret, 'lost'))
  await ucd.call(...PROFILE, fields(secret, 'nobody'))
  const one = `${lost.path}/keys/${key.id}`
  const paths = [
    `${lost.path}/keys`,
    `${lost.path}/keys?q=${secret.slice(-4)}`,
    one,
    `${one}/events`,
    `${one}/usage`,
    `${lost.path}/key-types`,
    `${lost.path}/audit-events`,
    `${lost.path}/audit-events:export`,
  ]
  const everything = [...paths, '/v1/audit-events', '/v1/audit-events:export?format=csv', '/v1/config'].map((path) => `${insider.server.url}${path}`)
  const answers = await Promise.all(everything.map((url) => fetch(url, { headers: { authorization: `Bearer ${insider.operator}` } })))
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  for (const answer of answers) expect(await answer.text(), answer.url).not.toContain(secret)
  const errors = [
    await lost.command(key, 'reveal'),
    await lost.command(key, 'activate', { body: { secret } }),
    await lost.tryIssue({ type: 'insider-2024-ucd', [secret]: 1, name: secret }),
    await insider.server.call('GET', `${lost.path}/keys?q=${secret}`, { key: lost.administrator }),
    await insider.server.call('POST', '/v1/verify', { key: insider.verifier, body: { secret, api: secret } }),
  ]
  expect(errors.map(({ body }) => body.code)).toEqual(['policy_conflict', 'invalid_request', 'invalid_request', 'secret_in_url', 'invalid_request'])
  for (const { body } of errors) expect(JSON.stringify(body)).not.toContain(secret)
  expect(insider.server.output).not.toContain(secret)
  // What is left is to generate another one.
  expect((await lost.issue(UCD)).secret).not.toBe(secret)
})

test('A.6 a deleted token is refused at the very next call, also on a connection already open', async () => {
  const { secret, key } = await other.issue(UCD)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const call = () => ucd.call(...PROFILE, fields(secret, 'otherbrand'), { agent })
  expect(await call()).toMatchObject({ status: 200, reused: false })
  expect((await other.command(key, 'remove')).body.status).toBe('removed')
  expect(await call()).toMatchObject({ status: 401, reason: 'removed', reused: true })
  agent.destroy()
})

test('A.7 Web Push and Mobile keys are visible to administrators at any time, and sent as a bearer and in the body', async () => {
  const push = await insider.sample('insider-2024-web-push')
  const mobile = await insider.sample('insider-2024-mobile')
  const [web, app] = [await acme.issue({ type: 'insider-2024-web-push' }), await acme.issue({ type: 'insider-2024-mobile' })]
  for (const { key, secret } of [web, app]) {
    expect((await acme.command(key, 'reveal')).body).toEqual({ secret })
    expectProblem(await acme.command(key, 'reveal', { as: (await acme.person('auditor')).secret }), 403, 'forbidden')
  }
  const send = (partner_id: unknown) => push.call('POST', '/api/v1/web-push/send', { authorization: `Bearer ${web.secret}` }, { body: { partner_id } })
  expect(await send('AcmeBrand')).toMatchObject({ status: 200 })
  expect(await send('otherbrand')).toMatchObject({ status: 401, reason: 'organization_mismatch' })
  expect(
    await push.call(
      'POST',
      '/api/v1/web-push/send',
      { authorization: `Bearer ${web.secret}` },
      { body: '{"partner_id":"otherbrand","partner_id":"acmebrand"}' },
    ),
  ).toMatchObject({ reason: 'organization_mismatch' })
  const notify = (headers: Record<string, string>, body: unknown) => mobile.call('POST', '/api/v1/notification/user', headers, { body })
  expect(await notify({}, { api_key: app.secret })).toMatchObject({ status: 200 })
  expect(await notify({}, `{"api_key":"${app.secret}","api_key":"${app.secret}"}`)).toMatchObject({ status: 401, reason: 'malformed' })
  expect(await notify({ authorization: `Bearer ${app.secret}` }, {})).toMatchObject({ status: 401, reason: 'wrong_carrier' })
  // A proxy does not pass the body on: forward-auth says so instead of letting anybody in.
  expectProblem(await insider.authorize('insider-2024-mobile', ['POST', '/api/v1/notification/user'], {}), 409, 'policy_conflict')
})
