import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MasterTokens } from './session-fixture.ts'

/** D of the five documented systems. The names are their vendor's. */
const NOW = Date.parse('2027-05-01T08:00:00Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR

let maps: MasterTokens
const at = (milliseconds: number) => maps.server.setClock(new Date(NOW + milliseconds).toISOString())

beforeAll(async () => {
  maps = await MasterTokens.start(new Date(NOW).toISOString())
})
afterAll(async () => maps[Symbol.asyncDispose]())

test('D.1 a master token is generated with a name, shown once, and is pending: the mint refuses it until somebody activates it', async () => {
  const { server, key } = maps
  const nameless = await server.call('POST', '/v1/organizations/acme/keys', { key, body: { type: 'insidemaps-master-token', name: ' ' } })
  expect(nameless.status).toBe(422)
  const { secret, path } = await maps.generate('Renderer', { activate: false })
  expect(secret).toMatch(/^imt_/)
  const shown = await server.must(200, 'GET', path, { key })
  expect([shown.status, shown.name, JSON.stringify(shown).includes(secret)]).toEqual(['pending', 'Renderer', false])
  const refused = await maps.exchange(secret)
  expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_request', reason: 'pending' } })
  expect(refused.headers.get('cache-control')).toBe('no-store')
  await maps.command(path, 'activate')
  const minted = await maps.exchange(secret)
  expect(minted).toMatchObject({
    status: 200,
    body: { token_type: 'Bearer', issued_token_type: 'urn:ietf:params:oauth:token-type:access_token', expires_in: 3600, scope: '' },
  })
})

test('D.2 calls are made with the session token, until it expires; the master is told to exchange, and the mint takes masters alone', async () => {
  const { server, key } = maps
  const { secret } = await maps.generate('Caller')
  const token = await maps.mint(secret)
  expect(await maps.call(token)).toBe('allowed')
  expect(await maps.call(token, 'zeta')).toBe('organization_mismatch')
  expect(await maps.call(secret)).toBe('exchange_required')
  await at(HOUR - 1)
  expect(await maps.call(token)).toBe('allowed')
  await at(HOUR)
  expect(await maps.call(token)).toBe('expired session_expired')
  const again = await maps.mint(secret)
  expect(await maps.call(again)).toBe('allowed')
  expect((await maps.exchange(again)).body).toMatchObject({ error: 'invalid_request', reason: 'wrong_type', detail: 'session_token' })
  const { secret: apiKey } = await server.must(201, 'POST', '/v1/organizations/acme/keys', {
    key,
    body: { type: 'insidemaps-api-key', name: 'Plain', expiresInSeconds: 86_400 },
  })
  expect((await maps.exchange(apiKey)).body).toMatchObject({ error: 'invalid_request', reason: 'wrong_type', detail: 'type_does_not_mint' })
})

describe('D.3 replace', () => {
  test('cuts the old value and every session minted from it at once; row, name and status stay', async () => {
    const { secret, path, id } = await maps.generate('Replaced')
    const tokens = [await maps.mint(secret), await maps.mint(secret)]
    expect(await Promise.all(tokens.map((token) => maps.call(token)))).toEqual(['allowed', 'allowed'])
    const replaced = await maps.command(path, 'replace', { expectedVersion: 1 })
    expect(replaced.key).toMatchObject({ id, name: 'Replaced', status: 'active', newestVersion: 2 })
    expect((await maps.exchange(secret)).body).toMatchObject({ reason: 'replaced' })
    expect(await Promise.all(tokens.map((token) => maps.call(token)))).toEqual(Array(2).fill('replaced session_of_replaced_secret'))
    expect(await maps.call(await maps.mint(replaced.secret))).toBe('allowed')
  })

  test('leaves a pending token pending', async () => {
    const { path } = await maps.generate('Still pending', { activate: false })
    const replaced = await maps.command(path, 'replace', { expectedVersion: 1 })
    expect(replaced.key.status).toBe('pending')
    expect((await maps.exchange(replaced.secret)).body).toMatchObject({ reason: 'pending' })
  })

  test('by two administrators on the same page: one wins, the other is told by whom and when', async () => {
    const { path } = await maps.generate('Contested')
    const replace = () => maps.server.call('POST', `${path}:replace`, { key: maps.key, body: { expectedVersion: 1 } })
    const answers = await Promise.all([replace(), replace()])
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([200, 409])
    const told = answers.find((answer) => answer.status === 409)?.body
    expect(told).toMatchObject({ code: 'version_changed', newestVersion: 2, changedBy: { kind: 'management-key' } })
    expect(told.changedAt).toMatch(/^2027-/)
  })

  test('with an overlap keeps the sessions of the old value until it is over', async () => {
    const { secret, path } = await maps.generate('Overlapped')
    await maps.command(path, 'replace', { expectedVersion: 1, overlapSeconds: 600 })
    const token = await maps.mint(secret)
    const started = HOUR
    await at(started + 599_999)
    expect(await maps.call(token)).toBe('allowed')
    await at(started + 600_000)
    expect(await maps.call(token)).toBe('replaced session_of_replaced_secret')
    const beyond = await maps.server.call('POST', `${path}:replace`, { key: maps.key, body: { expectedVersion: 2, overlapSeconds: 8 * DAY } })
    expect(beyond.status).toBe(422)
  })
})

test('D.4 deactivate stops the token and its sessions; activate restores the token, not its earlier sessions', async () => {
  const { secret, path } = await maps.generate('Paused')
  const token = await maps.mint(secret)
  expect(await maps.call(token)).toBe('allowed')
  await maps.command(path, 'deactivate')
  expect([await maps.call(token), (await maps.exchange(secret)).body.reason]).toEqual(['inactive', 'inactive'])
  await maps.command(path, 'activate')
  expect(await maps.call(token)).toBe('replaced session_superseded')
  expect(await maps.call(await maps.mint(secret))).toBe('allowed')
  const last = await maps.mint(secret)
  await maps.server.must(200, 'DELETE', path, { key: maps.key })
  expect([await maps.call(last), (await maps.exchange(secret)).body.reason]).toEqual(['removed', 'removed'])
})
