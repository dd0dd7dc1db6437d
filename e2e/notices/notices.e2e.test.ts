import { afterEach, beforeEach, expect, test } from 'vitest'
import { TestServer } from '../harness.ts'
import { addMember } from '../people/add-member.ts'
import { freePort, SmtpSink } from './smtp-sink.ts'

let sink: SmtpSink
let server: TestServer
let key: string
let publicUrl: string

const RETIRED = '2035-10-15T00:00:00Z'
const rule = { origin: 'old-page', deprecatedAt: '2035-07-15T00:00:00Z', retiredAt: RETIRED, successor: 'web' }
const web = { slug: 'web', prefix: 'web', label: 'Web <push>' }

beforeEach(async () => {
  sink = await SmtpSink.start()
  // The server says that it is ready at its public URL, and the harness goes there.
  const at = `127.0.0.1:${await freePort()}`
  publicUrl = `http://${at}`
  const mail = { KEYWRIGHT_SMTP_URL: sink.url, KEYWRIGHT_MAIL_FROM: 'Example keys <keys@example.com>' }
  await start({ ...mail, KEYWRIGHT_LISTEN: at, KEYWRIGHT_PUBLIC_URL: publicUrl })
})
afterEach(async () => {
  await server[Symbol.asyncDispose]()
  await sink[Symbol.asyncDispose]()
})

async function start(env: Record<string, string>): Promise<void> {
  server = await TestServer.start({ env })
  key = await server.bootstrap()
  await server.setClock('2035-01-01T00:00:00Z')
  await server.must(200, 'POST', '/v1/config:apply', { key, body: { version: 1, keyTypes: [web] } })
}

async function organization(slug: string, contacts: string[] = [`ops@${slug}.example`]): Promise<void> {
  await server.must(201, 'POST', '/v1/organizations', { key, body: { slug, contacts } })
}

async function issue(org: string, more: object = {}): Promise<{ id: string; secret: string }> {
  const issued = await server.must(201, 'POST', `/v1/organizations/${org}/keys`, { key, body: { type: 'web', environment: 'live', name: 'Shop', ...more } })
  return { id: issued.key.id, secret: issued.secret }
}

const setRule = (changes: object = {}) => server.must(200, 'PUT', '/v1/key-types/web', { key, body: { ...web, sunset: [{ ...rule, ...changes }] } })
const subjects = () => sink.mails.map((mail) => mail.headers.get('subject'))
const told = async (org: string) =>
  (await server.must(200, 'GET', `/v1/organizations/${org}/audit-events?action=notice.queued`, { key })).items
    .map((event: { detail: { days: number } }) => event.detail.days)
    .toReversed()

test('an organization is told 90, 30, 7 and 1 days before, at that very instant, once each', async () => {
  await organization('acme')
  await organization('globex')
  const { secret } = await issue('acme', { origin: 'old-page' })
  await issue('acme', { origin: 'old-page', name: 'Second' })
  await issue('globex')
  await setRule()
  for (const [before, at] of [
    ['2035-07-16T23:59:59.999Z', '2035-07-17T00:00:00Z'],
    ['2035-09-14T23:59:59.999Z', '2035-09-15T00:00:00Z'],
    ['2035-10-07T23:59:59.999Z', '2035-10-08T00:00:00Z'],
    ['2035-10-13T23:59:59.999Z', '2035-10-14T00:00:00Z'],
  ] as const) {
    const count = sink.mails.length
    await server.setClock(before)
    expect(sink.mails).toHaveLength(count)
    await server.setClock(at)
    expect(sink.mails).toHaveLength(count + 1)
    await server.setClock(at)
    expect(sink.mails).toHaveLength(count + 1)
  }
  await server.setClock(RETIRED)
  expect(subjects()).toEqual(['in 90 days', 'in 30 days', 'in 7 days', 'in 1 day'].map((when) => `2 API keys of acme: retired ${when}`))
  expect(await told('acme')).toEqual([90, 30, 7, 1])
  expect(await told('globex')).toEqual([])
  const [first] = sink.mails
  expect(first).toMatchObject({ from: 'keys@example.com', to: ['ops@acme.example'], auth: '|keywright|pass word' })
  expect(first?.headers.get('from')).toBe('Example keys <keys@example.com>')
  expect(first?.headers.get('auto-submitted')).toBe('auto-generated')
  expect(first?.raw).toContain('multipart/alternative')
  const { items } = await server.must(200, 'GET', '/v1/outbox?status=sent', { key })
  expect(items).toHaveLength(4)
  const whole = await server.must(200, 'GET', `/v1/outbox/${items[3].id}`, { key })
  expect(whole.text).toContain('2035-10-15 00:00:00 UTC')
  expect(whole.text).toContain('"web"')
  expect(whole.text).toContain(publicUrl)
  expect(whole.html).toContain('Web &lt;push&gt;')
  expect(whole.html).not.toContain('<push>')
  expect(JSON.stringify(items) + sink.mails.map((mail) => mail.raw).join()).not.toContain(secret.slice(4, -4))
})

