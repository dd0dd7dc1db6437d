import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pause, TestServer } from '../harness.ts'
import { freePort, SmtpSink } from '../notices/smtp-sink.ts'
import { ADA, Browser, firstOperator, setUpToken } from './browser.ts'

const PUBLIC = 'https://keys.example.com'
const NEXT = 'another correct horse battery'
const secrets: string[] = [ADA.password, NEXT]

let sink: SmtpSink
let server: TestServer
let ada: Browser
let now = Math.floor(Date.now() / 1000) * 1000

/** A browser that reaches the server through a proxy with TLS, under its public address. */
class PublicBrowser extends Browser {
  override call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    return super.call(method, path, body, { origin: PUBLIC, ...headers })
  }

  override get session(): string {
    return this.cookies.get('__Host-kw_session') as string
  }
}

const later = async (seconds: number) => {
  now += seconds * 1000
  await server.setClock(new Date(now).toISOString())
}

/** The token of the next mail after those that came before, once it is there. */
async function nextToken(before: number, path: string): Promise<string> {
  for (let tries = 0; sink.mails.length <= before; tries++) {
    if (tries > 500) throw new Error('no mail came')
    await pause(20)
  }
  const raw = (sink.mails.at(-1)?.raw ?? '').replaceAll('=\r\n', '').replaceAll('=3D', '=')
  const link = new RegExp(`${PUBLIC}${path}#([A-Za-z0-9_-]{43})`).exec(raw)?.[1]
  expect(link, raw).toBeDefined()
  secrets.push(link as string)
  return link as string
}

async function askFor(what: 'link' | 'password-reset', headers: Record<string, string> = {}): Promise<string> {
  await later(3600)
  const before = sink.mails.length
  await new PublicBrowser(server).must(200, 'POST', `/v1/sign-in:request-${what}`, { email: ADA.email }, headers)
  return nextToken(before, what === 'link' ? '/sign-in/link' : '/reset-password')
}

beforeAll(async () => {
  sink = await SmtpSink.start()
  server = await TestServer.start({
    env: {
      KEYWRIGHT_SMTP_URL: sink.url,
      KEYWRIGHT_MAIL_FROM: 'keys@keywright.example',
      // The server prints its public address, so where it listens must be known before.
      KEYWRIGHT_LISTEN: `127.0.0.1:${await freePort()}`,
      KEYWRIGHT_PUBLIC_URL: PUBLIC,
      KEYWRIGHT_TRUSTED_PROXIES: '127.0.0.1/32',
    },
  }).catch(async (error: unknown) => {
    await sink[Symbol.asyncDispose]()
    throw error
  })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await sink[Symbol.asyncDispose]()
})

test('under a public URL the set-up link leads there, and the cookie is bound to that host and to https', async () => {
  expect(server.output).toContain(`${PUBLIC}/set-up#`)
  await later(0)
  const token = setUpToken(server)
  const answered = await new PublicBrowser(server).call(
    'POST',
    '/v1/sign-in:set-up',
    { token, ...ADA },
    { 'x-forwarded-host': 'evil.example', host: 'evil.example' },
  )
  expect(answered.headers.getSetCookie()[0]).toMatch(/^__Host-kw_session=[A-Za-z0-9_-]{43}; Path=\/; Max-Age=1209600; HttpOnly; SameSite=Lax; Secure$/)
  ada = new PublicBrowser(server)
  await ada.signIn(ADA)
  secrets.push(token, ada.session)
  // The same browser at the address behind the proxy is another place.
  expect((await new Browser(server).call('POST', '/v1/sign-in:password', ADA && { email: ADA.email, password: ADA.password })).body.code).toBe('csrf_refused')
})

test('a mailed link signs in once', async () => {
  const token = await askFor('link')
  const browser = new PublicBrowser(server)
  expect((await browser.must(200, 'POST', '/v1/sign-in:link', { token })).status).toBe('signed-in')
  expect((await browser.must(200, 'GET', '/v1/me/person')).email).toBe(ADA.email)
  for (const used of [token, 'A'.repeat(43)])
    expect((await new PublicBrowser(server).call('POST', '/v1/sign-in:link', { token: used })).body.code).toBe('link_unusable')
})

