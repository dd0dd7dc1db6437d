import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestServer } from '../harness.ts'
import { SmtpSink } from '../notices/smtp-sink.ts'
import { mailTo, tokenIn } from './mail.ts'
import { firstOperator, joined, Person } from './person.ts'

const NOW = '2035-01-01T00:00:00Z'

let sink: SmtpSink
let server: TestServer
let operator: Person
let owner: Person
let key: string

beforeAll(async () => {
  sink = await SmtpSink.start()
  const env = { KEYWRIGHT_SMTP_URL: sink.url, KEYWRIGHT_MAIL_FROM: 'Keys <keys@example.com>', KEYWRIGHT_ORGANIZATION_CREATION: 'people' }
  server = await TestServer.start({ env })
  // The set-up link is of the machine's time.
  operator = await firstOperator(server)
  await server.setClock(NOW)
  await operator.signIn()
  key = await server.bootstrap()
  await server.must(200, 'POST', '/v1/config:apply', { key, body: { version: 1, keyTypes: [{ slug: 'plain', prefix: 'pln', naming: { mode: 'optional' } }] } })
  await operator.must(201, 'POST', '/v1/organizations', { slug: 'harbour', name: 'Harbour' })
  owner = await joined(sink, operator, 'harbour', 'owner', 'ann@harbour.example')
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await sink[Symbol.asyncDispose]()
})

const MEMBERS = '/v1/organizations/harbour/members'
const INVITATIONS = '/v1/organizations/harbour/invitations'
const memberNamed = async (email: string, organization = 'harbour') => {
  const { items } = await operator.must(200, 'GET', `/v1/organizations/${organization}/members?limit=100`)
  return items.find((item: { person: { email: string } }) => item.person.email === email)
}
const tokenFor = async (email: string, role = 'member', count = 1) => {
  await owner.must(201, 'POST', INVITATIONS, { email, role })
  return tokenIn(await mailTo(sink, email, count))
}

test('whoever creates an organization becomes its owner, and invites by e-mail', async () => {
  const founder = await joined(sink, operator, 'harbour', 'member', 'founder@example.com')
  const made = await founder.must(201, 'POST', '/v1/organizations', { slug: 'pier', name: 'Pier' })
  expect(made).toMatchObject({ slug: 'pier', aliases: [], contacts: [] })
  const { memberships } = await founder.must(200, 'GET', '/v1/me/person')
  expect(memberships.map((each: { organization: { slug: string }; role: string }) => [each.organization.slug, each.role])).toEqual([
    ['harbour', 'member'],
    ['pier', 'owner'],
  ])
  await founder.must(201, 'POST', '/v1/organizations/pier/invitations', { email: 'second@example.com', role: 'administrator' })
  expect((await founder.call('POST', '/v1/organizations', { slug: 'quay', aliases: ['harbour-eu'] })).body).toMatchObject({ status: 422 })
  expect((await founder.call('POST', '/v1/organizations', { slug: 'harbour' })).body).toMatchObject({ status: 409, code: 'slug_taken' })
})

test('an invitation is accepted by the button of the mail, from the list, or by registering through it', async () => {
  const registered = await joined(sink, owner, 'harbour', 'supervisor', 'registered@example.com')
  expect((await registered.must(200, 'GET', '/v1/me/person')).memberships).toMatchObject([{ role: 'supervisor', organization: { slug: 'harbour' } }])

  await operator.must(201, 'POST', '/v1/organizations', { slug: 'dock', name: 'Dock' })
  for (const place of ['button', 'list']) {
    const person = await joined(sink, operator, 'dock', 'member', `${place}@example.com`)
    expect((await person.call('GET', '/v1/organizations/harbour')).status).toBe(404)
    const token = await tokenFor(person.email, 'auditor', 2)
    const looked = await server.must(200, 'POST', '/v1/invitations:look-up', { body: { token }, headers: { origin: server.url } })
    expect(looked).toMatchObject({ organization: { slug: 'harbour', name: 'Harbour' }, role: 'auditor', registered: true, invitedBy: 'ann' })
    const { items } = await person.must(200, 'GET', '/v1/me/invitations')
    expect(items).toMatchObject([{ organization: { slug: 'harbour' }, role: 'auditor' }])
    if (place === 'button') await person.must(200, 'POST', '/v1/invitations:accept', { token })
    else await person.must(200, 'POST', `/v1/me/invitations/${items[0].id}:accept`, {})
    expect((await person.call('GET', '/v1/organizations/harbour')).status).toBe(200)
    expect((await person.must(200, 'GET', '/v1/me/invitations')).items).toEqual([])
  }
})

