import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestServer } from '../harness.ts'
import { SmtpSink } from '../notices/smtp-sink.ts'
import { CLIENT, OidcProvider } from './oidc-provider.ts'
import { firstOperator, joined, Person } from './person.ts'

const NOW = '2035-01-01T00:00:00Z'

let sink: SmtpSink
let provider: OidcProvider
let server: TestServer
let operator: Person
let now = Date.parse(NOW)

beforeAll(async () => {
  sink = await SmtpSink.start()
  provider = await OidcProvider.start()
  provider.now = () => now / 1000
  server = await TestServer.start({
    env: {
      KEYWRIGHT_SMTP_URL: sink.url,
      KEYWRIGHT_MAIL_FROM: 'Keys <keys@example.com>',
      KEYWRIGHT_OIDC_ISSUER: provider.issuer,
      KEYWRIGHT_OIDC_CLIENT_ID: CLIENT.id,
      KEYWRIGHT_OIDC_CLIENT_SECRET: CLIENT.secret,
      KEYWRIGHT_OIDC_LABEL: 'Acme Login',
    },
  })
  // The set-up link is of the machine's time.
  operator = await firstOperator(server)
  await server.setClock(NOW)
  await operator.signIn()
  await operator.must(201, 'POST', '/v1/organizations', { slug: 'acme', name: 'Acme' })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
  await sink[Symbol.asyncDispose]()
})

const invite = (email: string, role = 'member') => operator.must(201, 'POST', '/v1/organizations/acme/invitations', { email, role })
const user = (sub: string, email?: string, more: object = {}) => (provider.user = { sub, email, email_verified: true, name: sub, ...more })

/** Where the provider sends the browser back to. */
async function asked(person: Person, returnTo = '/organizations/acme'): Promise<string> {
  const { url } = await person.must(200, 'POST', '/v1/sign-in:oidc', { returnTo })
  const answered = await fetch(url, { redirect: 'manual' })
  return new URL(answered.headers.get('location') as string).pathname + new URL(answered.headers.get('location') as string).search
}

