import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { TestServer } from '../harness.ts'

let server: TestServer
let key: string
let verifier: string
let org = 0

beforeAll(async () => {
  server = await TestServer.start()
  key = await server.bootstrap()
  await server.setClock('2030-01-01T00:00:00Z')
  const keyTypes = [
    { slug: 'plain', prefix: 'plain' },
    { slug: 'kept', prefix: 'kept', remove: false },
    { slug: 'two', prefix: 'two', cap: { max: 2, counts: 'active' } },
    { slug: 'owners', prefix: 'owners', roles: { manage: ['owner'] } },
  ]
  await server.must(200, 'POST', '/v1/config:apply', { key, body: { version: 1, keyTypes } })
  verifier = (await server.must(201, 'POST', '/v1/verifier-keys', { key, body: { name: 'gateway', apis: 'all' } })).secret
})
afterAll(async () => server[Symbol.asyncDispose]())
beforeEach(async () => {
  await server.must(201, 'POST', '/v1/organizations', { key, body: { slug: `org-${++org}` } })
})

const path = () => `/v1/organizations/org-${org}/keys`
const bulk = (body: object, as = key, at = path()) => server.call('POST', `${at}:bulk`, { key: as, body })

async function issue(type: string, tag?: string): Promise<{ id: string; secret: string }> {
  const issued = await server.must(201, 'POST', path(), {
    key,
    body: { type, environment: 'live', name: `${type} key`, ...(tag === undefined ? {} : { tags: [tag] }) },
  })
  return { id: issued.key.id, secret: issued.secret }
}

const statusOf = async (id: string) => (await server.must(200, 'GET', `${path()}/${id}`, { key })).status
const ids = (entries: { id: string }[]) => entries.map((each) => each.id).toSorted()

test('a dry run is the default, says what would happen, and changes nothing', async () => {
  const plain = [await issue('plain'), await issue('plain')]
  const kept = await issue('kept')
  const { status, body } = await bulk({ command: 'remove', filter: { status: 'active' } })
  expect(status).toBe(200)
  expect(body).toMatchObject({ command: 'remove', dryRun: true, matched: 3, unchanged: 0, remaining: 0, nextCursor: null })
  expect(ids(body.changed)).toEqual(ids(plain))
  expect(body.changed[0]).toMatchObject({ from: 'active', to: 'removed' })
  expect(body.refused).toMatchObject([{ id: kept.id, code: 'policy_conflict', message: expect.stringContaining('cannot be removed') }])
  expect(await Promise.all([...plain, kept].map(({ id }) => statusOf(id)))).toEqual(['active', 'active', 'active'])
  const events = await server.must(200, 'GET', `/v1/organizations/org-${org}/audit-events?action=key.removed`, { key })
  expect(events.items).toEqual([])
})

test('the real run changes exactly what the dry run said, at once, with an event for each key', async () => {
  const tagged = [await issue('plain', 'leak'), await issue('plain', 'leak')]
  const other = await issue('plain')
  const filter = { tag: 'leak', type: 'plain' }
  const { body: foreseen } = await bulk({ command: 'deactivate', filter })
  const done = await server.must(200, 'POST', `${path()}:bulk?confirm=true`, {
    key,
    body: { command: 'deactivate', filter, dryRun: false, expectedCount: foreseen.matched },
  })
  expect({ ...done, dryRun: true }).toEqual({
    ...foreseen,
    propagation: { confirmed: 0, expired: 0, mayAcceptUntil: [], elapsedMs: expect.any(Number), summary: 'this server: refused' },
  })
  for (const { secret } of tagged)
    expect(await server.must(200, 'POST', '/v1/verify', { key: verifier, body: { secret } })).toMatchObject({ valid: false, reason: 'inactive' })
  expect(await statusOf(other.id)).toBe('active')
  const events = await server.must(200, 'GET', `/v1/organizations/org-${org}/audit-events?action=key.deactivated`, { key })
  expect(events.items.map((each: { subject: { id: string } }) => each.subject.id).toSorted()).toEqual(ids(tagged))
  const again = await bulk({ command: 'deactivate', filter, dryRun: false, expectedCount: 2 })
  expect(again.body).toMatchObject({ changed: [], unchanged: 2, refused: [] })
})

test('refused when other keys match than were expected, and nothing is changed', async () => {
  const first = await issue('plain')
  const { body: foreseen } = await bulk({ command: 'remove', filter: { type: 'plain' } })
  await issue('plain')
  const late = await bulk({ command: 'remove', filter: { type: 'plain' }, dryRun: false, expectedCount: foreseen.matched })
  expect(late).toMatchObject({ status: 409, body: { code: 'count_changed', matched: 2, expected: 1 } })
  expect(await statusOf(first.id)).toBe('active')
})

test('caps hold within one run, in the dry run too', async () => {
  const made: string[] = []
  for (let number = 0; number < 4; number++) {
    const { id } = await issue('two')
    made.push(id)
    await server.must(200, 'POST', `${path()}/${id}:deactivate`, { key })
  }
  const { body: foreseen } = await bulk({ command: 'activate', filter: { ids: made } })
  expect([foreseen.changed.length, foreseen.refused.map((each: { code: string }) => each.code)]).toEqual([2, ['cap_reached', 'cap_reached']])
  const { body: done } = await bulk({ command: 'activate', filter: { ids: made }, dryRun: false, expectedCount: 4 })
  expect({ ...done, dryRun: true }).toEqual(foreseen)
})

