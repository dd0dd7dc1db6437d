import { afterAll, beforeAll, expect, test } from 'vitest'
import { World } from './world.ts'

const CAPABILITIES = ['credentials:manage', 'keys:reveal']
const ROLES = ['owner', 'administrator', 'supervisor', 'auditor', 'member'] as const
const KEYS = '/v1/organizations/acme/management-keys'

let world: World

beforeAll(async () => {
  world = await World.make()
})
afterAll(async () => world[Symbol.asyncDispose]())

/** Which roles each role may hand out and take away, written out by hand. */
const GIVES: Record<string, readonly string[]> = {
  owner: ['owner', 'administrator', 'supervisor', 'auditor', 'member'],
  administrator: ['administrator', 'supervisor', 'auditor', 'member'],
  supervisor: [],
  auditor: [],
  member: [],
}

test.each(ROLES)('a management key of the role %s hands out and takes away only the roles below it, and its own', async (role) => {
  const { secret } = await world.manager('acme', role, CAPABILITIES)
  for (const given of ROLES) {
    const may = GIVES[role]?.includes(given)
    const issued = await world.server.call('POST', KEYS, { key: secret, body: { name: world.name(), role: given } })
    expect(issued.status, `${role} gives ${given}: ${JSON.stringify(issued.body)}`).toBe(may ? 201 : 403)
    const victim = await world.manager('acme', given)
    const removed = await world.server.call('DELETE', `${KEYS}/${victim.id}`, { key: secret })
    expect(removed.status, `${role} removes ${given}: ${JSON.stringify(removed.body)}`).toBe(may ? 200 : 403)
    expect((await world.server.call('GET', '/v1/me', { key: victim.secret })).status).toBe(may ? 401 : 200)
  }
})

test.each(['operator', 'kw-management', 'Owner', '', null, ['owner']])('the role %j cannot be given in an organization', async (role) => {
  const refused = await world.server.call('POST', KEYS, { key: world.operator, body: { name: world.name(), role } })
  expect(refused.status).toBe(422)
  expect(refused.body.errors[0].path).toMatch(/^role/)
})

test('nobody gives a capability that he lacks, in an organization or as an operator', async () => {
  for (const held of CAPABILITIES) {
    const administrator = await world.manager('acme', 'administrator', [...new Set(['credentials:manage', held])])
    const operator = await world.operatorKey([...new Set(['credentials:manage', held])])
    for (const wanted of CAPABILITIES) {
      const may = wanted === held || wanted === 'credentials:manage'
      for (const [key, path, body] of [
        [administrator, KEYS, { role: 'member' }],
        [operator, KEYS, { role: 'member' }],
        [operator, '/v1/management-keys', {}],
      ] as const) {
        const answered = await world.server.call('POST', path, { key: key.secret, body: { name: world.name(), capabilities: [wanted], ...body } })
        expect(answered.status, `${held} gives ${wanted} at ${path}: ${JSON.stringify(answered.body)}`).toBe(may ? 201 : 403)
      }
    }
  }
})

test('a key that was refused is not there: neither the key nor its name was taken', async () => {
  const { secret } = await world.manager('acme', 'administrator', CAPABILITIES)
  const name = world.name()
  await world.server.must(403, 'POST', KEYS, { key: secret, body: { name, role: 'owner' } })
  const { items } = await world.ask(200, 'GET', `${KEYS}?limit=100`)
  expect(items.map((each: { name: string }) => each.name)).not.toContain(name)
  await world.server.must(201, 'POST', KEYS, { key: secret, body: { name, role: 'administrator' } })
})

test('an administrator changes the name of the organization and nothing that it has bought', async () => {
  const { secret } = await world.manager('acme', 'administrator', CAPABILITIES)
  const before = await world.ask(200, 'GET', '/v1/organizations/acme')
  for (const change of [
    { status: 'suspended' },
    { slug: 'other' },
    { aliases: ['other'] },
    { entitlements: [] },
    { environments: ['live'] },
    { name: 'Fine', entitlements: ['plus'] },
  ]) {
    await world.server.must(403, 'PATCH', '/v1/organizations/acme', { key: secret, body: change })
  }
  expect(await world.ask(200, 'GET', '/v1/organizations/acme')).toEqual(before)
})

test('an organization that a body names is never believed', async () => {
  const { secret } = await world.manager('acme', 'owner', CAPABILITIES)
  const { id } = await world.ask(200, 'GET', '/v1/organizations/globex')
  for (const field of ['organization', 'organizationId', 'org']) {
    for (const path of [KEYS, '/v1/organizations/acme/keys']) {
      const refused = await world.server.call('POST', path, { key: secret, body: { name: 'x', role: 'member', type: 'plain', [field]: id } })
      expect(refused.status).toBe(422)
      expect(refused.body.errors.map((error: { path: string }) => error.path)).toContain(field)
    }
  }
})

