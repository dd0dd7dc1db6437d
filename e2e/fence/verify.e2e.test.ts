import { operationById } from '@keywright/core/contract/operations.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forgedSecret, withoutRequestId, World } from './world.ts'

let world: World
let verifier: string
let plain: { id: string; secret: string }
let vault: { id: string; secret: string }

beforeAll(async () => {
  world = await World.make()
  verifier = (await world.verifier()).secret
  plain = await world.key('acme')
  vault = await world.key('acme', 'vault', { environment: 'test' })
})
afterAll(async () => world[Symbol.asyncDispose]())

// oxlint-disable-next-line typescript/no-explicit-any
async function verify(body: unknown, key: string = verifier): Promise<any> {
  const answered = await world.server.must(200, 'POST', '/v1/verify', { key, body })
  const parsed = operationById('verify').success.schema?.safeParse(answered)
  expect(parsed?.data, JSON.stringify(answered)).toEqual(answered)
  return answered
}

test('only a verifier key asks for decisions, and the refusal is the same whatever secret is asked about', async () => {
  const { secret: manager } = await world.manager('acme', 'owner', ['credentials:manage', 'keys:reveal'])
  const revoked = await world.verifier()
  await world.ask(200, 'DELETE', `/v1/verifier-keys/${revoked.id}`)
  const elsewhere = await world.verifier('all', { addresses: [{ cidr: '203.0.113.7' }] })
  const expired = await world.verifier('all', { expiresAt: '2026-06-01T12:00:00.001Z' })
  await world.server.setClock('2026-06-01T12:00:01Z')
  for (const key of [
    undefined,
    'garbage',
    forgedSecret('kw_verify', 'x'),
    manager,
    world.operator,
    plain.secret,
    revoked.secret,
    elsewhere.secret,
    expired.secret,
  ]) {
    const answers = await Promise.all(
      [plain.secret, forgedSecret('pln', 'y'), 'nonsense'].map((secret) => world.server.call('POST', '/v1/verify', { key, body: { secret } })),
    )
    const [known, ...others] = answers.map(({ status, body }) => ({ status, body: withoutRequestId(body) }))
    expect(known?.status).toBe(401)
    expect(known?.body.code).toBe('unauthenticated')
    for (const other of others) expect(other).toEqual(known)
    expect(answers[0]?.headers.get('www-authenticate')).toBe('Bearer realm="keywright"')
    expect(answers[0]?.headers.get('cache-control')).toBe('no-store')
  }
})

test('a verifier key asks for its own APIs alone, and learns of others not even whether they are there', async () => {
  const { secret: bound } = await world.verifier(['orders', 'vaults'])
  expect(await verify({ api: 'orders', secret: plain.secret }, bound)).toMatchObject({ valid: true })
  const refuse = async (api: string) =>
    (await world.server.must(403, 'POST', '/v1/verify', { key: bound, body: { api, secret: plain.secret } })) as { detail: string }
  expect((await refuse('both')).detail.replace('both', '')).toBe((await refuse('nowhere')).detail.replace('nowhere', ''))
  const unnamed = await world.server.must(422, 'POST', '/v1/verify', { key: bound, body: { secret: plain.secret } })
  expect(unnamed.errors).toMatchObject([{ path: 'api', code: 'required' }])
})

test('a verifier key bound to one API means that API when it names none', async () => {
  const { secret: bound } = await world.verifier(['orders'])
  expect(await verify({ secret: plain.secret }, bound)).toMatchObject({ valid: true, companionsChecked: true })
  expect(await verify({ secret: vault.secret }, bound)).toMatchObject({ valid: false, reason: 'wrong_environment' })
})

test('the APIs of Keywright itself cannot be asked for', async () => {
  for (const api of ['kw-management', 'kw-verifier', 'kw-forward-auth', 'constructor', 'nowhere']) {
    const refused = await world.server.must(422, 'POST', '/v1/verify', { key: verifier, body: { api, secret: plain.secret } })
    expect(refused.errors).toMatchObject([{ path: 'api', code: 'unknown' }])
  }
})

test('what a request says narrows: it refuses what the registration allows', async () => {
  const narrowed: [Record<string, unknown>, string][] = [
    [{ types: ['vault'] }, 'wrong_type'],
    [{ types: [] }, 'wrong_type'],
    [{ organization: 'globex' }, 'organization_mismatch'],
    [{ organization: 'globex-alias' }, 'organization_mismatch'],
    [{ environment: 'test' }, 'wrong_environment'],
    [{ requiredScopes: ['orders.write'] }, 'insufficient_scope'],
    [{ requiredScopes: ['orders.read', 'never.heard'] }, 'insufficient_scope'],
  ]
  expect(
    await verify({
      api: 'orders',
      secret: plain.secret,
      types: ['plain', 'vault'],
      organization: 'acme-alias',
      environment: 'live',
      requiredScopes: ['orders.read'],
    }),
  ).toMatchObject({ valid: true })
  for (const [more, reason] of narrowed) expect(await verify({ api: 'orders', secret: plain.secret, ...more })).toMatchObject({ valid: false, reason })
})

