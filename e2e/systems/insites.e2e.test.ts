import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestServer } from '../harness.ts'
import { type ClientOptions, expectProblem, Installation, type Key, type Organization, type SampleApi } from './installation.ts'

const TYPE = 'insites-instance-key'
const CONTACTS = '/crm/api/v2/contacts'

let insites: Installation
let crm: SampleApi
let staging: SampleApi
let names = 0

beforeAll(async () => {
  insites = await Installation.start(['insites'])
  ;[crm, staging] = await Promise.all([insites.sample('insites-crm'), insites.sample('insites-crm-staging')])
})
afterAll(async () => insites[Symbol.asyncDispose]())

const customer = (environments = ['production', 'staging']) => insites.organization(`customer${++names}`, { environments })
const host = ({ path }: Organization) => `${path.split('/').at(-1)}.localhost`
const keyOf = async (organization: Organization, environment = 'production') => (await organization.keys(`&environment=${environment}&type=${TYPE}`))[0] as Key
const reveal = async (organization: Organization, key: Key): Promise<string> => (await organization.command(key, 'reveal')).body.secret
const list = (at: string, authorization: string, options?: ClientOptions) => crm.call('GET', CONTACTS, { host: at, authorization }, options)

test('E.1 each instance has exactly one key, made with it: instance_ and 50 alphanumerics', async () => {
  const acme = await customer()
  expect((await acme.keys()).map(({ type, environment, status }) => [type, environment, status]).toSorted()).toEqual([
    [TYPE, 'production', 'active'],
    [TYPE, 'staging', 'active'],
  ])
  expect((await acme.events('action=key.issued')).map(({ detail }) => [detail.environment, detail.autoProvisioned]).toSorted()).toEqual([
    ['production', true],
    ['staging', true],
  ])
  for (const environment of ['production', 'staging']) {
    const key = await keyOf(acme, environment)
    expect(await reveal(acme, key)).toMatch(/^instance_[0-9A-Za-z]{50}$/)
    const second = await acme.tryIssue({ type: TYPE, environment })
    expectProblem(second, 409, 'cap_reached')
    expectProblem(await acme.command(key, 'remove'), 409, 'policy_conflict')
    expectProblem(await acme.command(key, 'deactivate'), 409, 'policy_conflict')
  }
  expect(await acme.keys()).toHaveLength(2)
})

test('E.1 an instance that is added later gets its key with it, and the others keep theirs', async () => {
  const acme = await customer(['production'])
  const before = await acme.keys()
  expect(before).toHaveLength(1)
  await insites.server.must(200, 'PATCH', acme.path, { key: insites.operator, body: { environments: ['production', 'staging'] } })
  expect(await acme.keys()).toHaveLength(2)
  expect(await keyOf(acme)).toEqual(before[0])
  expect(await reveal(acme, await keyOf(acme, 'staging'))).not.toBe(await reveal(acme, before[0] as Key))
})

test('E.1 instances that were there before the preset are given their key when it is applied, and once', async () => {
  await using early = await Installation.start([])
  const acme = await early.organization('acme', { environments: ['production', 'staging'] })
  expect(await acme.keys()).toEqual([])
  for (let times = 0; times < 2; times++) await early.server.applyPreset('insites', early.operator)
  expect((await acme.keys()).map(({ environment }) => environment).toSorted()).toEqual(['production', 'staging'])
})