/** Comes back as browsers do: from another site, without what the console sends. */
async function comeBack(person: Person, path: string): Promise<string | null> {
  const answered = await person.server.call('GET', path, { headers: { cookie: person.cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' } })
  person.keep(answered)
  expect(answered.status).toBe(303)
  return answered.headers.get('location')
}

async function signOn(email: string, returnTo?: string): Promise<{ person: Person; location: string | null }> {
  const person = new Person(server, email)
  return { person, location: await comeBack(person, await asked(person, returnTo)) }
}

test('the sign-in page is told of it', async () => {
  expect((await server.must(200, 'GET', '/v1/sign-in')).oidc).toEqual({ label: 'Acme Login' })
})

test('whoever is invited comes in with an address that the provider has verified, and accepts from the list', async () => {
  await invite('new@acme.example', 'auditor')
  user('sub-new', 'New@Acme.example', { name: 'New One' })
  const { person, location } = await signOn('new@acme.example')
  expect(location).toBe('/organizations/acme')
  const me = await person.must(200, 'GET', '/v1/me/person')
  expect(me).toMatchObject({ email: 'new@acme.example', name: 'New One', hasPassword: false, pendingInvitations: 1 })
  const { items } = await person.must(200, 'GET', '/v1/me/invitations')
  await person.must(200, 'POST', `/v1/me/invitations/${items[0].id}:accept`, {})
  expect((await person.must(200, 'GET', '/v1/me/person')).memberships).toMatchObject([{ role: 'auditor' }])
  // From now on the subject is who he is, whatever his address becomes.
  user('sub-new', 'renamed@elsewhere.example', { email_verified: false })
  const again = await signOn('new@acme.example')
  expect((await again.person.must(200, 'GET', '/v1/me/person')).id).toBe(me.id)
})

test('nobody comes in who was not invited, or whose address the provider has not verified', async () => {
  user('sub-x', 'nobody@acme.example')
  expect((await signOn('nobody@acme.example')).location).toBe('/sign-in?refused=not-invited')
  await invite('claimed@acme.example', 'owner')
  for (const email_verified of [false, 'true', undefined]) {
    user('sub-thief', 'claimed@acme.example', { email_verified })
    const { person, location } = await signOn('claimed@acme.example')
    expect(location).toBe('/sign-in?refused=not-verified')
    expect((await person.call('GET', '/v1/me/person')).status).toBe(401)
  }
  user('sub-none')
  expect((await signOn('none@acme.example')).location).toBe('/sign-in?refused=not-verified')
})

test('an account of the provider takes over nobody whose account is another', async () => {
  const ann = await joined(sink, operator, 'acme', 'administrator', 'ann@acme.example')
  user('sub-ann-unverified', 'ann@acme.example', { email_verified: false })
  expect((await signOn('ann@acme.example')).location).toBe('/sign-in?refused=not-verified')
  user('sub-ann', 'ann@acme.example')
  const { person } = await signOn('ann@acme.example')
  expect((await person.must(200, 'GET', '/v1/me/person')).id).toBe((await ann.must(200, 'GET', '/v1/me/person')).id)
  // The address was given to somebody else at the provider.
  user('sub-successor', 'ann@acme.example')
  expect((await signOn('ann@acme.example')).location).toBe('/sign-in?refused=other-account')
})

test('an answer counts once, in time, and in the browser that asked', async () => {
  await invite('once@acme.example')
  user('sub-once', 'once@acme.example')
  const asking = new Person(server, 'once@acme.example')
  const path = await asked(asking)
  // Signing somebody else in as oneself: the other browser never asked.
  const victim = new Person(server, 'victim@acme.example')
  expect(await comeBack(victim, path)).toBe('/sign-in?refused=expired')
  expect((await victim.call('GET', '/v1/me/person')).status).toBe(401)
  expect(await comeBack(asking, path)).toBe('/sign-in?refused=expired')
  const second = await asked(asking)
  expect(await comeBack(asking, second)).toBe('/organizations/acme')
  expect(await comeBack(asking, second)).toBe('/sign-in?refused=expired')
  const slow = new Person(server, 'once@acme.example')
  const late = await asked(slow)
  now += 600_001
  await server.setClock(new Date(now).toISOString())
  expect(await comeBack(slow, late)).toBe('/sign-in?refused=expired')
  for (const query of ['', '?error=access_denied', '?code=x&state=y', '?code=x&code=y&state=z'])
    expect(await comeBack(slow, `/sign-in/oidc/callback${query}`)).toBe('/sign-in?refused=expired')
})

test('a code of the provider may look like anything', async () => {
  const person = new Person(server, 'new@acme.example')
  const state = new URL(`http://x${await asked(person)}`).searchParams.get('state') as string
  for (const code of [`ab_${'x'.repeat(38)}`, 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'])
    expect(await comeBack(person, `/sign-in/oidc/callback?code=${code}&state=${state}`)).toMatch(/^\/sign-in\?refused=(failed|expired)$/)
})

test('a provider that says no, or lies, leads back to the sign-in page', async () => {
  user('sub-new', 'new@acme.example', { forged: true })
  expect((await signOn('new@acme.example')).location).toBe('/sign-in?refused=failed')
  user('sub-new', 'new@acme.example', { claims: { nonce: 'another' } })
  expect((await signOn('new@acme.example')).location).toBe('/sign-in?refused=failed')
  const person = new Person(server, 'new@acme.example')
  const state = new URL(`http://x${await asked(person)}`).searchParams.get('state') as string
  expect(await comeBack(person, `/sign-in/oidc/callback?error=access_denied&state=${state}`)).toBe('/sign-in?refused=failed')
})

test('the provider is told to send people back to the installation, whatever host a request names', async () => {
  const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' }
  const { body } = await new Person(server, 'x@acme.example').call('POST', '/v1/sign-in:oidc', { returnTo: '/' }, headers)
  expect(new URL(body.url).searchParams.get('redirect_uri')).toBe(`${server.url}/sign-in/oidc/callback`)
})

test.each(['//evil.example', '/\\evil.example', '/\t/evil.example', '/\n/evil.example', '/a\\..\\b', '/ü', 'https://evil.example', 'evil'])(
  'nobody is sent on to %s',
  async (returnTo) => {
    const refused = await new Person(server, 'x@acme.example').call('POST', '/v1/sign-in:oidc', { returnTo })
    expect(refused.status).toBe(422)
  },
)

test('with a session it is a fresh proof, of the same person alone', async () => {
  await invite('prover@acme.example')
  user('sub-prover', 'prover@acme.example', { auth_time: now / 1000 - 3600 })
  const { person } = await signOn('prover@acme.example')
  expect((await person.must(200, 'GET', '/v1/me/person')).steppedUpUntil).toBeNull()
  // A proof of an hour ago is none.
  expect(await comeBack(person, await asked(person))).toBe('/sign-in?refused=failed')
  user('sub-new', 'new@acme.example')
  expect(await comeBack(person, await asked(person))).toBe('/sign-in?refused=not-you')
  expect((await person.must(200, 'GET', '/v1/me/person')).steppedUpUntil).toBeNull()
  user('sub-prover', 'prover@acme.example')
  expect(await comeBack(person, await asked(person, '/organizations/acme/keys'))).toBe('/organizations/acme/keys')
  expect((await person.must(200, 'GET', '/v1/me/person')).steppedUpUntil).not.toBeNull()
})

test('neither codes nor states nor secrets of the provider are logged or stored afterwards', async () => {
  const person = new Person(server, 'new@acme.example')
  user('sub-new', 'new@acme.example')
  const path = await asked(person)
  const query = new URL(`http://x${path}`).searchParams
  await comeBack(person, path)
  const { items } = await operator.must(200, 'GET', '/v1/audit-events?limit=100')
  for (const hidden of [query.get('code'), query.get('state'), CLIENT.secret] as string[])
    for (const place of [server.output, JSON.stringify(items)]) expect(place).not.toContain(hidden)
})
