import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestServer } from '../harness.ts'

let server: TestServer
let key: string
let verifier: string

beforeAll(async () => {
  server = await TestServer.start()
  key = await server.bootstrap()
  await server.setClock('2030-01-01T00:00:00Z')
  const body = {
    version: 1,
    keyTypes: [{ slug: 'plain', prefix: 'plain', addresses: { mode: 'optional' } }],
    apis: [{ slug: 'orders', accepts: ['plain'] }],
  }
  await server.must(200, 'POST', '/v1/config:apply', { key, body })
  await server.must(201, 'POST', '/v1/organizations', { key, body: { slug: 'acme-corp' } })
  verifier = (await server.must(201, 'POST', '/v1/verifier-keys', { key, body: { name: 'gateway', apis: 'all' } })).secret
})
afterAll(async () => server[Symbol.asyncDispose]())

const ORG = '/v1/organizations/acme-corp'

async function issue() {
  const { key: issued, secret } = await server.must(201, 'POST', `${ORG}/keys`, { key, body: { type: 'plain', environment: 'live', addresses: 'any' } })
  return { secret: secret as string, path: `${ORG}/keys/${issued.id}` }
}

async function etag(path: string): Promise<string> {
  const { status, headers } = await server.call('GET', path, { key })
  expect(status).toBe(200)
  return headers.get('etag') ?? expect.fail(`${path} has no ETag`)
}

const verify = (secret: string) => server.must(200, 'POST', '/v1/verify', { key: verifier, body: { secret } })

test('a change is refused when the thing is another than the one that was seen, and nothing changes', async () => {
  const { path } = await issue()
  const list = `${ORG}/address-lists/plain`
  const type = { slug: 'plain', prefix: 'plain', addresses: { mode: 'optional' } }
  const changes: [string, string, string, object][] = [
    ['PATCH', path, path, { name: 'one' }],
    ['PATCH', ORG, ORG, { name: 'Acme' }],
    ['PUT', '/v1/key-types/plain', '/v1/key-types/plain', { ...type, label: 'Plain' }],
    ['PUT', '/v1/apis/orders', '/v1/apis/orders', { slug: 'orders', accepts: ['plain'], environment: 'live' }],
    ['PUT', list, list, { addresses: ['10.0.0.0/8'] }],
    ['POST', '/v1/config', '/v1/config:apply', { version: 1, entitlements: ['extra'] }],
    ['POST', path, `${path}:deactivate`, {}],
    ['POST', path, `${path}:replace`, { expectedVersion: 1 }],
    ['POST', ORG, `${ORG}:suspend`, {}],
    ['DELETE', path, path, {}],
  ]
  for (const [method, thing, target, body] of changes) {
    const stale = await server.call(method, target, { key, ...(method === 'DELETE' ? {} : { body }), headers: { 'if-match': '"stale"' } })
    expect(stale, `${method} ${target}`).toMatchObject({ status: 412, body: { code: 'precondition_failed', current: await etag(thing) } })
  }
  // None of them did anything.
  expect(await server.must(200, 'GET', path, { key })).toMatchObject({ name: '', status: 'active', newestVersion: 1 })
  expect(await server.must(200, 'GET', ORG, { key })).toMatchObject({ name: 'acme-corp', status: 'active' })
  for (const [method, thing, target, body] of changes.slice(0, 7)) {
    const before = await etag(thing)
    const done = await server.call(method, target, { key, body, headers: { 'if-match': `"other", ${before}` } })
    expect(done.status, `${method} ${target}`).toBe(200)
    expect(done.headers.get('etag')).toBe(await etag(thing))
    expect(await etag(thing)).not.toBe(before)
  }
  const denied = await server.call('PATCH', path, { key, body: { name: 'two' }, headers: { 'if-match': `W/${await etag(path)}` } })
  expect(denied.status).toBe(412)
  expect((await server.call('PATCH', path, { key, body: { name: 'two' }, headers: { 'if-match': '*' } })).status).toBe(200)
  expect(await server.call('PATCH', path, { key, body: { name: 'two' }, headers: { 'if-match': 'seven' } })).toMatchObject({
    status: 422,
    body: { code: 'invalid_request' },
  })
  await server.must(200, 'PUT', list, { key, body: { addresses: 'any' } })
})

test('of two who saw the same, one changes it', async () => {
  const { path } = await issue()
  const seen = await etag(path)
  const answers = await Promise.all(['a', 'b', 'c'].map((name) => server.call('PATCH', path, { key, body: { name }, headers: { 'if-match': seen } })))
  expect(answers.map((each) => each.status).toSorted()).toEqual([200, 412, 412])
})

