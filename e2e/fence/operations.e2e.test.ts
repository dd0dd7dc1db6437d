import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pause } from '../harness.ts'
import { EXPECTATIONS, expectedStatus, type Presenter } from './expectations.ts'
import { FENCED as ALL, type FencedId, type Prepared, PREPARE } from './requests.ts'
import { forgedSecret, NOW, World } from './world.ts'

const ROLES = ['owner', 'administrator', 'supervisor', 'auditor', 'member']
const CAPABILITIES = ['credentials:manage', 'keys:reveal']
/** What anybody may call has no fence. */
const FENCED = ALL.filter(({ authority }) => authority.kind !== 'open')
const RESERVED = 'org_00000000000000000000000000'

let world: World
const presenters: Presenter[] = []
/** Calls that are only ever refused share what they are about. */
const standing = new Map<string, Prepared>()

beforeAll(async () => {
  // Nobody answers there: what matters here is who may ask for a message to be sent again.
  world = await World.make({ KEYWRIGHT_SMTP_URL: 'smtp://127.0.0.1:9', KEYWRIGHT_MAIL_FROM: 'keys@keywright.example' })
  const strangers: [string, string | undefined][] = [
    ['nobody', undefined],
    ['somebody with garbage', 'garbage'],
    ['somebody with a well-formed management key that nobody issued', forgedSecret('kw_mgmt', 'forged')],
    ['a customer with an API key', (await world.key('acme')).secret],
    ['a customer with a retrievable API key', (await world.key('acme', 'vault')).secret],
  ]
  for (const [what, make] of [
    ['operator', () => world.operatorKey(CAPABILITIES)],
    ['owner', () => world.manager('acme', 'owner', CAPABILITIES)],
  ] as const) {
    const removed = await make()
    await world.ask(200, 'DELETE', `${what === 'operator' ? '/v1/management-keys' : '/v1/organizations/acme/management-keys'}/${removed.id}`)
    strangers.push([`a removed ${what}`, removed.secret])
  }
  strangers.push(['an expired operator', (await world.operatorKey(CAPABILITIES, { expiresAt: '2026-06-01T12:00:01Z' })).secret])
  strangers.push(['an expired owner', (await world.manager('acme', 'owner', CAPABILITIES, { expiresAt: '2026-06-01T12:00:01Z' })).secret])
  strangers.push(['an operator from another address', (await world.operatorKey(CAPABILITIES, { addresses: [{ cidr: '203.0.113.0/24' }] })).secret])
  strangers.push(['an owner from another address', (await world.manager('acme', 'owner', CAPABILITIES, { addresses: [{ cidr: '2001:db8::/32' }] })).secret])
  for (const slug of ['sleeping', 'departed']) await world.ask(201, 'POST', '/v1/organizations', { slug })
  strangers.push(['the owner of a suspended organization', (await world.manager('sleeping', 'owner', CAPABILITIES)).secret])
  strangers.push(['the owner of a removed organization', (await world.manager('departed', 'owner', CAPABILITIES)).secret])
  await world.ask(200, 'PATCH', '/v1/organizations/sleeping', { status: 'suspended' })
  await world.ask(204, 'DELETE', '/v1/organizations/departed')
  world.now = NOW.replace('12:00:00', '12:00:02')
  await world.server.setClock(world.now)

  presenters.push(...strangers.map(([label, secret]): Presenter => ({ label, secret, kind: 'stranger' })))
  presenters.push(
    { label: 'a verifier', secret: (await world.verifier()).secret, kind: 'verifier' },
    { label: 'a verifier bound to one API', secret: (await world.verifier(['orders'])).secret, kind: 'verifier' },
  )
  for (const capabilities of [[], ...CAPABILITIES.map((each) => [each]), CAPABILITIES]) {
    const having = capabilities.length === 0 ? '' : ` with ${capabilities.join(' and ')}`
    for (const role of ROLES)
      presenters.push({
        label: `acme's ${role}${having}`,
        secret: (await world.manager('acme', role, capabilities)).secret,
        kind: 'manager',
        role,
        organization: 'acme',
        capabilities,
      })
    presenters.push({ label: `an operator${having}`, secret: (await world.operatorKey(capabilities)).secret, kind: 'manager', role: 'operator', capabilities })
  }
})
afterAll(async () => world[Symbol.asyncDispose]())

async function prepared(id: FencedId, org: string, fresh: boolean): Promise<Prepared> {
  if (fresh) return PREPARE[id](world, org)
  const name = `${id} ${org}`
  const known = standing.get(name) ?? (await PREPARE[id](world, org))
  standing.set(name, known)
  return known
}

/** A success of this would end the organization that the others need. */
async function target(id: string, org: string, fresh: boolean): Promise<string> {
  if (!['organizations.remove', 'organizations.suspend'].includes(id) || !fresh) return org
  const slug = world.name().replace(' ', '-')
  await world.ask(201, 'POST', '/v1/organizations', { slug })
  return slug
}

test('every operation has an expectation and a call, and there are none for operations that do not exist', () => {
  const ids = ALL.map(({ id }) => id).toSorted()
  expect(Object.keys(EXPECTATIONS).toSorted()).toEqual(ids)
  expect(Object.keys(PREPARE).toSorted()).toEqual(ids)
})