test('after a downtime over two notice days, the nearest alone; a restart and a clock set back repeat nothing', async () => {
  await organization('acme')
  await issue('acme', { origin: 'old-page' })
  await setRule()
  await server.setClock('2035-07-17T00:00:00Z')
  expect(await told('acme')).toEqual([90])
  await server.stop('SIGKILL')
  // It begins at the time of the machine, long before the last notice.
  await server.run()
  await server.setClock('2035-10-09T00:00:00Z')
  expect(await told('acme')).toEqual([90, 7])
  await server.setClock('2035-09-20T00:00:00Z')
  await server.setClock('2035-07-20T00:00:00Z')
  await server.stop()
  await server.run()
  await server.setClock('2035-10-10T00:00:00Z')
  expect(await told('acme')).toEqual([90, 7])
  await server.setClock('2035-10-14T12:00:00Z')
  expect(await told('acme')).toEqual([90, 7, 1])
  expect(sink.mails).toHaveLength(3)
})

test('a late rule sends the nearest; a date that is moved is announced anew', async () => {
  await organization('acme')
  await issue('acme', { origin: 'old-page' })
  await server.setClock('2035-10-01T00:00:00Z')
  await setRule()
  await server.setClock('2035-10-01T00:01:00Z')
  expect(await told('acme')).toEqual([30])
  await setRule({ retiredAt: '2035-12-01T00:00:00Z' })
  await server.setClock('2035-10-01T00:02:00Z')
  expect(await told('acme')).toEqual([30, 90])
  expect(subjects().at(-1)).toContain('in 61 days')
})

test('removed keys, keys that end before, and types without a rule for them are nobody to write about', async () => {
  await organization('acme')
  const { id } = await issue('acme', { origin: 'old-page' })
  await server.must(200, 'DELETE', `/v1/organizations/acme/keys/${id}`, { key })
  await issue('acme', { origin: 'old-page', expiresAt: '2035-08-01T00:00:00Z' })
  await issue('acme')
  await setRule()
  await server.setClock('2035-07-25T00:00:00Z')
  const { items } = await server.must(200, 'GET', '/v1/outbox', { key })
  expect(items.map((item: { kind: string }) => item.kind)).toEqual(['expiry'])
})

test('expiring keys: 30, 7 and 1 days before, all of an organization in one message; no day before a key was issued', async () => {
  await organization('acme')
  await issue('acme', { expiresAt: '2035-06-01T00:00:00Z' })
  await issue('acme', { expiresAt: '2035-06-01T00:00:00Z' })
  await server.setClock('2035-05-02T00:00:00Z')
  expect(subjects()).toEqual(['2 API keys of acme: the first expires in 30 days'])
  await server.setClock('2035-05-24T23:59:59Z')
  await issue('acme', { expiresInSeconds: 7 * 86_400 })
  await server.setClock('2035-05-25T00:00:00Z')
  await server.setClock('2035-05-31T00:00:00Z')
  await server.setClock('2035-05-31T12:00:00Z')
  await server.setClock('2035-06-02T00:00:00Z')
  expect(subjects().slice(1)).toEqual(
    ['2 API keys of acme: the first expires in 7 days', '3 API keys of acme: the first expires in 24 hours'].map((each) => each.replace('24 hours', '1 day')),
  )
})

