import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestServer } from '../harness.ts'
import { SmtpSink } from '../notices/smtp-sink.ts'
import { mailTo, partsOf, tokenIn } from './mail.ts'

const NOW = '2035-01-01T00:00:00Z'

let sink: SmtpSink
let server: TestServer
let key: string

beforeAll(async () => {
  sink = await SmtpSink.start()
  server = await TestServer.start({ env: { KEYWRIGHT_SMTP_URL: sink.url, KEYWRIGHT_MAIL_FROM: 'Keys <keys@example.com>', KEYWRIGHT_INVITATION_DAYS: '3' } })
  key = await server.bootstrap()
  await server.setClock(NOW)
  for (const slug of ['acme', 'globex']) await server.must(201, 'POST', '/v1/organizations', { key, body: { slug, name: slug.toUpperCase() } })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await sink[Symbol.asyncDispose]()
})

const INVITATIONS = '/v1/organizations/acme/invitations'
const invite = (email: string, role = 'member', options: { key?: string; status?: number } = {}) =>
  server.must(options.status ?? 201, 'POST', INVITATIONS, { key: options.key ?? key, body: { email, role } })

test('an invitation goes out by mail with one button, and the link stands nowhere else', async () => {
  const invitation = await invite('Cleo@Example.com', 'administrator')
  expect(invitation).toMatchObject({
    email: 'cleo@example.com',
    role: 'administrator',
    status: 'pending',
    expiresAt: '2035-01-04T00:00:00.000Z',
    invitedBy: { kind: 'management-key' },
  })
  const mail = await mailTo(sink, 'cleo@example.com')
  const { text, html } = partsOf(mail)
  const token = tokenIn(mail)
  expect(mail.headers.get('subject')).toBe('Invitation to ACME')
  expect(text).toContain(`${server.url}/invitation#${token}`)
  expect([...html.matchAll(/href="([^"]*)"/g)].map((match) => match[1])).toEqual([`${server.url}/invitation#${token}`])
  // The mail is there a moment before it is noted that it was taken.
  await expect.poll(async () => (await server.must(200, 'GET', INVITATIONS, { key })).items[0]).toMatchObject({ id: invitation.id, delivery: 'sent' })
  const message = (await server.must(200, 'GET', '/v1/outbox', { key })).items.find((each: { subject: string }) => each.subject === 'Invitation to ACME')
  const seen = [
    await server.must(200, 'GET', `/v1/outbox/${message.id}`, { key }),
    await server.must(200, 'GET', INVITATIONS, { key }),
    await server.must(200, 'GET', '/v1/audit-events', { key }),
    server.output,
    readFileSync(server.databaseFile).toString('latin1'),
    readFileSync(`${server.databaseFile}-wal`).toString('latin1'),
  ]
  for (const place of seen) expect(JSON.stringify(place)).not.toContain(token)
})

test('the link leads where the installation is, whatever host a request names', async () => {
  const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example', 'x-original-host': 'evil.example' }
  await server.must(201, 'POST', INVITATIONS, { key, body: { email: 'hosted@example.com', role: 'member' }, headers })
  const { text, html } = partsOf(await mailTo(sink, 'hosted@example.com'))
  expect(text + html).not.toContain('evil')
  expect(text).toContain(`${server.url}/invitation#`)
})

test('the address is a personal field of the audit event, apart from the chain', async () => {
  const { id } = await invite('dora@example.com')
  await server.must(200, 'POST', `${INVITATIONS}/${id}:resend`, { key })
  await server.must(200, 'DELETE', `${INVITATIONS}/${id}`, { key })
  const { items } = await server.must(200, 'GET', `/v1/organizations/acme/audit-events?subject=${id}`, { key })
  expect(items.map((event: { action: string }) => event.action)).toEqual(['invitation.withdrawn', 'invitation.resent', 'member.invited'])
  for (const event of items) {
    expect(event.personal.email).toBe('dora@example.com')
    expect(JSON.stringify(event.detail)).not.toContain('dora')
  }
})

test('sending again makes a new link with a new term; what was withdrawn is invited anew', async () => {
  const { id } = await invite('eve@example.com')
  const first = tokenIn(await mailTo(sink, 'eve@example.com'))
  await server.setClock('2035-01-02T00:00:00Z')
  const again = await server.must(200, 'POST', `${INVITATIONS}/${id}:resend`, { key })
  expect(again).toMatchObject({ id, expiresAt: '2035-01-05T00:00:00.000Z' })
  expect(tokenIn(await mailTo(sink, 'eve@example.com', 2))).not.toBe(first)
  expect(await server.must(200, 'DELETE', `${INVITATIONS}/${id}`, { key })).toMatchObject({ status: 'withdrawn' })
  expect(await server.must(200, 'DELETE', `${INVITATIONS}/${id}`, { key })).toMatchObject({ status: 'withdrawn' })
  expect((await server.call('POST', `${INVITATIONS}/${id}:resend`, { key })).body).toMatchObject({ status: 409, code: 'link_unusable' })
  expect((await invite('eve@example.com')).id).not.toBe(id)
  await server.setClock(NOW)
})

test('what a request repeats with its Idempotency-Key invites once', async () => {
  const options = { key, body: { email: 'once@example.com', role: 'member' }, headers: { 'idempotency-key': 'once-1' } }
  const first = await server.must(201, 'POST', INVITATIONS, options)
  const second = await server.must(200, 'POST', INVITATIONS, options)
  expect(second.id).toBe(first.id)
  await mailTo(sink, 'once@example.com')
  expect(sink.mails.filter((mail) => mail.to.includes('once@example.com'))).toHaveLength(1)
})

test.each([
  [{ email: 'not an address', role: 'member' }, ['email']],
  [{ email: 'a@b.example\r\nBcc: x@y.example', role: 'member' }, ['email']],
  [{ email: 'a@b.example', role: 'operator' }, ['role']],
  [{ role: 'king' }, ['email', 'role']],
  [{ email: 'a@b.example', role: 'member', status: 'accepted' }, ['status']],
])('what cannot be an invitation is refused at its fields: %j', async (body, paths) => {
  const refused = await server.call('POST', INVITATIONS, { key, body })
  expect(refused.status).toBe(422)
  expect(refused.body.errors.map((error: { path: string }) => error.path).toSorted()).toEqual(paths)
})

test("another organization's invitation is not found, by any id", async () => {
  const { id } = await server.must(201, 'POST', '/v1/organizations/globex/invitations', { key, body: { email: 'gus@example.com', role: 'member' } })
  for (const [method, path] of [
    ['POST', `${INVITATIONS}/${id}:resend`],
    ['DELETE', `${INVITATIONS}/${id}`],
    ['DELETE', `/v1/operator-invitations/${id}`],
    ['POST', `/v1/operator-invitations/${id}:resend`],
    ['DELETE', `${INVITATIONS}/inv_nonsense`],
  ] as const)
    expect((await server.call(method, path, { key })).status, `${method} ${path}`).toBe(404)
})

test('an organization that is suspended invites nobody', async () => {
  const slug = 'sleeping'
  await server.must(201, 'POST', '/v1/organizations', { key, body: { slug } })
  await server.must(200, 'POST', `/v1/organizations/${slug}:suspend`, { key, body: {} })
  const refused = await server.call('POST', `/v1/organizations/${slug}/invitations`, { key, body: { email: 'x@example.com', role: 'member' } })
  expect(refused.body).toMatchObject({ status: 409, code: 'organization_suspended' })
})

test('without a mail server an operator reads the link in the outbox, and the audit says so', async () => {
  await using silent = await TestServer.start()
  const operator = await silent.bootstrap()
  await silent.must(201, 'POST', '/v1/organizations', { key: operator, body: { slug: 'acme' } })
  const created = await silent.cli(['invitations', 'create', 'ann@example.com', '--organization', 'acme', '--role', 'owner'], { key: operator })
  expect(created).toMatchObject({ code: 0, stdout: expect.stringMatching(/can be accepted until .*outbox/) })
  const { items } = JSON.parse((await silent.cli(['outbox', 'list', '--json'], { key: operator })).stdout)
  const shown = await silent.cli(['outbox', 'show', items[0].id], { key: operator })
  expect(shown.stdout).toMatch(/http:\/\/127\.0\.0\.1:\d+\/invitation#[\w-]{43}/)
  const { items: events } = await silent.must(200, 'GET', '/v1/audit-events?action=notice', { key: operator })
  expect(events.map((event: { action: string }) => event.action)).toContain('notice.link_read')
})

test('the command line lists, sends again, withdraws, and manages members and operators', async () => {
  const cli = (...args: string[]) => server.cli(args, { key })
  const created = await cli('invitations', 'create', 'cli@example.com', '--organization', 'acme', '--role', 'auditor', '--json')
  expect(created.stderr).toBe('')
  const { id } = JSON.parse(created.stdout)
  expect((await cli('invitations', 'list', '--organization', 'acme', '--status', 'pending')).stdout).toMatch(/cli@example\.com\s+auditor\s+pending/)
  expect((await cli('invitations', 'resend', id, '--organization', 'acme')).code).toBe(0)
  expect((await cli('invitations', 'withdraw', id, '--organization', 'acme')).stdout).toContain('is withdrawn')
  expect(await cli('invitations', 'create', 'x@example.com', '--role', 'owner')).toMatchObject({ code: 2 })
  expect(await cli('invitations', 'create', 'x@example.com', '--organization', 'acme')).toMatchObject({ code: 2 })
  const operator = JSON.parse((await cli('invitations', 'create', 'ops@example.com', '--json')).stdout)
  expect(operator).toMatchObject({ role: 'operator', status: 'pending' })
  expect((await cli('invitations', 'list')).stdout).toContain('ops@example.com')
  expect((await cli('members', 'list', 'acme')).stdout).toBe('No members.\n')
  expect((await cli('operators', 'list')).stdout).toBe('No operators.\n')
  expect(await cli('members', 'remove', 'acme', 'mem_nobody', '--yes')).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no such member') })
})
