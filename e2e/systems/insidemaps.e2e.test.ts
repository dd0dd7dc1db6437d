import { Agent } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { expectProblem, Installation, type Issued, made, type Organization, type SampleApi } from './installation.ts'

const TYPE = 'insidemaps-api-key'
const DAY = 86_400
const START = Date.UTC(2026, 0, 1)

let maps: Installation
let acme: Organization
let rival: Organization
let api: SampleApi
let names = 0

beforeAll(async () => {
  maps = await Installation.start(['insidemaps'])
  acme = await maps.organization('acme', { aliases: ['Acme-Homes'] })
  rival = await maps.organization('rival')
  api = await maps.sample('insidemaps', { HIDE: 'organization_mismatch' })
})
afterAll(async () => maps[Symbol.asyncDispose]())
beforeEach(async () => maps.server.setClock(new Date(START).toISOString()))

const issue = (wish: Record<string, unknown> = { expiresInSeconds: 30 * DAY }) => acme.issue({ type: TYPE, name: `key ${++names}`, ...wish })
const projects = ({ secret }: Issued, organization = 'acme', agent?: Agent) =>
  api.call('GET', `/api/v2/organizations/${organization}/projects`, { authorization: `Bearer ${secret}` }, agent === undefined ? {} : { agent })
const setClock = (instant: number) => maps.server.setClock(new Date(instant).toISOString())

test('C.1 an administrator gives a name and a duration and copies the value once', async () => {
  const presets = [1, 7, 30, 90, 365]
  const { items } = await maps.server.must(200, 'GET', `${acme.path}/key-types`, { key: acme.administrator })
  expect(items[0].policy.expiry.presets).toEqual(presets.map((days) => `${days}d`))
  for (const days of presets) {
    const { key, secret } = await acme.issue({ type: TYPE, name: `Tour importer, ${days} days`, expiresInSeconds: days * DAY })
    expect(key).toMatchObject({ name: `Tour importer, ${days} days`, status: 'active', expiresAt: new Date(START + days * DAY * 1000).toISOString() })
    expect(await projects({ key, secret })).toMatchObject({ status: 200, body: { caller: 'acme' } })
    expectProblem(await acme.command(key, 'reveal'), 409, 'policy_conflict')
  }
  expect(await issue({ expiresAt: '2027-01-31T23:59:59+01:00' })).toMatchObject({ key: { expiresAt: '2027-01-31T22:59:59.000Z' } })
})

test('C.1 a blank name, and a missing, zero, negative or double duration are refused with the field, and make no key', async () => {
  const before = await acme.keys()
  const cases: [Record<string, unknown>, string[]][] = [
    [{ expiresInSeconds: DAY }, ['name']],
    [{ name: '', expiresInSeconds: DAY }, ['name']],
    [{ name: ' \t ', expiresInSeconds: DAY }, ['name']],
    [{ name: 'a' }, ['expiresInSeconds']],
    [{ name: 'a', expiresInSeconds: 0 }, ['expiresInSeconds']],
    [{ name: 'a', expiresInSeconds: -1 }, ['expiresInSeconds']],
    [{ name: 'a', expiresInSeconds: 1.5 }, ['expiresInSeconds']],
    [{ name: 'a', expiresAt: null }, ['expiresInSeconds']],
    [{ name: 'a', expiresAt: '2026-01-01T00:00:00Z' }, ['expiresAt']],
    [{ name: 'a', expiresAt: '2026-02-30T00:00:00Z' }, ['expiresAt']],
    [{ name: 'a', expiresInSeconds: DAY, expiresAt: '2027-01-01T00:00:00Z' }, ['expiresAt']],
    [{}, ['name', 'expiresInSeconds']],
  ]
  for (const [wish, paths] of cases) {
    const refused = await acme.tryIssue({ type: TYPE, ...wish })
    expectProblem(refused, 422, 'invalid_request')
    expect(
      refused.body.errors.map(({ path }: { path: string }) => path),
      JSON.stringify(wish),
    ).toEqual(paths)
  }
  expect(await acme.keys()).toEqual(before)
})

test('C.1 the same name twice is refused, also by two at once; another organization, and a removed key, do not hold it', async () => {
  const wish = { type: TYPE, name: 'Importer', expiresInSeconds: DAY }
  const both = await Promise.all([acme.tryIssue(wish), acme.tryIssue(wish)])
  expect(both.map(({ status, body }) => [status, body.code]).toSorted()).toEqual([
    [201, undefined],
    [409, 'name_taken'],
  ])
  await rival.issue(wish)
  const { key } = made(both) as Issued
  const other = await issue()
  const rename = { key: acme.administrator, body: { name: 'Importer' } }
  expectProblem(await maps.server.call('PATCH', `${acme.path}/keys/${other.key.id}`, rename), 409, 'name_taken')
  await acme.command(key, 'remove')
  expect((await acme.tryIssue(wish)).status).toBe(201)
})

test('C.2 a key works to the last millisecond before its expiry and is expired at the instant', async () => {
  const issued = await issue({ expiresInSeconds: DAY })
  const end = START + DAY * 1000
  await setClock(end - 1)
  expect(await projects(issued)).toMatchObject({ status: 200 })
  await setClock(end)
  expect(await projects(issued)).toMatchObject({ status: 401, reason: 'expired' })
  const shown = await maps.authorize('insidemaps', ['GET', '/api/v2/organizations/acme'], { authorization: `Bearer ${issued.secret}` })
  expect([shown.status, shown.body.code, shown.headers.get('www-authenticate')]).toEqual([
    401,
    'expired',
    'Bearer realm="insidemaps", error="invalid_token", error_description="expired"',
  ])
})