test('what was removed and made again has another tag; what is not there matches nothing', async () => {
  const body = { slug: 'spare', accepts: ['plain'] }
  const absent = await server.call('PUT', '/v1/apis/spare', { key, body, headers: { 'if-match': '*' } })
  expect(absent.status).toBe(412)
  await server.must(200, 'PUT', '/v1/apis/spare', { key, body })
  const first = await etag('/v1/apis/spare')
  await server.must(204, 'DELETE', '/v1/apis/spare', { key, headers: { 'if-match': first } })
  await server.setClock('2030-01-01T00:00:01Z')
  await server.must(200, 'PUT', '/v1/apis/spare', { key, body })
  expect(await etag('/v1/apis/spare')).not.toBe(first)
  const key404 = await server.call('PATCH', `${ORG}/keys/key_00000000000000000000000000`, { key, body: { name: 'x' }, headers: { 'if-match': '"1"' } })
  expect(key404.status).toBe(404)
})

const propagation = (summary: string) => ({ confirmed: 0, expired: 0, mayAcceptUntil: [], elapsedMs: expect.any(Number), summary })

test('a confirmed change says who refuses by now, and then it is refused', async () => {
  const { secret, path } = await issue()
  expect(await verify(secret)).toMatchObject({ valid: true })
  const stopped = await server.must(200, 'POST', `${path}:deactivate?confirm=true`, { key })
  expect(stopped).toMatchObject({ status: 'inactive', propagation: propagation('this server: refused') })
  expect(await verify(secret)).toMatchObject({ valid: false, reason: 'inactive' })
  await server.must(200, 'POST', `${path}:activate`, { key })
  const replaced = await server.must(200, 'POST', `${path}:replace?confirm=true`, { key, body: { expectedVersion: 1 } })
  expect(replaced).toMatchObject({ secret: expect.any(String), propagation: propagation('this server: refused') })
  expect(await verify(secret)).toMatchObject({ valid: false, reason: 'replaced' })
  expect(await server.must(200, 'DELETE', `${path}?confirm=true`, { key })).toMatchObject({
    status: 'removed',
    propagation: propagation('this server: refused'),
  })
  expect(await server.must(200, 'PATCH', `${ORG}?confirm=true`, { key, body: { aliases: ['acme-2'] } })).toMatchObject({
    propagation: propagation('this server: in effect'),
  })
  const api = { slug: 'gone', accepts: ['plain'] }
  expect(await server.must(200, 'PUT', '/v1/apis/gone?confirm=true', { key, body: api })).toMatchObject({ propagation: propagation('this server: in effect') })
  // Without confirm there would be no body.
  expect(await server.must(200, 'DELETE', '/v1/apis/gone?confirm=true', { key })).toEqual({ propagation: propagation('this server: refused') })
})

test('confirm is refused where nothing is taken away, and when it is neither yes nor no', async () => {
  const { path } = await issue()
  expect(await server.call('POST', `${path}:activate?confirm=true`, { key })).toMatchObject({ status: 422, body: { errors: [{ path: 'query.confirm' }] } })
  expect(await server.call('POST', `${path}:deactivate?confirm=yes`, { key })).toMatchObject({ status: 422, body: { errors: [{ path: 'query.confirm' }] } })
  expect(await server.must(200, 'POST', `${path}:deactivate?confirm=false`, { key })).not.toHaveProperty('propagation')
})

