import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SmtpSink } from '../notices/smtp-sink.ts'
import { firstOperator, joined, Person } from '../people/person.ts'
import { EXPECTATIONS, expectedStatus, type Presenter } from './expectations.ts'
import { FENCED as ALL, type FencedId, type Prepared, PREPARE } from './requests.ts'
import { World } from './world.ts'

const ROLES = ['owner', 'administrator', 'supervisor', 'auditor', 'member'] as const
const FENCED = ALL.filter(({ authority }) => authority.kind !== 'open')

type Somebody = Presenter & { person: Person }

let sink: SmtpSink
let world: World
const presenters: Somebody[] = []
const of = (label: string) => presenters.find((each) => each.label === label) as Somebody

beforeAll(async () => {
  sink = await SmtpSink.start()
  world = await World.make({ KEYWRIGHT_SMTP_URL: sink.url, KEYWRIGHT_MAIL_FROM: 'keys@keywright.example' })
  const operator = await firstOperator(world.server)
  const add = (label: string, person: Person, more: Partial<Presenter>) => presenters.push({ label, secret: undefined, kind: 'person', person, ...more })
  add('an operator', operator, { role: 'operator' })
  for (const role of ROLES) add(`acme's ${role}`, await joined(sink, operator, 'acme', role, `${role}@acme.example`), { role, organization: 'acme' })
  // A stranger to acme with all rights elsewhere.
  add("globex's owner", await joined(sink, operator, 'globex', 'owner', 'owner@globex.example'), { role: 'owner', organization: 'globex' })
  await world.ask(201, 'POST', '/v1/organizations', { slug: 'departed' })
  add('the owner of a removed organization', await joined(sink, operator, 'departed', 'owner', 'owner@departed.example'), {
    role: 'owner',
    organization: 'departed',
  })
  await world.ask(204, 'DELETE', '/v1/organizations/departed')
  const removed = await joined(sink, operator, 'globex', 'owner', 'removed@globex.example')
  const { items } = await world.ask(200, 'GET', '/v1/organizations/globex/members')
  const { id } = items.find((item: { person: { email: string } }) => item.person.email === removed.email)
  await world.ask(200, 'DELETE', `/v1/organizations/globex/members/${id}`)
  presenters.push({ label: 'somebody whose session ended with the last membership', secret: undefined, kind: 'stranger', person: removed })
  presenters.push({ label: 'somebody without a session', secret: undefined, kind: 'stranger', person: new Person(world.server, 'nobody@example.com') })
}, 120_000)
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await sink[Symbol.asyncDispose]()
})

/** Calls that are only ever refused share what they are about. */
const standing = new Map<string, Prepared>()

/** @param succeeding whose call uses up what it is about; null: it is refused. */
async function prepared(id: FencedId, org: string, succeeding: Somebody | null): Promise<Prepared> {
  if (succeeding !== null) return PREPARE[id](world, await target(id, org, true), { sink, person: succeeding.person, signedIn: succeeding.kind === 'person' })
  const known = standing.get(`${id} ${org}`) ?? (await PREPARE[id](world, org))
  standing.set(`${id} ${org}`, known)
  return known
}

/** A success of this would end the organization, or the sessions, that the others need. */
async function target(id: string, org: string, fresh: boolean): Promise<string> {
  if (!['organizations.remove', 'organizations.suspend'].includes(id) || !fresh) return org
  const slug = world.name().replace(' ', '-')
  await world.ask(201, 'POST', '/v1/organizations', { slug })
  return slug
}