test('E.1 the value is shown at any time, each time audited, and only to administrators who may reveal', async () => {
  const acme = await customer()
  const key = await keyOf(acme)
  const shown = [await reveal(acme, key), await reveal(acme, key), await reveal(acme, key)]
  expect(new Set(shown)).toEqual(new Set([expect.stringMatching(/^instance_/)]))
  const events = await acme.events(`action=key.revealed&subject=${key.id}`)
  expect(events.map(({ actor, detail }) => [actor.name, detail.version])).toEqual(shown.map(() => [expect.stringMatching(/^administrator of customer/), 1]))
  expect(JSON.stringify(events)).not.toContain(shown[0])

  const lesser = [
    await acme.person('administrator'),
    ...(await Promise.all((['supervisor', 'auditor', 'member'] as const).map((role) => acme.person(role, { capabilities: ['keys:reveal'] })))),
  ]
  for (const person of lesser) {
    expectProblem(await acme.command(key, 'reveal', { as: person.secret }), 403, 'forbidden')
    expect((await acme.events(`actor=${person.key.id}`)).map(({ action, detail }) => [action, detail.operation])).toEqual([['command.refused', 'keys.reveal']])
  }
  expect(await acme.events(`action=key.revealed&subject=${key.id}`)).toHaveLength(3)
  // Nobody gives a capability that he does not have.
  const without = await acme.person('administrator', { capabilities: ['credentials:manage'] })
  const wish = { name: 'more', role: 'administrator', capabilities: ['keys:reveal'] }
  expectProblem(await insites.server.call('POST', `${acme.path}/management-keys`, { key: without.secret, body: wish }), 403, 'forbidden')
})

test('E.1 a copy of the database without the master key neither contains the value nor starts; with that very key it reveals it', async () => {
  await using victim = await Installation.start(['insites'])
  const acme = await victim.organization('acme', { environments: ['production'] })
  const [key] = (await acme.keys()) as [Key]
  const secret = await reveal(acme, key)
  await victim.server.stop('SIGKILL')
  const data = join(victim.server.folder, 'data')
  const files = readdirSync(data).filter((file) => file !== 'master.key')
  expect(files.some((file) => readFileSync(join(data, file)).includes(key.id))).toBe(true)
  for (const piece of [secret, secret.slice('instance_'.length), Buffer.from(secret).toString('base64').slice(0, 40), Buffer.from(secret).toString('hex')]) {
    for (const file of files) expect(readFileSync(join(data, file)).includes(piece), file).toBe(false)
  }

  const copy = join(victim.server.folder, 'copy')
  for (const file of files.filter((each) => each.startsWith('keywright.db'))) cpSync(join(data, file), join(copy, file))
  const env = { KEYWRIGHT_DATA: copy }
  const refused = await victim.server.cli(['serve', '--test-clock'], { env })
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/needs the master key [0-9a-f]{16}, and there is none/)])
  writeFileSync(join(copy, 'master.key'), `${Buffer.alloc(32, 7).toString('base64')}\n`, { mode: 0o600 })
  const wrong = await victim.server.cli(['serve', '--test-clock'], { env })
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringMatching(/needs the master key [0-9a-f]{16}, and .*master\.key holds/)])
  for (const { stdout, stderr } of [refused, wrong]) expect(stdout + stderr).not.toContain(secret)

  rmSync(join(copy, 'master.key'))
  await using restored = await TestServer.start({ env: { ...env, KEYWRIGHT_MASTER_KEY_FILE: join(data, 'master.key') } })
  const again = await restored.must(200, 'POST', `${acme.path}/keys/${key.id}:reveal`, { key: acme.administrator })
  expect(again).toEqual({ secret })
})