test('C.2 an expired key keeps its record, and nothing brings it back: no activation, no new expiry', async () => {
  const issued = await issue({ expiresInSeconds: 60 })
  await setClock(START + 60_000)
  const path = `${acme.path}/keys/${issued.key.id}`
  expect((await maps.server.must(200, 'GET', path, { key: acme.administrator })).status).toBe('expired')
  expectProblem(await acme.command(issued.key, 'activate'), 409, 'status_conflict')
  expectProblem(await maps.server.call('PATCH', path, { key: acme.administrator, body: { expiresInSeconds: DAY } }), 409, 'status_conflict')
  await maps.server.must(200, 'PATCH', path, { key: acme.administrator, body: { name: 'an expired one' } })
  expect(await projects(issued)).toMatchObject({ status: 401, reason: 'expired' })
})

test("C.2 another organization's id in the path is organization_mismatch, which the API answers as 404", async () => {
  const issued = await issue()
  for (const own of ['acme', acme.id, 'Acme-Homes']) expect(await projects(issued, own), own).toMatchObject({ status: 200 })
  for (const foreign of ['rival', rival.id, 'nobody', `${acme.id.slice(0, -1)}${acme.id.endsWith('0') ? '1' : '0'}`, 'ACME', 'acme%20']) {
    expect(await projects(issued, foreign), foreign).toMatchObject({ status: 404, body: { reason: 'not_found' } })
    const path = `/api/v2/organizations/${foreign}/projects`
    const request = { method: 'GET', path, headers: { authorization: `Bearer ${issued.secret}` } }
    expect(await maps.verify({ api: 'insidemaps', request })).toMatchObject({ valid: false, reason: 'organization_mismatch', status: 401 })
    const shown = await maps.authorize('insidemaps', ['GET', path], { authorization: `Bearer ${issued.secret}` }, 'nginx')
    expect([shown.status, shown.headers.get('keywright-reason')]).toEqual([401, 'organization_mismatch'])
  }
  // Paths that the API might read another way than we do name nobody.
  for (const path of ['acme/../rival/projects', 'acme%2Fprojects', 'rival;acme/projects', '/acme/projects']) {
    expect(await api.call('GET', `/api/v2/organizations/${path}`, { authorization: `Bearer ${issued.secret}` }), path).toMatchObject({
      status: 403,
      body: { detail: 'path_refused' },
    })
  }
})

test('C.3 deactivated it is refused at the next call, activated it works with the same value, removed it is refused for ever', async () => {
  const issued = await issue()
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const call = () => projects(issued, 'acme', agent)
  expect(await call()).toMatchObject({ status: 200 })
  expect((await acme.command(issued.key, 'deactivate')).body.status).toBe('inactive')
  expect(await call()).toMatchObject({ status: 401, reason: 'inactive', reused: true })
  expect((await acme.command(issued.key, 'activate')).body.status).toBe('active')
  expect(await call()).toMatchObject({ status: 200 })
  expect((await acme.command(issued.key, 'remove')).body.status).toBe('removed')
  expect(await call()).toMatchObject({ status: 401, reason: 'removed', reused: true })
  for (const command of ['activate', 'deactivate']) expectProblem(await acme.command(issued.key, command), 409, 'status_conflict')
  // Removing twice is no mistake, and no second event.
  expect((await acme.command(issued.key, 'remove')).status).toBe(200)
  expect(await call()).toMatchObject({ reason: 'removed' })
  const actions = (await acme.events(`subject=${issued.key.id}&action=key`)).map(({ action }) => action)
  expect(actions).toEqual(['key.removed', 'key.activated', 'key.deactivated', 'key.issued'])
  agent.destroy()
})

test('C.3 a key that was deactivated before its expiry does not outlive it', async () => {
  const issued = await issue({ expiresInSeconds: 60 })
  await acme.command(issued.key, 'deactivate')
  await setClock(START + 60_000)
  expectProblem(await acme.command(issued.key, 'activate'), 409, 'status_conflict')
  expect((await projects(issued)).status).toBe(401)
})

test('C.4 a supervisor manages people, not keys; a stranger does not even learn that a key exists', async () => {
  const { key, secret } = await issue()
  const commands = ['activate', 'deactivate', 'remove']
  for (const role of ['supervisor', 'auditor', 'member'] as const) {
    const person = await acme.person(role)
    expect((await maps.server.call('GET', `${acme.path}/keys/${key.id}`, { key: person.secret })).status).toBe(200)
    expectProblem(await acme.tryIssue({ type: TYPE, name: 'mine', expiresInSeconds: DAY }, person.secret), 403, 'forbidden')
    for (const command of commands) expectProblem(await acme.command(key, command, { as: person.secret }), 403, 'forbidden')
    expect(await acme.events(`action=command.refused&actor=${person.key.id}`)).toHaveLength(4)
  }
  for (const command of commands) {
    expectProblem(await acme.command(key, command, { as: rival.administrator }), 404, 'not_found')
    // Under its own path the stranger's key is none either.
    expectProblem(await rival.command(key, command), 404, 'not_found')
    expectProblem(await acme.command(key, command, { as: secret }), 401, 'unauthenticated')
  }
  expect(await projects({ key, secret })).toMatchObject({ status: 200 })
})