test('what a request says never widens: it allows nothing that the registration refuses', async () => {
  const everything = { types: ['plain', 'vault', 'kw-management'], organization: 'acme', requiredScopes: [] }
  expect(await verify({ api: 'orders', secret: vault.secret, ...everything, environment: 'test' })).toMatchObject({ valid: false, reason: 'wrong_environment' })
  expect(await verify({ api: 'vaults', secret: plain.secret, ...everything, environment: 'live' })).toMatchObject({ valid: false, reason: 'wrong_type' })
  const post = { method: 'POST', path: '/orders', headers: { authorization: `Bearer ${plain.secret}` } }
  expect(await verify({ api: 'orders', request: post, ...everything })).toMatchObject({ valid: false, reason: 'insufficient_scope', missing: ['orders.write'] })
  expect(await verify({ api: 'orders', request: { ...post, path: '/elsewhere' }, ...everything })).toMatchObject({
    valid: false,
    reason: 'insufficient_scope',
    detail: 'route_not_listed',
  })
  const narrow = await world.key('acme', 'plain', { addresses: [{ cidr: '198.51.100.0/24' }] })
  for (const ip of [undefined, null, '192.0.2.1', '::ffff:192.0.2.1'])
    expect(await verify({ api: 'orders', secret: narrow.secret, ip })).toMatchObject({ valid: false, reason: 'ip_not_allowed' })
  const named = { method: 'GET', path: '/x', host: 'globex.example.com', headers: { authorization: `Bearer ${plain.secret}`, host: 'acme.example.com' } }
  expect(await verify({ api: 'hosted', request: named, organization: 'acme' })).toMatchObject({ valid: false, reason: 'organization_mismatch' })
})

test('the answer says which rules were not applied', async () => {
  const request = { method: 'GET', path: '/orders/1', headers: { authorization: `Bearer ${plain.secret}` } }
  expect(await verify({ secret: plain.secret })).toMatchObject({ valid: true, carrierChecked: false, companionsChecked: false })
  expect(await verify({ api: 'orders', secret: plain.secret })).toMatchObject({ valid: true, carrierChecked: false, companionsChecked: true })
  expect(await verify({ api: 'orders', request })).toMatchObject({ valid: true, carrierChecked: true, companionsChecked: true })
  expect(await verify({ request })).toMatchObject({ valid: false, reason: 'missing' })
})

test("a Keywright key is nobody's customer key: it is refused as the wrong type for every API and for none", async () => {
  const owner = await world.manager('acme', 'owner')
  for (const secret of [world.operator, verifier, owner.secret]) {
    for (const api of ['orders', 'vaults', 'both', 'form', undefined]) {
      for (const types of [undefined, ['kw-management', 'kw-verifier']]) {
        const answer = await verify({ secret, types, ...(api === undefined ? {} : { api }) })
        // The API's own environment is looked at first; either way it is refused.
        expect(answer, `${api}`).toMatchObject({ valid: false, reason: api === 'orders' ? 'wrong_environment' : 'wrong_type' })
      }
    }
    expect(await verify({ api: 'both', request: { method: 'GET', path: '/', headers: { authorization: `Bearer ${secret}` } } })).toMatchObject({
      valid: false,
      reason: 'wrong_type',
    })
  }
})

test('a request with two credentials is refused, however the second is hidden', async () => {
  const bearer = `Bearer ${plain.secret}`
  const ask = (headers: Record<string, unknown>, body?: unknown) => verify({ api: 'both', request: { method: 'GET', path: '/', headers, body } })
  expect(await ask({ authorization: bearer })).toMatchObject({ valid: true })
  for (const headers of [
    { authorization: [bearer, bearer] },
    { authorization: bearer, Authorization: bearer },
    { AUTHORIZATION: [bearer], authorization: 'Basic eA==' },
  ]) {
    expect(await ask(headers)).toMatchObject({ valid: false, reason: 'malformed', detail: 'header_repeated' })
  }
  const form = (body: unknown) => verify({ api: 'form', request: { method: 'POST', path: '/', headers: {}, body } })
  expect(await form({ token: plain.secret })).toMatchObject({ valid: true })
  expect(await form(`{"token":"${plain.secret}","t\\u006fken":"x"}`)).toMatchObject({ valid: false, reason: 'malformed', detail: 'body_field_repeated' })
})