test('of two who open the same link at once one is signed in', async () => {
  const token = await askFor('link')
  const answers = await Promise.all([1, 2, 3].map(() => new PublicBrowser(server).call('POST', '/v1/sign-in:link', { token })))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409])
})

test('a link is good for what it was sent for, and not longer than it says', async () => {
  const token = await askFor('link')
  expect((await new PublicBrowser(server).call('POST', '/v1/sign-in:reset-password', { token, password: NEXT })).body.code).toBe('link_unusable')
  await later(900)
  expect((await new PublicBrowser(server).call('POST', '/v1/sign-in:link', { token })).body.code).toBe('link_unusable')
  const reset = await askFor('password-reset')
  expect((await new PublicBrowser(server).call('POST', '/v1/sign-in:link', { token: reset })).body.code).toBe('link_unusable')
  await later(3600)
  expect((await new PublicBrowser(server).call('POST', '/v1/sign-in:reset-password', { token: reset, password: NEXT })).body.code).toBe('link_unusable')
})

test('no field of a request leads a link or a cookie elsewhere', async () => {
  const forged = {
    host: 'evil.example',
    'x-forwarded-host': 'evil.example',
    forwarded: 'host=evil.example',
    'x-forwarded-proto': 'http',
    'x-original-host': 'evil.example',
  }
  await askFor('link', forged)
  expect(sink.mails.at(-1)?.raw).not.toContain('evil.example')
})

test('an address that nobody has gets the same answer, and no mail', async () => {
  await later(3600)
  const before = sink.mails.length
  const answers = []
  for (const email of ['nobody@example.com', ADA.email])
    for (const what of ['request-link', 'request-password-reset']) {
      const { status, body, headers } = await new PublicBrowser(server).call('POST', `/v1/sign-in:${what}`, { email })
      answers.push({ status, body, fields: [...headers.keys()].filter((name) => name !== 'date').toSorted() })
    }
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  await nextToken(before + 1, '/reset-password').catch(() => nextToken(before + 1, '/sign-in/link'))
  expect(sink.mails.slice(before).flatMap(({ to }) => to)).toEqual([ADA.email, ADA.email])
})

test('setting a new password ends every session and every other link', async () => {
  const link = await askFor('link')
  const before = sink.mails.length
  await new PublicBrowser(server).must(200, 'POST', '/v1/sign-in:request-password-reset', { email: ADA.email })
  const token = await nextToken(before, '/reset-password')
  const open = await new PublicBrowser(server).signIn(ADA)
  expect((await new PublicBrowser(server).call('POST', '/v1/sign-in:reset-password', { token, password: 'too short' })).body.errors[0].path).toBe('password')
  expect(await new PublicBrowser(server).must(200, 'POST', '/v1/sign-in:reset-password', { token, password: NEXT })).toEqual({ status: 'changed' })
  expect((await open.call('GET', '/v1/me/person')).status).toBe(401)
  expect((await new PublicBrowser(server).call('POST', '/v1/sign-in:link', { token: link })).body.code).toBe('link_unusable')
  expect((await new PublicBrowser(server).call('POST', '/v1/sign-in:reset-password', { token, password: NEXT })).body.code).toBe('link_unusable')
  expect((await new PublicBrowser(server).call('POST', '/v1/sign-in:password', { email: ADA.email, password: ADA.password })).body.code).toBe('sign_in_refused')
  ada = await new PublicBrowser(server).signIn({ ...ADA, password: NEXT })
})

test('changing the password takes the old one, ends the other sessions, and keeps this one', async () => {
  const other = await new PublicBrowser(server).signIn({ ...ADA, password: NEXT })
  const change = (currentPassword: string) => ada.call('POST', '/v1/me:change-password', { currentPassword, newPassword: ADA.password })
  expect((await change('not the password')).body.code).toBe('sign_in_refused')
  expect((await change(NEXT)).status).toBe(204)
  expect((await other.call('GET', '/v1/me/person')).status).toBe(401)
  expect((await ada.call('GET', '/v1/me/person')).status).toBe(200)
})