test('a mail server that refuses is asked again, later each time, a bounded number of times; then it is said', async () => {
  await organization('acme')
  await issue('acme', { expiresAt: '2035-06-01T00:00:00Z' })
  sink.refuseWith = '451 4.3.0 not now'
  let now = Date.parse('2035-05-02T00:00:00Z')
  await server.setClock(new Date(now).toISOString())
  const [waiting] = (await server.must(200, 'GET', '/v1/outbox', { key })).items
  expect(waiting).toMatchObject({ status: 'queued', attempts: 1, nextAttemptAt: '2035-05-02T00:01:00.000Z', lastError: expect.stringContaining('not now') })
  await server.setClock('2035-05-02T00:00:59Z')
  expect((await server.must(200, 'GET', '/v1/outbox', { key })).items[0].attempts).toBe(1)
  for (let attempt = 2; attempt <= 7; attempt++) await server.setClock(new Date((now += 13 * 3_600_000)).toISOString())
  expect((await server.must(200, 'GET', '/v1/outbox', { key })).items[0]).toMatchObject({ status: 'failed', attempts: 7, nextAttemptAt: null })
  const { items } = await server.must(200, 'GET', '/v1/organizations/acme/audit-events?action=notice.failed', { key })
  expect(items).toMatchObject([{ detail: { attempts: 7 } }])
  sink.refuseWith = null
  await server.setClock(new Date((now += 13 * 3_600_000)).toISOString())
  expect(sink.mails).toEqual([])
  expect(await server.cli(['outbox', 'resend', waiting.id], { key })).toMatchObject({ code: 0, stdout: expect.stringContaining('ops@acme.example') })
  await server.setClock(new Date(now).toISOString())
  expect(sink.mails).toHaveLength(1)
  expect((await server.cli(['outbox', 'list'], { key })).stdout).toContain('sent')
})

test('what was queued before a crash is sent after it, though the clock went back meanwhile', async () => {
  await organization('acme')
  await issue('acme', { expiresAt: '2035-06-01T00:00:00Z' })
  sink.refuseWith = '421 going down'
  await server.setClock('2035-05-02T00:00:00Z')
  await server.stop('SIGKILL')
  sink.refuseWith = null
  // A machine whose clock is years behind: it must not wait for years.
  await server.run()
  for (let tries = 0; sink.mails.length === 0 && tries < 100; tries++) await new Promise((done) => setTimeout(done, 50))
  expect(sink.mails).toHaveLength(1)
})

test('a mail whose taking was never heard of comes again under the same Message-ID', async () => {
  await organization('acme')
  await issue('acme', { expiresAt: '2035-06-01T00:00:00Z' })
  sink.dieAfterData = true
  await server.setClock('2035-05-02T00:00:00Z')
  sink.dieAfterData = false
  await server.setClock('2035-05-02T00:02:00Z')
  const ids = sink.mails.map((mail) => mail.headers.get('message-id'))
  expect(ids).toHaveLength(2)
  expect(ids[0]).toMatch(/^<msg_[0-9a-z]{26}@example\.com>$/)
  expect(ids[1]).toBe(ids[0])
})

test('names cannot write header fields or markup, and a secret cannot stand in a name that would be mailed', async () => {
  const named = { slug: 'evil', name: 'Evil "Bcc: x@y.example"  <script>', contacts: ['a@evil.example', 'b@evil.example'] }
  await server.must(201, 'POST', '/v1/organizations', { key, body: named })
  expect(await server.call('POST', '/v1/organizations', { key, body: { ...named, slug: 'worse', name: 'a\r\nBcc: x@y.example' } })).toMatchObject({
    status: 422,
  })
  const { secret } = await issue('evil')
  const pasted = await server.call('POST', '/v1/organizations/evil/keys', { key, body: { type: 'web', environment: 'live', name: `old ${secret}` } })
  expect(pasted).toMatchObject({ status: 422, body: { errors: [{ path: 'name', code: 'secret' }] } })
  await issue('evil', { name: 'old <b>', expiresAt: '2035-06-01T00:00:00Z' })
  await server.setClock('2035-05-02T00:00:00Z')
  const [mail] = sink.mails
  expect(mail?.to).toEqual(['a@evil.example', 'b@evil.example'])
  expect([...(mail?.headers.keys() ?? [])]).not.toContain('bcc')
  const [{ id }] = (await server.must(200, 'GET', '/v1/outbox', { key })).items
  const { text, html } = await server.must(200, 'GET', `/v1/outbox/${id}`, { key })
  expect(html).not.toMatch(/<script>|<b>/)
  expect(text + html + mail?.raw.replaceAll('=\r\n', '')).not.toContain(secret)
})

