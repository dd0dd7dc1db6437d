import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CallOptions, TestServer } from '../harness.ts'

let server: TestServer
let key: string

const TYPES = [
  { slug: 'once', prefix: 'once' },
  { slug: 'fixed', prefix: 'fixed', replace: { allowed: false } },
  { slug: 'shown', prefix: 'shown', visibility: 'retrievable' },
]

beforeAll(async () => {
  server = await TestServer.start()
  key = await server.bootstrap()
  await server.setClock('2030-01-01T00:00:00Z')
  await server.must(200, 'POST', '/v1/config:apply', { key, body: { version: 1, keyTypes: TYPES } })
  await server.must(201, 'POST', '/v1/organizations', { key, body: { slug: 'acme' } })
  await server.must(201, 'POST', '/v1/organizations', { key, body: { slug: 'globex' } })
})
afterAll(async () => server[Symbol.asyncDispose]())

const ISSUE = { type: 'once', environment: 'live', name: 'Nightly' }

function issue(idempotencyKey: string, options: CallOptions & { org?: string } = {}) {
  const { org = 'acme', ...rest } = options
  return server.call('POST', `/v1/organizations/${org}/keys`, { key, body: ISSUE, ...rest, headers: { 'idempotency-key': idempotencyKey } })
}

async function count(org = 'acme'): Promise<number> {
  return (await server.must(200, 'GET', `/v1/organizations/${org}/keys?limit=100`, { key })).items.length
}

test('a repetition answers what was answered, without the secret, and issues nothing', async () => {
  const before = await count()
  const again = randomUUID()
  const first = await issue(again)
  expect(first.status).toBe(201)
  expect(first.body.secret).toMatch(/^once_/)
  await server.setClock('2030-01-01T01:00:00Z')
  const second = await issue(again)
  expect(second.status).toBe(200)
  expect(second.body).toEqual({
    key: first.body.key,
    secret: null,
    secretShownAt: '2030-01-01T00:00:00.000Z',
    nextStep: { command: 'replace', message: expect.any(String) },
  })
  expect(await count()).toBe(before + 1)
})

test('members in another order are the same body', async () => {
  const again = randomUUID()
  expect((await issue(again)).status).toBe(201)
  expect((await issue(again, { body: { name: 'Nightly', environment: 'live', type: 'once' } })).status).toBe(200)
})

test('another body is refused, and the organization of the path is part of what a key is for', async () => {
  const again = randomUUID()
  expect((await issue(again)).status).toBe(201)
  expect(await issue(again, { body: { ...ISSUE, name: 'Other' } })).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
  expect((await issue(again, { org: 'globex' })).status).toBe(201)
  const { id } = await server.must(200, 'GET', '/v1/organizations/acme', { key })
  expect((await issue(again, { org: id })).status).toBe(200)
})

test('another caller with the same key is another request', async () => {
  const again = randomUUID()
  const { secret: other } = await server.must(201, 'POST', '/v1/management-keys', { key, body: { name: 'other' } })
  expect((await issue(again)).status).toBe(201)
  expect((await issue(again, { key: other })).status).toBe(201)
})

test('of many at once exactly one is done; the others are told that it runs, or what it answered', async () => {
  const before = await count()
  const again = randomUUID()
  const answers = await Promise.all(Array.from({ length: 12 }, () => issue(again)))
  expect(answers.filter((each) => each.status === 201)).toHaveLength(1)
  const others = answers.filter((each) => each.status !== 201)
  for (const { status, body } of others) expect(status === 200 ? body.secret : body.code).toBe(status === 200 ? null : 'in_progress')
  expect(others.some((each) => each.status === 409)).toBe(true)
  expect(await count()).toBe(before + 1)
})

test('what was refused was not done: the same key may be used again', async () => {
  const again = randomUUID()
  expect((await issue(again, { body: { ...ISSUE, environment: 'moon' } })).status).toBe(422)
  expect((await issue(again)).status).toBe(201)
})

test('the next step is what the type allows', async () => {
  const nextOf = async (type: string) => {
    const again = randomUUID()
    const body = { ...ISSUE, type }
    await issue(again, { body })
    return (await issue(again, { body })).body.nextStep.command
  }
  expect(await nextOf('once')).toBe('replace')
  expect(await nextOf('fixed')).toBe('issue')
  expect(await nextOf('shown')).toBe('reveal')
})

test('replacing twice replaces once, though the version is another by then', async () => {
  const { key: issued } = await server.must(201, 'POST', '/v1/organizations/acme/keys', { key, body: ISSUE })
  const path = `/v1/organizations/acme/keys/${issued.id}`
  const { headers } = await server.call('GET', path, { key })
  const ask = { key, body: { expectedVersion: 1 }, headers: { 'idempotency-key': randomUUID(), 'if-match': headers.get('etag') ?? '' } }
  const first = await server.call('POST', `${path}:replace`, ask)
  expect(first).toMatchObject({ status: 200, body: { secret: expect.stringMatching(/^once_/) } })
  const second = await server.call('POST', `${path}:replace`, ask)
  expect(second).toMatchObject({ status: 200, body: { secret: null, key: { newestVersion: 2 }, nextStep: { command: 'replace' } } })
})

test('organizations, verifier keys and management keys are created once', async () => {
  const paths: [string, object][] = [
    ['/v1/organizations', { slug: 'initech' }],
    ['/v1/verifier-keys', { name: 'gateway', apis: 'all' }],
    ['/v1/management-keys', { name: 'robot' }],
    ['/v1/organizations/acme/management-keys', { name: 'robot', role: 'auditor' }],
  ]
  for (const [path, body] of paths) {
    const ask = { key, body, headers: { 'idempotency-key': 'the-same-for-all' } }
    const first = await server.must(201, 'POST', path, ask)
    const second = await server.must(200, 'POST', path, ask)
    if (first.secret === undefined) expect(second).toEqual(first)
    else expect(second).toMatchObject({ key: first.key, secret: null, nextStep: { command: 'issue' } })
  }
})

test('a key that cannot be one is refused', async () => {
  for (const wrong of ['two words', 'x'.repeat(256), ''])
    expect(await issue(wrong)).toMatchObject({ status: 422, body: { code: 'invalid_request', errors: [{ path: 'Idempotency-Key' }] } })
})

test('what was done is known after a restart and a clock set back, and forgotten after a day', async () => {
  await server.setClock('2030-02-01T00:00:00Z')
  const again = randomUUID()
  expect((await issue(again)).status).toBe(201)
  await server.stop('SIGKILL')
  await server.run()
  await server.setClock('2030-01-31T00:00:00Z')
  expect((await issue(again)).status).toBe(200)
  await server.setClock('2030-02-01T23:59:59.999Z')
  expect((await issue(again)).status).toBe(200)
  await server.setClock('2030-02-02T00:00:00Z')
  expect((await issue(again)).status).toBe(201)
})

test('the command line repeats safely, and says where the secret went', async () => {
  const args = ['keys', 'issue', 'acme', '--type', 'once', '--environment', 'live', '--idempotency-key', 'from-the-shell']
  const first = await server.cli(args, { key })
  expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^once_/) })
  const second = await server.cli(args, { key })
  expect(second).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('was done at') })
})