test('mails to one address, and guesses at one password, are bounded by where they come from; others are not kept out', async () => {
  await later(3600)
  const from = (address: string) => ({ 'x-forwarded-for': address })
  const guess = (address: string, password = 'wrong wrong wrong') =>
    new PublicBrowser(server).call('POST', '/v1/sign-in:password', { email: ADA.email, password }, from(address))
  const statuses = (await Promise.all(Array.from({ length: 14 }, () => guess('203.0.113.9')))).map(({ status }) => status)
  expect(statuses.filter((status) => status === 429)).toHaveLength(4)
  const refused = await guess('203.0.113.9', ADA.password)
  expect([refused.status, refused.body.code, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, 'too_many_attempts', true])
  // From home, and with another part of the same IPv6 network as little as with the first.
  expect((await guess('198.51.100.7', ADA.password)).status).toBe(200)
  const networks = await Promise.all(Array.from({ length: 12 }, (_none, index) => guess(`2001:db8::${index + 1}`)))
  expect(networks.filter(({ status }) => status === 429)).toHaveLength(2)
  await later(900)
  expect((await guess('203.0.113.9', ADA.password)).status).toBe(200)

  const mail = () => new PublicBrowser(server).call('POST', '/v1/sign-in:request-link', { email: ADA.email }, from('203.0.113.9'))
  const mails = []
  for (let count = 0; count < 4; count++) mails.push((await mail()).status)
  expect(mails).toEqual([200, 200, 200, 429])
})

test('the first refusal is in the audit with where it came from, the others are not', async () => {
  const { items } = await ada.must(200, 'GET', '/v1/audit-events?action=person.sign_in_refused&limit=100')
  const fromThere = items.filter(({ personal }: { personal: { address?: string } | null }) => personal?.address === '203.0.113.9')
  expect(fromThere).toHaveLength(1)
  expect(fromThere[0].personal).toMatchObject({ email: ADA.email, client: 'Browser of the test' })
})

test('no password, no token of a session and no link stands in the data folder or in the log', async () => {
  secrets.push(ada.session)
  await server.stop()
  const files = (folder: string): string[] =>
    readdirSync(folder).flatMap((name) => (statSync(join(folder, name)).isDirectory() ? files(join(folder, name)) : [join(folder, name)]))
  const stored = files(join(server.folder, 'data')).map((file) => readFileSync(file).toString('latin1'))
  const log = server.output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .join('\n')
  expect(stored.length).toBeGreaterThan(1)
  for (const text of [...stored, log]) for (const secret of secrets) expect(text.includes(secret), `${secret.slice(0, 6)}...`).toBe(false)
})

test('without a mail server an operator reads the link in the outbox and passes it on', async () => {
  const mine = await TestServer.start()
  try {
    const operator = await firstOperator(mine)
    await new Browser(mine).must(200, 'POST', '/v1/sign-in:request-link', { email: ADA.email })
    const { items } = await operator.must(200, 'GET', '/v1/outbox')
    expect(items).toEqual([expect.objectContaining({ kind: 'sign-in-link', status: 'kept', recipients: [ADA.email] })])
    const { text } = await operator.must(200, 'GET', `/v1/outbox/${items[0].id}`)
    const token = /\/sign-in\/link#([A-Za-z0-9_-]{43})/.exec(text)?.[1]
    expect((await new Browser(mine).must(200, 'POST', '/v1/sign-in:link', { token })).status).toBe('signed-in')
  } finally {
    await mine[Symbol.asyncDispose]()
  }
})

test('a set-up link is replaced by the next one, and ends after a day', async () => {
  const mine = await TestServer.start()
  try {
    const first = setUpToken(mine)
    const { setUpLink } = JSON.parse((await mine.cli(['bootstrap', '--set-up-link', '--json'])).stdout) as { setUpLink: string }
    const second = setUpLink.split('#')[1]
    const setUp = (token: unknown) => new Browser(mine).call('POST', '/v1/sign-in:set-up', { token, ...ADA })
    expect((await setUp(first)).body.code).toBe('link_unusable')
    await mine.setClock(new Date(Date.now() + 25 * 3_600_000).toISOString())
    expect((await setUp(second)).body.code).toBe('link_unusable')
    await mine.stop()
    await mine.run()
    expect(mine.output).toContain('was printed before and works until')
    expect((await setUp(second)).status).toBe(200)
  } finally {
    await mine[Symbol.asyncDispose]()
  }
})