test('used, withdrawn, replaced, expired and strange links are refused, each for accepting, registering and looking up', async () => {
  const dead: string[] = []
  dead.push(await tokenFor('used@example.com'))
  const used = await new Person(server, 'used@example.com').register(dead[0] as string)
  dead.push(await tokenFor('withdrawn@example.com'))
  const { items } = await owner.must(200, 'GET', `${INVITATIONS}?status=pending`)
  await owner.must(200, 'DELETE', `${INVITATIONS}/${items[0].id}`)
  dead.push(await tokenFor('replaced@example.com'))
  await tokenFor('replaced@example.com', 'member', 2)
  dead.push(await tokenFor('expired@example.com'))
  dead.push('x'.repeat(43))
  await server.setClock('2035-01-08T00:00:00Z')
  const again = await new Person(server, used.email).signIn()
  for (const token of dead) {
    expect((await again.call('POST', '/v1/invitations:accept', { token })).body, token).toMatchObject({ status: 409, code: 'link_unusable' })
    const stranger = new Person(server, 'stranger@example.com')
    const registering = await stranger.call('POST', '/v1/sign-in:register', { token, name: 'X', password: 'a long enough password' })
    expect(registering.body).toMatchObject({ status: 409, code: 'link_unusable' })
    expect((await stranger.call('POST', '/v1/invitations:look-up', { token })).body).toMatchObject({ status: 409, code: 'link_unusable' })
  }
  await server.setClock(NOW)
  // Nobody used them for a week.
  for (const person of [operator, owner]) await person.signIn()
})

test("another's invitation is refused with its link, and does not exist in the list", async () => {
  const token = await tokenFor('meant@example.com', 'administrator')
  const thief = await joined(sink, owner, 'harbour', 'member', 'thief@example.com')
  expect((await thief.call('POST', '/v1/invitations:accept', { token })).body).toMatchObject({ status: 403, code: 'wrong_address' })
  const { items } = await owner.must(200, 'GET', `${INVITATIONS}?status=pending`)
  const { id } = items.find((item: { email: string }) => item.email === 'meant@example.com')
  for (const verb of ['accept', 'decline']) expect((await thief.call('POST', `/v1/me/invitations/${id}:${verb}`, {})).status).toBe(404)
  expect((await memberNamed('thief@example.com')).role).toBe('member')
})

test('two acceptances of one link at once make one member', async () => {
  await operator.must(201, 'POST', '/v1/organizations', { slug: 'lock' })
  const person = await joined(sink, operator, 'lock', 'member', 'twice@example.com')
  const token = await tokenFor('twice@example.com', 'member', 2)
  const answers = await Promise.all([1, 2, 3].map(() => person.call('POST', '/v1/invitations:accept', { token })))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409])
})

test('a role that is changed in another window holds at the next click', async () => {
  const admin = await joined(sink, owner, 'harbour', 'administrator', 'admin@example.com')
  await admin.must(201, 'POST', INVITATIONS, { email: 'before@example.com', role: 'member' })
  const { id } = await memberNamed('admin@example.com')
  await owner.must(200, 'PATCH', `${MEMBERS}/${id}`, { role: 'auditor' })
  expect((await admin.call('POST', INVITATIONS, { email: 'after@example.com', role: 'member' })).body).toMatchObject({ status: 403, code: 'forbidden' })
  expect((await admin.call('PATCH', `${MEMBERS}/${id}`, { role: 'administrator' })).status).toBe(403)
})

test('a member who is removed has no access at the next click, in any window, and is signed out when it was the last organization', async () => {
  const gone = await joined(sink, owner, 'harbour', 'administrator', 'gone@example.com')
  const secondWindow = await new Person(server, gone.email).signIn()
  const made = await gone.must(201, 'POST', '/v1/organizations/harbour/keys', { type: 'plain', environment: 'live', name: 'Made by gone' })
  const { id } = await memberNamed(gone.email)
  const removed = await owner.must(200, 'DELETE', `${MEMBERS}/${id}`)
  expect(removed.keysForReview).toMatchObject([{ id: made.key.id, name: 'Made by gone', status: 'active' }])
  for (const window of [gone, secondWindow]) {
    expect((await window.call('GET', '/v1/organizations/harbour')).status).toBe(401)
    expect((await window.call('GET', '/v1/me/person')).status).toBe(401)
  }
  const elsewhere = await joined(sink, operator, 'dock', 'member', 'elsewhere@example.com')
  await elsewhere.must(200, 'POST', '/v1/invitations:accept', { token: await tokenFor(elsewhere.email, 'member', 2) })
  await owner.must(200, 'DELETE', `${MEMBERS}/${(await memberNamed(elsewhere.email)).id}`)
  expect((await elsewhere.call('GET', '/v1/organizations/harbour')).status).toBe(404)
  expect((await elsewhere.call('GET', '/v1/organizations/dock')).status).toBe(200)
})

