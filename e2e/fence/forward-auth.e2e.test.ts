import { afterAll, beforeAll, expect, test } from 'vitest'
import { askAsProxy, ORDER } from './ask-as-proxy.ts'
import { rawRequest, sendRaw } from './raw.ts'
import { forgedSecret, withoutRequestId, World } from './world.ts'

let world: World
let verifier: string
let plain: { id: string; secret: string }

beforeAll(async () => {
  world = await World.make({ KEYWRIGHT_TRUSTED_PROXIES: '127.0.0.1/32' })
  verifier = (await world.verifier()).secret
  plain = await world.key('acme')
})
afterAll(async () => world[Symbol.asyncDispose]())

const authorize = (headers: Record<string, string> = {}, options: { path?: string; method?: string; key?: string } = {}) =>
  askAsProxy(world, { verifier, secret: plain.secret }, headers, options)

test('a key that may pass is named in header fields, and the answer is never stored', async () => {
  const { status, headers, body } = await authorize()
  expect(status).toBe(200)
  expect(body).toBeNull()
  expect(headers.get('cache-control')).toBe('no-store')
  expect(Object.fromEntries([...headers].filter(([name]) => name.startsWith('keywright-')))).toMatchObject({
    'keywright-key': plain.id,
    'keywright-key-type': 'plain',
    'keywright-organization': 'acme',
    'keywright-environment': 'live',
    'keywright-scopes': 'orders.read',
  })
  expect(JSON.stringify([...headers])).not.toContain(plain.secret)
})

test("without a verifier key the answer is a 401 that says nothing of the client's credential", async () => {
  const managementKey = (await world.manager('acme', 'owner')).secret
  for (const refused of ['', 'garbage', forgedSecret('kw_verify', 'f'), world.operator, managementKey, plain.secret, `Bearer ${verifier}`]) {
    const answers = await Promise.all(
      [`Bearer ${plain.secret}`, `Bearer ${forgedSecret('pln', 'x')}`, 'Bearer nonsense', ''].map((authorization) =>
        authorize({ 'keywright-verifier': refused, authorization }),
      ),
    )
    const [first, ...others] = answers.map(({ status, headers, body }) => ({
      status,
      challenge: headers.get('www-authenticate'),
      reason: headers.get('keywright-reason'),
      body: withoutRequestId(body),
    }))
    expect(first).toMatchObject({ status: 401, challenge: 'Bearer realm="keywright"', reason: null, body: { code: 'unauthenticated' } })
    for (const other of others) expect(other).toEqual(first)
    for (const { headers } of answers) expect(headers.get('cache-control')).toBe('no-store')
  }
})

test('a verifier key in Authorization does not make a proxy', async () => {
  const answered = await authorize({ 'keywright-verifier': '', authorization: `Bearer ${verifier}` })
  expect(answered.status).toBe(401)
  expect(answered.body.code).toBe('unauthenticated')
})

test('no forwarded field is believed of somebody without a verifier key', async () => {
  for (const uri of ['/orders/1', '/nowhere', '/../etc', '']) {
    const answered = await authorize({ 'keywright-verifier': '', 'x-forwarded-uri': uri, 'x-forwarded-for': '203.0.113.9' })
    expect(answered.status).toBe(401)
  }
  const { secret } = await world.verifier('all', { addresses: [{ cidr: '203.0.113.9' }] })
  expect((await authorize({ 'keywright-verifier': secret, 'x-forwarded-for': '203.0.113.9' })).status).toBe(401)
})

test("a verifier key that is restricted to the proxy's address works for every client of the proxy", async () => {
  const { secret } = await world.verifier('all', { addresses: [{ cidr: '127.0.0.1' }] })
  for (const client of ['203.0.113.9', '', '203.0.113.9, 127.0.0.1'])
    expect((await authorize({ 'keywright-verifier': secret, 'x-forwarded-for': client })).status).toBe(200)
})

test("the client's own Keywright-Verifier beside the proxy's is refused, whichever comes first", async () => {
  for (const verifiers of [
    [verifier, verifier],
    ['garbage', verifier],
    [verifier, 'garbage'],
    [verifier, ''],
  ]) {
    for (const [dialect, shown] of [
      ['', 400],
      ['?dialect=nginx', 403],
    ] as const) {
      const fields = [...Object.entries(ORDER), ['authorization', `Bearer ${plain.secret}`], ...verifiers.map((value) => ['Keywright-Verifier', value])] as [
        string,
        string,
      ][]
      const { status, body } = await sendRaw(world.server.url, rawRequest('GET', `/v1/authorize/orders${dialect}`, fields))
      expect(status, body).toBe(shown)
      expect(JSON.parse(body)).toMatchObject({ code: 'credential_repeated', status: 400 })
      expect(body).not.toContain(verifier)
    }
  }
  expect((await authorize({ 'keywright-verifier': `${verifier}, ${verifier}` })).status).toBe(401)
})

test('a second credential of the client is found behind any number of header fields', async () => {
  const many = Array.from({ length: 2_500 }, (): [string, string] => ['a', ''])
  const fields: [string, string][] = [
    ['Keywright-Verifier', verifier],
    ...(Object.entries(ORDER) as [string, string][]),
    ['authorization', `Bearer ${plain.secret}`],
  ]
  expect((await sendRaw(world.server.url, rawRequest('GET', '/v1/authorize/orders', [...fields, ...many]))).status).toBe(200)
  const { status, body } = await sendRaw(
    world.server.url,
    rawRequest('GET', '/v1/authorize/orders', [...fields, ...many, ['authorization', `Bearer ${plain.secret}`]]),
  )
  expect(status, body).toBe(401)
  expect(JSON.parse(body)).toMatchObject({ code: 'malformed', reasonDetail: 'header_repeated' })
})