test('E.2 sent raw it is let in; with Bearer in front, or in the URL, it is wrong_carrier; blank is missing', async () => {
  const acme = await customer()
  const secret = await reveal(acme, await keyOf(acme))
  const at = host(acme)
  expect(await list(at, secret)).toMatchObject({ status: 200, body: { caller: at.replace('.localhost', '') } })
  const cases: [string, string, string, string][] = [
    ['Bearer in front', `Bearer ${secret}`, CONTACTS, 'wrong_carrier'],
    ['Basic in front', `Basic ${btoa(`${secret}:`)}`, CONTACTS, 'wrong_carrier'],
    ['in the query', '', `${CONTACTS}?key=${secret}`, 'wrong_carrier'],
    ['encoded in the query', '', `${CONTACTS}?key=%69${secret.slice(1)}`, 'wrong_carrier'],
    ['blank', '  ', CONTACTS, 'missing'],
    ['empty', '', CONTACTS, 'missing'],
    ['the word alone', 'Bearer', CONTACTS, 'malformed'],
    ['twice in one field', `${secret}, ${secret}`, CONTACTS, 'malformed'],
    ['one character changed', secret.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a')), CONTACTS, 'malformed'],
  ]
  for (const [what, authorization, path, reason] of cases) {
    expect(await crm.call('GET', path, { host: at, authorization }), what).toMatchObject({ status: 401, reason })
    const shown = await insites.authorize('insites-crm', ['GET', path], { authorization, 'x-forwarded-host': at })
    expect([shown.status, shown.body.code], what).toEqual([401, reason])
  }
  expect(await crm.call('GET', CONTACTS, ['host', at, 'authorization', secret, 'authorization', secret])).toMatchObject({ status: 401, reason: 'malformed' })
})

test('E.2 blank is missing also when no key exists', async () => {
  await using empty = await Installation.start(['insites'])
  const api = await empty.sample('insites-crm')
  for (const authorization of ['', '   '])
    expect(await api.call('GET', CONTACTS, { host: 'acme.localhost', authorization })).toMatchObject({ status: 401, reason: 'missing' })
  expect(await api.call('GET', CONTACTS, { host: 'acme.localhost' })).toMatchObject({ status: 401, reason: 'missing' })
})

test("E.2 staging's key is wrong_environment on production, another customer's is organization_mismatch on this instance", async () => {
  const [acme, other] = [await customer(), await customer()]
  const [live, tried, foreign] = [
    await reveal(acme, await keyOf(acme)),
    await reveal(acme, await keyOf(acme, 'staging')),
    await reveal(other, await keyOf(other)),
  ]
  const [at, atStaging] = [host(acme), host(acme).replace('.', '-staging.')]
  expect(await list(at, tried)).toMatchObject({ status: 401, reason: 'wrong_environment' })
  expect(await staging.call('GET', CONTACTS, { host: atStaging, authorization: live })).toMatchObject({ status: 401, reason: 'wrong_environment' })
  expect(await staging.call('GET', CONTACTS, { host: atStaging, authorization: tried })).toMatchObject({ status: 200 })
  expect(await list(at, foreign)).toMatchObject({ status: 401, reason: 'organization_mismatch' })
  for (const elsewhere of [host(other), 'localhost', `${host(acme)}.evil.example`, `x.${host(acme)}`])
    expect(await list(elsewhere, live), elsewhere).toMatchObject({ status: 401, reason: 'organization_mismatch' })
  for (const same of [`${at}:4501`, at.toUpperCase(), `${at}.`]) expect(await list(same, live), same).toMatchObject({ status: 200 })
  const shown = await insites.authorize('insites-crm', ['GET', CONTACTS], { authorization: foreign, 'x-forwarded-host': at }, 'nginx')
  expect([shown.status, shown.headers.get('keywright-reason')]).toEqual([401, 'organization_mismatch'])
})

test('E.3 300 calls in a minute pass, the 301st is rate_limited, and passes at the time its Retry-After names', async () => {
  const start = Date.UTC(2027, 0, 1)
  const setClock = (seconds: number) => insites.server.setClock(new Date(start + seconds * 1000).toISOString())
  await setClock(0)
  const acme = await customer()
  const key = await keyOf(acme)
  const secret = await reveal(acme, key)
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  const call = () => list(host(acme), secret, { agent })
  const statuses = (await Promise.all(Array.from({ length: 310 }, call))).map(({ status }) => status)
  expect(statuses.toSorted()).toEqual([...Array(300).fill(200), ...Array(10).fill(429)])
  const refused = await call()
  expect(refused).toMatchObject({ status: 429, reason: 'rate_limited' })
  const wait = Number(refused.headers['retry-after'])
  expect(wait).toBeGreaterThanOrEqual(60)
  expect(wait).toBeLessThanOrEqual(61)
  const shown = await insites.authorize('insites-crm', ['GET', CONTACTS], { authorization: secret, 'x-forwarded-host': host(acme) })
  expect([shown.status, shown.headers.get('retry-after')]).toEqual([429, String(wait)])
  const forNginx = await insites.authorize('insites-crm', ['GET', CONTACTS], { authorization: secret, 'x-original-host': host(acme) }, 'nginx')
  expect([forNginx.status, ...['status', 'reason', 'retry-after'].map((name) => forNginx.headers.get(`keywright-${name}`))]).toEqual([
    403,
    '429',
    'rate_limited',
    String(wait),
  ])
  // The limit is the key's: a new value does not reset it, and staging has its own.
  const replaced = (await acme.command(key, 'replace', { body: { expectedVersion: 1 } })).body.secret
  expect(await list(host(acme), replaced)).toMatchObject({ status: 429 })
  const other = await reveal(acme, await keyOf(acme, 'staging'))
  expect(await staging.call('GET', CONTACTS, { host: host(acme).replace('.', '-staging.'), authorization: other })).toMatchObject({ status: 200 })
  await setClock(59.999)
  expect(await list(host(acme), replaced)).toMatchObject({ status: 429 })
  await setClock(wait)
  const afterwards = (await Promise.all(Array.from({ length: 301 }, () => list(host(acme), replaced, { agent })))).map(({ status }) => status)
  expect(afterwards.toSorted()).toEqual([...Array(300).fill(200), 429])
  agent.destroy()
})

test('E.4 the old key is refused on the very next call, also on a connection already open, and the new one works', async () => {
  const acme = await customer()
  const key = await keyOf(acme)
  const old = await reveal(acme, key)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  expect(await list(host(acme), old, { agent })).toMatchObject({ status: 200, reused: false })
  // EDIT, then cancel, is no call: the key stands as it stood.
  expect(await keyOf(acme)).toMatchObject({ id: key.id, newestVersion: 1, hint: key.hint })
  const { status, body } = await acme.command(key, 'replace', { body: { expectedVersion: 1 } })
  expect([status, body.key.id, body.key.newestVersion, body.key.status]).toEqual([200, key.id, 2, 'active'])
  expect(await list(host(acme), old, { agent })).toMatchObject({ status: 401, reason: 'replaced', reused: true })
  expect(await list(host(acme), body.secret, { agent })).toMatchObject({ status: 200, reused: true })
  expect(await reveal(acme, key)).toBe(body.secret)
  expect(await acme.keys(`&environment=production`)).toHaveLength(1)
  const overlap = await acme.command(key, 'replace', { body: { expectedVersion: 2, overlapSeconds: 1 } })
  expectProblem(overlap, 422, 'invalid_request')
  expect(await list(host(acme), body.secret)).toMatchObject({ status: 200 })
  agent.destroy()
})

test('E.4 of two administrators on one page one wins; the other is told version_changed, by whom and when', async () => {
  const acme = await customer()
  const key = await keyOf(acme)
  await insites.server.setClock('2027-03-01T12:00:00Z')
  const [ada, bob] = [await acme.person('administrator', { name: 'Ada' }), await acme.person('administrator', { name: 'Bob' })]
  const both = await Promise.all([ada, bob].map(({ secret }) => acme.command(key, 'replace', { as: secret, body: { expectedVersion: 1 } })))
  expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409])
  const [winner, loser] = both[0]?.status === 200 ? [both[0], both[1]] : [both[1], both[0]]
  const name = winner === both[0] ? 'Ada' : 'Bob'
  expect(loser?.body).toMatchObject({
    code: 'version_changed',
    newestVersion: 2,
    changedBy: { name },
    changedAt: '2027-03-01T12:00:00.000Z',
    detail: expect.stringContaining(name),
  })
  expect(await list(host(acme), winner?.body.secret)).toMatchObject({ status: 200 })
  expect(await acme.events(`action=key.replaced&subject=${key.id}`)).toHaveLength(1)
})