test("Keywright's own keys are not found among an organization's keys, whatever is asked of them", async () => {
  const own = await world.manager('acme', 'member')
  const { secret } = await world.manager('acme', 'owner', CAPABILITIES)
  const path = `/v1/organizations/acme/keys/${own.id}`
  for (const [method, suffix, body] of [
    ['GET', ''],
    ['PATCH', '', { name: 'x' }],
    ['DELETE', ''],
    ['POST', ':deactivate'],
    ['POST', ':activate'],
    ['POST', ':replace', { expectedVersion: 1 }],
    ['POST', ':reveal'],
    ['POST', ':finish-overlap'],
    ['POST', ':check-address', { address: '192.0.2.1' }],
    ['GET', '/usage'],
    ['GET', '/events'],
  ] as const) {
    for (const key of [secret, world.operator]) await world.server.must(404, method, `${path}${suffix}`, { key, body })
  }
  const { items } = await world.server.must(200, 'GET', '/v1/organizations/acme/keys?limit=100', { key: secret })
  expect(items.filter((each: { type: string }) => each.type.startsWith('kw'))).toEqual([])
  expect((await world.server.call('GET', '/v1/me', { key: own.secret })).status).toBe(200)
})

test("Keywright's own key types and APIs cannot be issued, redefined, restricted or removed", async () => {
  for (const slug of ['kw-management', 'kw-verifier', 'kw', 'kw-new']) {
    expect(
      (await world.server.call('POST', '/v1/organizations/acme/keys', { key: world.operator, body: { type: slug, name: 'x', environment: 'live' } })).status,
    ).toBe(422)
    expect((await world.server.call('PUT', `/v1/key-types/${slug}`, { key: world.operator, body: { slug, prefix: 'abc' } })).status).toBe(422)
    expect((await world.server.call('PUT', `/v1/apis/${slug}`, { key: world.operator, body: { slug, accepts: ['plain'] } })).status).toBe(422)
    expect(
      (await world.server.call('PUT', '/v1/organizations/acme/address-lists/' + slug, { key: world.operator, body: { addresses: [{ cidr: '203.0.113.1' }] } }))
        .status,
    ).toBe(404)
    for (const path of [`/v1/key-types/${slug}`, `/v1/apis/${slug}`])
      for (const method of ['GET', 'DELETE']) await world.server.must(404, method, path, { key: world.operator })
  }
  for (const accepts of ['kw-management', 'kw-verifier'])
    expect((await world.server.call('PUT', '/v1/apis/trap', { key: world.operator, body: { slug: 'trap', accepts: [accepts] } })).status).toBe(422)
  for (const prefix of ['kw', 'kw_mgmt', 'kw_verify', 'kw_x'])
    expect((await world.server.call('PUT', '/v1/key-types/trap', { key: world.operator, body: { slug: 'trap', prefix } })).status).toBe(422)
  for (const slug of ['kw', 'kw-x', 'org_00000000000000000000000000'])
    expect((await world.server.call('POST', '/v1/organizations', { key: world.operator, body: { slug } })).status).toBe(422)
})

test('no organization takes the name of another, as slug or alias, in any case that a companion folds', async () => {
  for (const body of [{ slug: 'acme' }, { slug: 'acme-alias' }, { slug: 'new-one', aliases: ['acme'] }, { slug: 'new-one', aliases: ['globex-alias'] }]) {
    expect((await world.server.call('POST', '/v1/organizations', { key: world.operator, body })).status).toBe(409)
  }
  for (const alias of ['kw', 'org_00000000000000000000000000']) {
    const refused = await world.server.call('POST', '/v1/organizations', { key: world.operator, body: { slug: `taker-${alias.length}`, aliases: [alias] } })
    expect([409, 422], `alias ${alias}: ${JSON.stringify(refused.body)}`).toContain(refused.status)
  }
})

test('whose key a secret is, is told to operators and to its own organization', async () => {
  const theirs = await world.key('globex')
  const ours = await world.key('acme')
  const { secret: owner } = await world.manager('acme', 'owner', CAPABILITIES)
  const ask = async (key: string, secret: string) =>
    (await world.server.must(200, 'POST', '/v1/secrets:identify', { key, body: { secret } })) as { found: boolean; key: unknown }
  expect(await ask(owner, ours.secret)).toMatchObject({ found: true, key: { id: ours.id } })
  expect(await ask(world.operator, theirs.secret)).toMatchObject({ found: true, key: { id: theirs.id } })
  expect(await ask(owner, theirs.secret)).toMatchObject({ found: false, form: 'ok', key: null })
  expect(await ask(owner, world.operator)).toMatchObject({ found: false, form: 'ok', key: null })
  expect(await ask(owner, (await world.verifier()).secret)).toMatchObject({ found: false, form: 'ok', key: null })
})