test('a suspended organization is refused whole, its management keys too, and comes back as it was', async () => {
  const live = await issue()
  const stopped = await issue()
  await server.must(200, 'POST', `${stopped.path}:deactivate`, { key })
  const { secret: own } = await server.must(201, 'POST', `${ORG}/management-keys`, { key, body: { name: 'robot', role: 'owner' } })
  await server.must(200, 'GET', ORG, { key: own })
  const suspended = await server.must(200, 'POST', `${ORG}:suspend?confirm=true`, { key, body: { reason: 'unpaid' } })
  expect(suspended).toMatchObject({ status: 'suspended', affected: { managementKeys: 1 }, propagation: propagation('this server: refused') })
  expect(suspended.affected.keys).toBeGreaterThanOrEqual(2)
  expect(await verify(live.secret)).toMatchObject({ valid: false, reason: 'organization_suspended' })
  expect(await server.call('GET', ORG, { key: own })).toMatchObject({ status: 401, body: { reason: 'organization_suspended' } })
  expect(await server.call('POST', `${ORG}/keys`, { key, body: { type: 'plain', environment: 'live', addresses: 'any' } })).toMatchObject({
    status: 409,
    body: { code: 'organization_suspended' },
  })
  expect(await server.call('POST', `${ORG}/management-keys`, { key, body: { name: 'more', role: 'owner' } })).toMatchObject({
    status: 409,
    body: { code: 'organization_suspended' },
  })
  const listed = await server.must(200, 'GET', '/v1/organizations?status=suspended', { key })
  expect(listed.items.map((each: { slug: string }) => each.slug)).toEqual(['acme-corp'])
  // Again changes nothing, and is no event of its own.
  await server.must(200, 'POST', `${ORG}:suspend`, { key })
  await server.must(200, 'POST', `${ORG}:restore`, { key, body: { reason: 'paid' } })
  expect(await verify(live.secret)).toMatchObject({ valid: true })
  expect(await verify(stopped.secret)).toMatchObject({ valid: false, reason: 'inactive' })
  await server.must(200, 'GET', ORG, { key: own })
  await server.must(200, 'PATCH', ORG, { key, body: { status: 'suspended' } })
  await server.must(200, 'PATCH', ORG, { key, body: { status: 'active' } })
  const { items } = await server.must(200, 'GET', `${ORG}/audit-events?action=organization`, { key })
  const told = items.filter((each: { action: string }) => /suspended|restored/.test(each.action))
  expect(told.map((each: { action: string; detail: { reason: string | null } }) => [each.action, each.detail.reason])).toEqual([
    ['organization.restored', null],
    ['organization.suspended', null],
    ['organization.restored', 'paid'],
    ['organization.suspended', 'unpaid'],
  ])
})

test('only an operator suspends; an organization changes its own contacts and nothing it has bought', async () => {
  const { secret: owner } = await server.must(201, 'POST', `${ORG}/management-keys`, { key, body: { name: 'owner', role: 'owner' } })
  const { secret: member } = await server.must(201, 'POST', `${ORG}/management-keys`, { key, body: { name: 'member', role: 'member' } })
  for (const command of ['suspend', 'restore']) expect(await server.call('POST', `${ORG}:${command}`, { key: owner })).toMatchObject({ status: 403 })
  const changed = await server.must(200, 'PATCH', ORG, { key: owner, body: { contacts: ['ops@acme.example'] } })
  expect(changed.contacts).toEqual(['ops@acme.example'])
  expect(await server.call('PATCH', ORG, { key: owner, body: { contacts: [], status: 'suspended' } })).toMatchObject({ status: 403 })
  expect(await server.call('PATCH', ORG, { key: member, body: { contacts: [] } })).toMatchObject({ status: 403 })
  for (const wrong of ['no address', 'a@b\r\nBcc: c@d', 'a@b,c@d', '<a@b.example>', '"x y"@b.example', '@b.example', `${'x'.repeat(250)}@b.example`])
    expect(await server.call('PATCH', ORG, { key: owner, body: { contacts: [wrong] } }), wrong).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'contacts[0]' }] },
    })
  expect(await server.call('PATCH', ORG, { key: owner, body: { contacts: ['a@b.example', 'A@B.example'] } })).toMatchObject({
    status: 422,
    body: { errors: [{ code: 'repeated' }] },
  })
})

test('the command line suspends, restores, keeps contacts and confirms', async () => {
  const { path } = await issue()
  const id = path.split('/').at(-1) as string
  expect(await server.cli(['orgs', 'update', 'acme-corp', '--add-contact', 'more@acme.example'], { key })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('ops@acme.example, more@acme.example'),
  })
  expect(await server.cli(['orgs', 'update', 'acme-corp', '--remove-contact', 'nobody@acme.example'], { key })).toMatchObject({ code: 2 })
  expect(await server.cli(['orgs', 'suspend', 'acme-corp', '--reason', 'audit', '--yes'], { key })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('suspended'),
  })
  expect((await server.cli(['orgs', 'list', '--status', 'suspended', '--json'], { key })).stdout).toContain('"acme-corp"')
  expect(await server.cli(['orgs', 'restore', 'acme-corp'], { key })).toMatchObject({ code: 0, stdout: expect.stringContaining('active') })
  expect(await server.cli(['keys', 'deactivate', 'acme-corp', id, '--confirm'], { key })).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('this server: refused'),
  })
})