test('a supervisor manages people, not keys; an auditor and a member manage neither', async () => {
  const supervisor = await joined(sink, owner, 'harbour', 'supervisor', 'super@example.com')
  await supervisor.must(201, 'POST', INVITATIONS, { email: 'by-super@example.com', role: 'member' })
  expect((await supervisor.call('POST', INVITATIONS, { email: 'up@example.com', role: 'administrator' })).status).toBe(403)
  expect((await supervisor.call('POST', '/v1/organizations/harbour/keys', { type: 'plain', environment: 'live' })).status).toBe(403)
  expect((await supervisor.call('DELETE', `${MEMBERS}/${(await memberNamed(owner.email)).id}`)).status).toBe(403)
  for (const role of ['auditor', 'member']) {
    const person = await joined(sink, owner, 'harbour', role, `plain-${role}@example.com`)
    await person.must(200, 'GET', MEMBERS)
    expect((await person.call('GET', INVITATIONS)).status).toBe(403)
    expect((await person.call('POST', INVITATIONS, { email: 'x@example.com', role: 'member' })).status).toBe(403)
    const { id } = await memberNamed(person.email)
    expect((await person.call('PATCH', `${MEMBERS}/${id}`, { role: 'owner' })).status).toBe(403)
    expect((await person.call('DELETE', `${MEMBERS}/${(await memberNamed(supervisor.email)).id}`)).status).toBe(403)
    // Everybody may leave.
    await person.must(200, 'DELETE', `${MEMBERS}/${id}`)
  }
})

test('the last two owners who demote each other at once: one stays', async () => {
  await operator.must(201, 'POST', '/v1/organizations', { slug: 'twin' })
  const [left, right] = [await joined(sink, operator, 'twin', 'owner', 'left@example.com'), await joined(sink, operator, 'twin', 'owner', 'right@example.com')]
  const [leftId, rightId] = [(await memberNamed(left.email, 'twin')).id, (await memberNamed(right.email, 'twin')).id]
  const path = '/v1/organizations/twin/members'
  const answers = await Promise.all([
    left.call('PATCH', `${path}/${rightId}`, { role: 'member' }),
    right.call('PATCH', `${path}/${leftId}`, { role: 'member' }),
  ])
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  const { items } = await operator.must(200, 'GET', path)
  expect(items.filter((item: { role: string }) => item.role === 'owner')).toHaveLength(1)
  const [last, lastId] = items.find((item: { role: string }) => item.role === 'owner').id === leftId ? [left, leftId] : [right, rightId]
  expect((await last.call('DELETE', `${path}/${lastId}`)).body).toMatchObject({ status: 409, code: 'last_owner' })
  await operator.must(200, 'DELETE', `${path}/${lastId}`)
})

test('a management key ends with the role of the person who issued it', async () => {
  const issuer = await joined(sink, owner, 'harbour', 'administrator', 'issuer@example.com')
  const issued = await issuer.must(201, 'POST', '/v1/organizations/harbour/management-keys', { name: 'Automation', role: 'administrator' })
  const ask = (method: string, path: string, body?: unknown) => server.call(method, path, { key: issued.secret, body })
  expect((await ask('POST', INVITATIONS, { email: 'by-key@example.com', role: 'member' })).status).toBe(201)
  const { id } = await memberNamed(issuer.email)
  await owner.must(200, 'PATCH', `${MEMBERS}/${id}`, { role: 'auditor' })
  expect((await ask('GET', '/v1/me')).body).toMatchObject({ role: 'auditor' })
  expect((await ask('POST', INVITATIONS, { email: 'by-key-2@example.com', role: 'member' })).status).toBe(403)
  await owner.must(200, 'DELETE', `${MEMBERS}/${id}`)
  const refused = await ask('GET', MEMBERS)
  expect(refused.body).toMatchObject({ status: 403, code: 'forbidden', detail: expect.stringMatching(/acts in the right of the person who issued it/) })
})

test('operators are invited, work everywhere, and the last one stays', async () => {
  await operator.must(201, 'POST', '/v1/operator-invitations', { email: 'second-op@example.com' })
  const second = await new Person(server, 'second-op@example.com').register(tokenIn(await mailTo(sink, 'second-op@example.com')))
  expect(await second.must(200, 'GET', '/v1/me/person')).toMatchObject({ operator: true })
  await second.must(200, 'GET', '/v1/organizations/harbour/members')
  const { items } = await second.must(200, 'GET', '/v1/operators')
  const idOf = (email: string) => items.find((item: { person: { email: string } }) => item.person.email === email).id
  await operator.must(200, 'DELETE', `/v1/operators/${idOf('second-op@example.com')}`)
  expect((await second.call('GET', '/v1/operators')).status).toBe(401)
  expect((await operator.call('DELETE', `/v1/operators/${idOf(operator.email)}`)).body).toMatchObject({ status: 409, code: 'last_owner' })
  const { items: events } = await operator.must(200, 'GET', '/v1/audit-events?action=operator')
  expect(events.map((event: { action: string }) => event.action)).toEqual(['operator.removed', 'operator.joined', 'operator.invited'])
})