test('a verifier key that is bound to other APIs is refused, whether the API is there or not', async () => {
  const { secret } = await world.verifier(['vaults'])
  for (const api of ['orders', 'nowhere', 'kw-management', 'kw-forward-auth', '__proto__', '', '../vaults', 'vaults/orders']) {
    const path = `/v1/authorize/${api}`
    const { status } = await sendRaw(
      world.server.url,
      rawRequest('GET', path, [
        ['Keywright-Verifier', secret],
        ['authorization', `Bearer ${plain.secret}`],
      ]),
    )
    expect(status, path).toBe(403)
  }
  for (const api of ['nowhere', 'kw-management', 'kw-forward-auth', 'constructor', 'orders/x', '%6frders'])
    expect((await authorize({}, { path: `/v1/authorize/${api}` })).status, api).toBe(404)
})

test('an API whose key stands in the body is refused for forward-auth, with what to do instead', async () => {
  const { status, body } = await authorize({}, { path: '/v1/authorize/form' })
  expect(status).toBe(409)
  expect(body).toMatchObject({
    code: 'policy_conflict',
    detail: expect.stringMatching(/stand in the body, which a proxy does not pass on\. Use middleware or \/v1\/verify/),
  })
})

test('a path that is missing, repeated or readable in two ways is refused', async () => {
  for (const uri of [
    '',
    '/',
    '/nowhere',
    '//orders/1',
    '/orders/../orders/1',
    '/orders/%2e%2e',
    '/orders/a%2Fb',
    '/orders/1;x',
    'orders/1',
    'http://x/orders/1',
    '/orders/%ff',
    '/orders/%252e%252e',
  ]) {
    const { status, body } = await authorize({ 'x-forwarded-uri': uri })
    expect([uri, status, body?.code]).toEqual([uri, 403, 'insufficient_scope'])
  }
  for (const name of ['X-Forwarded-Uri', 'X-Forwarded-Method', 'X-Forwarded-Host']) {
    const fields: [string, string][] = [
      ['Keywright-Verifier', verifier],
      ['authorization', `Bearer ${plain.secret}`],
      ['X-Forwarded-Method', 'GET'],
      ['X-Forwarded-Uri', '/orders/1'],
      [name, '/orders/1'],
      [name, '/orders/1'],
    ]
    const { status, body } = await sendRaw(world.server.url, rawRequest('GET', '/v1/authorize/orders', fields))
    expect(status, `${name}: ${body}`).toBe(422)
  }
})

test('the client cannot choose method, path or host with the fields that its proxy does not set', async () => {
  const NGINX = '/v1/authorize/orders?dialect=nginx'
  const nginx = { 'x-forwarded-method': '', 'x-forwarded-uri': '', 'x-original-method': 'POST', 'x-original-uri': '/orders' }
  for (const forged of [{}, { 'x-forwarded-method': 'GET' }, { 'x-forwarded-uri': '/orders/1' }, ORDER])
    expect((await authorize({ ...nginx, ...forged }, { path: NGINX })).body, JSON.stringify(forged)).toMatchObject({
      code: 'insufficient_scope',
      missing: ['orders.write'],
    })
  for (const forged of [{ 'x-original-method': 'POST' }, { 'x-original-uri': '/elsewhere' }, { 'x-original-host': 'x' }])
    expect((await authorize(forged)).status).toBe(200)
})

test('a proxy that forgets to say the method does not let a POST pass as a GET', async () => {
  expect((await authorize({ 'x-forwarded-method': '' })).status).toBe(422)
  expect((await authorize({ 'x-original-uri': '/orders/1' }, { path: '/v1/authorize/orders?dialect=nginx' })).body).toMatchObject({ status: 422 })
  expect((await authorize({ 'x-forwarded-method': '' }, { path: '/v1/authorize/both' })).status).toBe(200)
})

test('a query that is mistyped is told, and never means the default', async () => {
  for (const query of ['dialct=nginx', 'dialect=nginx&dialect=default', 'dialect=caddy', 'x'])
    expect((await authorize({}, { path: `/v1/authorize/orders?${query}` })).status, query).toBe(422)
})

test('a Keywright key that a client presents is refused', async () => {
  for (const secret of [world.operator, verifier])
    expect((await authorize({ authorization: `Bearer ${secret}` }, { path: '/v1/authorize/both' })).body).toMatchObject({ status: 403, code: 'wrong_type' })
})

test('the address of a client is what the trusted proxy says, counted from the right, and unknown when it says nothing', async () => {
  const { secret } = await world.key('acme', 'plain', { addresses: [{ cidr: '203.0.113.9' }] })
  const ask = async (xff: string) => (await authorize({ authorization: `Bearer ${secret}`, 'x-forwarded-for': xff })).body?.reasonDetail ?? 'passes'
  expect(await ask('203.0.113.9')).toBe('passes')
  expect(await ask('198.51.100.1, 203.0.113.9')).toBe('passes')
  expect(await ask('203.0.113.9, 198.51.100.1')).toBe('key_list')
  expect(await ask('')).toBe('address_missing')
  expect(await ask('203.0.113.9, unknown')).toBe('address_missing')
})