describe.each(FENCED.map((operation) => ({ id: operation.id, operation })))('$id', ({ operation }) => {
  test('is answered to the people whom the table names, and refused to all others', async () => {
    const expectation = EXPECTATIONS[operation.id]
    if (!expectation) throw new Error(`write down who may call ${operation.id} in expectations.ts`)
    for (const presenter of presenters) {
      for (const org of expectation.where === 'organization' ? ['acme', 'globex'] : ['acme']) {
        const expected = expectedStatus(expectation, presenter, org)
        const { path, body, as = presenter.person } = await prepared(operation.id as FencedId, org, expected === 'success' ? presenter : null)
        const answered = await as.call(operation.method, path, body)
        const told = `${presenter.label}: ${operation.method} ${path} -> ${JSON.stringify(answered.body)}`
        if (expected === 'proof') {
          expect(answered.status, told).toBe(403)
          expect(['step_up_required', 'second_factor_missing'], told).toContain(answered.body.code)
          continue
        }
        expect(answered.status, told).toBe(expected === 'success' ? operation.success.status : expected)
        if (expected !== 'success') expect(answered.body.code, told).toBe({ 401: 'unauthenticated', 403: 'forbidden', 404: 'not_found' }[expected])
        else if (operation.success.schema !== undefined) {
          const parsed = operation.success.schema.safeParse(answered.body)
          expect(parsed.error?.issues, told).toBeUndefined()
          expect(parsed.data, told).toEqual(answered.body)
        }
      }
    }
  })

  if (operation.method === 'GET') return
  test('is refused with a session alone: without its token, with another one, and from another page', async () => {
    const expectation = EXPECTATIONS[operation.id]
    if (expectation === undefined || expectation.where === 'verifier') return
    const owner = of(expectation.where === 'installation' ? 'an operator' : "acme's owner")
    const { path, body, as = owner.person } = await PREPARE[operation.id as FencedId](world, 'acme', { sink, person: owner.person, signedIn: true })
    const { csrf, cookie } = as
    const own = { cookie, origin: world.server.url, 'keywright-csrf': csrf }
    for (const [what, headers] of Object.entries({
      'no token': { cookie, origin: own.origin },
      "another's token": { ...own, 'keywright-csrf': of("globex's owner").person.csrf },
      'another origin': { ...own, origin: 'https://evil.example' },
    })) {
      const answered = await world.server.call(operation.method, path, { body, headers: headers as Record<string, string> })
      expect([answered.status, answered.body?.code], `${operation.id} with ${what}: ${JSON.stringify(answered.body)}`).toEqual([403, 'csrf_refused'])
    }
  })
})

const UNADDRESSABLE = ['org_00000000000000000000000000', 'kw', 'KW', 'acme-alias', 'ACME', 'departed', 'nowhere', '__proto__', '%6b%77']

test.each(UNADDRESSABLE)('nobody finds an organization under %s, operators neither', async (name) => {
  for (const operation of FENCED.filter(({ authority, method }) => authority.kind === 'organization' && method === 'GET')) {
    const { path } = await prepared(operation.id as FencedId, 'acme', null)
    const elsewhere = path.replace('/organizations/acme', `/organizations/${name}`)
    for (const presenter of presenters.filter((each) => each.kind === 'person')) {
      const answered = await presenter.person.call('GET', elsewhere)
      expect(answered.status, `${presenter.label}: ${elsewhere} -> ${JSON.stringify(answered.body)}`).toBe(404)
    }
  }
})

test('a management key counts for whoever shows it, whatever cookie stands beside it', async () => {
  const { person } = of("acme's owner")
  const member = await world.manager('acme', 'member')
  const both = { authorization: `Bearer ${member.secret}`, cookie: person.cookie, 'keywright-csrf': person.csrf, origin: world.server.url }
  expect((await world.server.call('PATCH', '/v1/organizations/acme', { body: { name: 'x' }, headers: both })).status).toBe(403)
  expect((await world.server.call('GET', '/v1/me/person', { headers: both })).status).toBe(403)
  expect((await world.server.call('GET', '/v1/me', { headers: { ...both, authorization: 'Bearer garbage' } })).status).toBe(401)
  expect((await world.server.call('GET', '/v1/me', { headers: { ...both, authorization: '' } })).status).toBe(401)
})

test('a pasted secret is identified to the people of its organization and to operators, and to no stranger', async () => {
  const { secret } = await world.key('acme')
  for (const [label, found] of [
    ['an operator', true],
    ["acme's auditor", true],
    ["globex's owner", false],
    ['the owner of a removed organization', false],
  ] as const)
    expect((await of(label).person.must(200, 'POST', '/v1/secrets:identify', { secret })).found, label).toBe(found)
  const [own, stranger] = [await of('an operator').person.must(200, 'GET', '/v1/me'), await of("globex's owner").person.must(200, 'GET', '/v1/me')]
  expect([own.role, stranger.role, stranger.actions]).toEqual(['operator', 'person', []])
})

test('the people of a suspended organization see it, and command nothing there', async () => {
  await world.ask(201, 'POST', '/v1/organizations', { slug: 'asleep', name: 'Asleep' })
  const owner = await joined(sink, of('an operator').person, 'asleep', 'owner', 'owner@asleep.example')
  await world.ask(200, 'POST', '/v1/organizations/asleep:suspend', {})
  expect((await owner.must(200, 'GET', '/v1/organizations/asleep')).status).toBe('suspended')
  expect((await owner.must(200, 'GET', '/v1/me/person')).memberships).toMatchObject([{ organization: { slug: 'asleep', status: 'suspended' }, role: 'owner' }])
  const { status, body } = await owner.call('POST', '/v1/organizations/asleep/keys', { type: 'plain', environment: 'live', name: 'x' })
  expect([status, body.code]).toEqual([409, 'organization_suspended'])
})