describe.each(FENCED.map((operation) => ({ id: operation.id, operation })))('$id', ({ operation }) => {
  test('is answered to whom the table names, refused to everybody else, and shows no secret', async () => {
    const expectation = EXPECTATIONS[operation.id]
    if (!expectation) throw new Error(`write down who may call ${operation.id} in expectations.ts`)
    let tried = 0
    for (const presenter of presenters) {
      for (const org of expectation.where === 'organization' ? ['acme', 'globex'] : ['acme']) {
        const expected = expectedStatus(expectation, presenter, org) as Exclude<ReturnType<typeof expectedStatus>, 'proof'>
        const { path, body } = await prepared(operation.id as FencedId, await target(operation.id, org, expected === 'success'), expected === 'success')
        const answered = await world.server.call(operation.method, path, { key: presenter.secret, body })
        const told = `${presenter.label}: ${operation.method} ${path} -> ${JSON.stringify(answered.body)}`
        expect(answered.status, told).toBe(expected === 'success' ? operation.success.status : expected)
        expect(answered.headers.get('cache-control'), told).toBe('no-store')
        expect(answered.headers.get('x-request-id'), told).toMatch(/^req_/)
        if (expected === 'success') checkSuccess(answered.body, told)
        else checkRefusal(answered, expected, told)
        for (const secret of world.secrets) expect(withoutAnsweredSecret(answered.body), told).not.toContain(secret)
        if (typeof answered.body?.secret === 'string') world.secrets.push(answered.body.secret)
        tried++
      }
    }
    expect(tried).toBeGreaterThanOrEqual(presenters.length)
  })

  function checkSuccess(body: unknown, told: string): void {
    const { schema } = operation.success
    if (schema === undefined) return
    const parsed = schema.safeParse(body)
    expect(parsed.error?.issues, told).toBeUndefined()
    // The schema drops what it does not know: an answer that says more than the contract differs.
    expect(parsed.data, told).toEqual(body)
    expect(typeof (body as { secret?: unknown }).secret === 'string', told).toBe(operation.answersSecret === true)
  }

  function checkRefusal(answered: { status: number; headers: Headers; body: { code?: string } }, expected: 401 | 403 | 404, told: string): void {
    expect(answered.headers.get('content-type'), told).toMatch(/^application\/problem\+json/)
    expect(answered.body.code, told).toBe({ 401: 'unauthenticated', 403: 'forbidden', 404: 'not_found' }[expected])
    expect(answered.headers.get('www-authenticate'), told).toBe(expected === 401 ? 'Bearer realm="keywright"' : null)
  }

  function withoutAnsweredSecret(body: unknown): string {
    if (operation.answersSecret && typeof body === 'object' && body !== null && 'secret' in body) return JSON.stringify({ ...body, secret: undefined })
    return typeof body === 'string' ? body : JSON.stringify(body)
  }
})

const ORGANIZATION_OPERATIONS = FENCED.filter((operation) => operation.authority.kind === 'organization')
const UNADDRESSABLE = [
  RESERVED,
  'kw',
  'KW',
  'acme-alias',
  'ACME',
  'departed',
  'nowhere',
  '__proto__',
  'constructor',
  '%6b%77',
  'org_00000000000000000000000001',
]

test.each(UNADDRESSABLE)('no operation finds an organization under %s', async (name) => {
  const insiders = presenters.filter((each) => each.kind === 'manager' && each.capabilities?.length === 2)
  for (const operation of ORGANIZATION_OPERATIONS) {
    const { path, body } = await prepared(operation.id as FencedId, 'acme', false)
    const elsewhere = path.replace('/organizations/acme', `/organizations/${name}`)
    for (const presenter of insiders) {
      const answered = await world.server.call(operation.method, elsewhere, { key: presenter.secret, body })
      expect(answered.status, `${presenter.label}: ${operation.method} ${elsewhere} -> ${JSON.stringify(answered.body)}`).toBe(404)
      expect(answered.body.detail).toBe('There is no such organization.')
    }
  }
})

test('a key of one organization is not found under another, whoever asks', async () => {
  const foreign = await world.key('globex')
  for (const operation of ORGANIZATION_OPERATIONS.filter(({ path }) => path.includes('{key}'))) {
    const { path, body } = await prepared(operation.id as FencedId, 'acme', false)
    const crossed = path.replace(/key_[0-9a-z]{26}/, foreign.id)
    for (const presenter of presenters.filter((each) => (each.role === 'operator' || each.role === 'owner') && each.capabilities?.length === 2)) {
      const answered = await world.server.call(operation.method, crossed, { key: presenter.secret, body })
      expect(answered.status, `${presenter.label}: ${operation.method} ${crossed} -> ${JSON.stringify(answered.body)}`).toBe(404)
    }
  }
  await world.ask(200, 'GET', `/v1/organizations/globex/keys/${foreign.id}`)
})

test('an attempt on a foreign organization is written down with the one who tried, not with the one who was tried', async () => {
  const intruder = presenters.find((each) => each.role === 'member') as Presenter
  const before = (await world.ask(200, 'GET', '/v1/organizations/globex/audit-events')).items.length
  await world.server.must(404, 'DELETE', '/v1/organizations/globex', { key: intruder.secret })
  await pause(10)
  expect((await world.ask(200, 'GET', '/v1/organizations/globex/audit-events')).items).toHaveLength(before)
  const [noted] = (await world.ask(200, 'GET', '/v1/organizations/acme/audit-events')).items
  expect(noted).toMatchObject({ action: 'command.refused', detail: { operation: 'organizations.remove', code: 'not_found' } })
})