test('pages go on by cursor, each naming what is left; newer keys stand in no page', async () => {
  const made: { id: string }[] = []
  for (let number = 0; number < 5; number++) made.push(await issue('plain', 'page'))
  const filter = { tag: 'page' }
  const seen: { id: string }[] = []
  let expectedCount = 5
  let cursor: string | undefined
  for (let page = 0; page < 3; page++) {
    const { status, body } = await bulk({ command: 'remove', filter, dryRun: false, limit: 2, expectedCount, ...(cursor === undefined ? {} : { cursor }) })
    expect(status).toBe(200)
    seen.push(...body.changed)
    if (page === 0) {
      await server.setClock('2030-01-01T00:00:01Z')
      await issue('plain', 'page')
    }
    expectedCount = body.remaining
    cursor = body.nextCursor ?? undefined
  }
  expect([expectedCount, cursor]).toEqual([0, undefined])
  expect(ids(seen)).toEqual(ids(made))
})

test("another organization's keys are not found, nor a type's that one may not manage; own credentials are never touched", async () => {
  const foreign = await issue('plain')
  await server.must(201, 'POST', '/v1/organizations', { key, body: { slug: `org-${++org}` } })
  const own = await issue('owners')
  const { secret: administrator, key: credential } = await server.must(201, 'POST', `/v1/organizations/org-${org}/management-keys`, {
    key,
    body: { name: 'a', role: 'administrator' },
  })
  const { body } = await bulk({ command: 'remove', filter: { ids: [foreign.id, own.id, credential.id, 'nonsense'] } }, administrator)
  expect(body).toMatchObject({ matched: 1, changed: [], refused: [{ id: own.id, code: 'forbidden' }], notFound: [foreign.id, credential.id, 'nonsense'] })
  const { secret: auditor } = await server.must(201, 'POST', `/v1/organizations/org-${org}/management-keys`, { key, body: { name: 'b', role: 'auditor' } })
  expect((await bulk({ command: 'remove', filter: { type: 'plain' } }, auditor)).status).toBe(403)
  expect((await bulk({ command: 'remove', filter: { type: 'plain' } }, administrator, '/v1/keys')).status).toBe(403)
  expect((await bulk({ command: 'remove', filter: { type: 'plain' } }, administrator, '/v1/organizations/org-1/keys')).status).toBe(404)
})

test('operators command over all organizations', async () => {
  const one = await issue('plain', 'incident')
  await server.must(201, 'POST', '/v1/organizations', { key, body: { slug: `org-${++org}` } })
  const two = await issue('plain', 'incident')
  const { body } = await bulk({ command: 'remove', filter: { tag: 'incident' }, dryRun: false, expectedCount: 2 }, key, '/v1/keys')
  expect(ids(body.changed)).toEqual(ids([one, two]))
  expect(body.changed.map((each: { organization: string }) => each.organization).toSorted()).toEqual([`org-${org - 1}`, `org-${org}`].toSorted())
})

test('no filter, no expected count and unknown commands are refused', async () => {
  for (const [body, wrong] of [
    [{ command: 'remove', filter: {} }, 'filter'],
    [{ command: 'remove', filter: { type: 'plain' }, dryRun: false }, 'expectedCount'],
    [{ command: 'replace', filter: { type: 'plain' } }, 'command'],
    [{ command: 'remove', filter: { type: 'plain' }, limit: 501 }, 'limit'],
    [{ command: 'remove', filter: { type: 'plain' }, cursor: 'x' }, 'query.cursor'],
  ] as const)
    expect(await bulk(body), JSON.stringify(body)).toMatchObject({ status: 422, body: { code: 'invalid_request', errors: [{ path: wrong }] } })
})

test('the command line makes a dry run, and does it with --apply', async () => {
  const { id } = await issue('plain', 'shell')
  const args = ['keys', 'bulk', 'deactivate', '--org', `org-${org}`, '--tag', 'shell']
  expect(await server.cli(args, { key })).toMatchObject({ code: 0, stdout: expect.stringContaining('1 of 1 keys would be deactivated') })
  // Nothing was taken away, so nothing is confirmed.
  expect(await server.cli([...args, '--confirm'], { key })).toMatchObject({ code: 0, stderr: '' })
  const dry = await server.must(200, 'POST', `${path()}:bulk?confirm=true`, { key, body: { command: 'remove', filter: { tag: 'shell' } } })
  expect(dry).toMatchObject({ dryRun: true, matched: 1 })
  expect(dry).not.toHaveProperty('propagation')
  expect(await server.cli([...args, '--apply'], { key })).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') })
  expect(await statusOf(id)).toBe('active')
  expect(await server.cli([...args, '--apply', '--yes', '--confirm'], { key })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('were deactivated'),
    stderr: expect.stringContaining('this server: refused'),
  })
  expect(await statusOf(id)).toBe('inactive')
  const activated = await server.must(200, 'POST', `${path()}:bulk?confirm=true`, {
    key,
    body: { command: 'activate', filter: { tag: 'shell' }, dryRun: false, expectedCount: 1 },
  })
  expect(activated.propagation.summary).toBe('this server: in effect')
  expect(await server.cli(['keys', 'bulk', 'remove', '--org', `org-${org}`], { key })).toMatchObject({ code: 2 })
  expect(await server.cli(['keys', 'bulk', 'remove', '--tag', 'x'], { key })).toMatchObject({ code: 2 })
})