test('without a mail server messages are kept and listed, and cannot be sent again', async () => {
  await server[Symbol.asyncDispose]()
  await start({})
  await organization('acme')
  await issue('acme', { expiresAt: '2035-06-01T00:00:00Z' })
  await server.setClock('2035-05-02T00:00:00Z')
  const [message] = (await server.must(200, 'GET', '/v1/outbox', { key })).items
  expect(message).toMatchObject({ status: 'kept', recipients: ['ops@acme.example'], attempts: 0, lastError: 'No mail server is set up.' })
  expect(await server.call('POST', `/v1/outbox/${message.id}:resend`, { key })).toMatchObject({ status: 409, body: { code: 'mail_unavailable' } })
  expect((await server.must(200, 'GET', `/v1/outbox/${message.id}`, { key })).text).not.toContain('http')
  expect((await server.cli(['outbox', 'show', message.id], { key })).stdout).toContain('expires soon')
})

test('owners and administrators are told without being contacts, nobody twice, and nobody of a lesser role', async () => {
  await organization('acme', ['ops@acme.example', 'Ada@acme.example'])
  await organization('globex', [])
  for (const [slug, role, email] of [
    ['acme', 'owner', 'ada@acme.example'],
    ['acme', 'administrator', 'ben@acme.example'],
    ['acme', 'supervisor', 'sue@acme.example'],
    ['acme', 'auditor', 'ann@acme.example'],
    ['acme', 'member', 'mia@acme.example'],
    ['globex', 'owner', 'gus@globex.example'],
  ] as const)
    addMember(server.databaseFile, { organization: slug, role, email })
  await issue('acme', { origin: 'old-page' })
  await issue('globex', { origin: 'old-page' })
  await setRule()
  const preview = await server.must(200, 'POST', '/v1/key-types/web:preview-sunset', { key, body: rule })
  expect(Object.fromEntries(preview.byOrganization.map((each: { slug: string; contacts: number }) => [each.slug, each.contacts]))).toEqual({
    acme: 3,
    globex: 1,
  })
  await server.setClock('2035-07-17T00:00:00Z')
  expect(sink.mails.map((mail) => mail.to).toSorted()).toEqual([['gus@globex.example'], ['ops@acme.example', 'Ada@acme.example', 'ben@acme.example']])
})

test('who has no contacts is kept in the outbox; after one is added it can be sent; strangers see nothing', async () => {
  await organization('acme', [])
  await issue('acme', { expiresAt: '2035-06-01T00:00:00Z' })
  await server.setClock('2035-05-02T00:00:00Z')
  const [message] = (await server.must(200, 'GET', '/v1/outbox', { key })).items
  expect(message).toMatchObject({ status: 'kept', recipients: [], lastError: 'The organization has no contacts, and no owners or administrators.' })
  const path = `/v1/outbox/${message.id}`
  expect(await server.call('POST', `${path}:resend`, { key })).toMatchObject({ status: 409, body: { code: 'mail_unavailable' } })
  await server.must(200, 'PATCH', '/v1/organizations/acme', { key, body: { contacts: ['new@acme.example'] } })
  await server.must(200, 'POST', `${path}:resend`, { key })
  await server.setClock('2035-05-02T00:00:01Z')
  expect(sink.mails.map((mail) => mail.to)).toEqual([['new@acme.example']])
  const { secret: owner } = await server.must(201, 'POST', '/v1/organizations/acme/management-keys', { key, body: { name: 'owner', role: 'owner' } })
  for (const [method, at] of [
    ['GET', '/v1/outbox'],
    ['GET', path],
    ['POST', `${path}:resend`],
  ] as const)
    expect(await server.call(method, at, { key: owner })).toMatchObject({ status: 403 })
  expect(await server.call('GET', '/v1/outbox/msg_00000000000000000000000000', { key })).toMatchObject({ status: 404 })
  expect(await server.call('POST', '/v1/outbox/nonsense:resend', { key })).toMatchObject({ status: 404 })
})
