import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestServer } from '../harness.ts'
import { ADA, Browser, firstOperator, setUpToken } from './browser.ts'

let server: TestServer
let ada: Browser
let token: string

beforeAll(async () => {
  server = await TestServer.start()
  token = setUpToken(server)
  expect((await new Browser(server).must(200, 'GET', '/v1/sign-in')).setUp).toBe(true)
  ada = await firstOperator(server)
})
afterAll(async () => server[Symbol.asyncDispose]())

test('the set-up link makes the first operator, signed in and verified, and then is dead', async () => {
  expect(await ada.must(200, 'GET', '/v1/me/person')).toMatchObject({
    email: ADA.email,
    name: ADA.name,
    operator: true,
    memberships: [],
    hasPassword: true,
    csrfToken: ada.csrfToken,
    address: '127.0.0.1',
  })
  const again = await new Browser(server).call('POST', '/v1/sign-in:set-up', { ...ADA, token, email: 'eve@example.com' })
  expect([again.status, again.body.code]).toEqual([409, 'link_unusable'])
  expect((await new Browser(server).must(200, 'GET', '/v1/sign-in')).setUp).toBe(false)
  expect(await server.cli(['bootstrap', '--set-up-link'])).toMatchObject({ stdout: '', code: expect.any(Number) })
  const { items } = await ada.must(200, 'GET', '/v1/audit-events')
  expect(items.map(({ action }: { action: string }) => action)).toEqual(
    expect.arrayContaining(['installation.set_up_link_made', 'installation.set_up', 'person.signed_in']),
  )
})

test('the cookie is out of reach of scripts and of other sites, and holds over a restart', async () => {
  const { headers } = await new Browser(server).call('POST', '/v1/sign-in:password', ADA && { email: ADA.email, password: ADA.password })
  expect(headers.getSetCookie()[0]).toMatch(/^kw_session=[A-Za-z0-9_-]{43}; Path=\/; Max-Age=1209600; HttpOnly; SameSite=Lax$/)
})

test('an operator in the console does what an operator may: by the cookie, with the token of the session', async () => {
  const { slug } = await ada.must(201, 'POST', '/v1/organizations', { slug: 'acme', name: 'Acme' })
  expect(slug).toBe('acme')
  expect((await ada.must(200, 'GET', '/v1/organizations/acme')).name).toBe('Acme')
})

test('e-mail in another case and password sign in; a wrong password and an unknown address get the same refusal', async () => {
  const browser = new Browser(server)
  const refusals = []
  for (const [email, password] of [
    [ADA.email, 'wrong horse battery staple'],
    ['nobody@example.com', ADA.password],
  ])
    refusals.push(await browser.call('POST', '/v1/sign-in:password', { email, password }))
  const [wrong, unknown] = refusals.map(({ status, body }) => ({ status, body: { ...body, requestId: '' } }))
  expect(wrong?.status).toBe(401)
  expect(wrong).toEqual(unknown)
  expect(browser.cookies.size).toBe(0)
  await browser.signIn({ ...ADA, email: 'ADA@Example.com' })
  expect((await browser.must(200, 'GET', '/v1/me/person')).name).toBe('Ada')
})

test('a session is listed with where it is, ended from another one, and refused from then on', async () => {
  const [laptop, phone] = [await new Browser(server).signIn(ADA), await new Browser(server).signIn(ADA)]
  const { session } = await phone.must(200, 'GET', '/v1/me/person')
  const { items } = await laptop.must(200, 'GET', '/v1/me/sessions')
  expect(items.find(({ id }: { id: string }) => id === session)).toMatchObject({ current: false, address: '127.0.0.1', client: 'Browser of the test' })
  expect(items.filter(({ current }: { current: boolean }) => current)).toHaveLength(1)
  await laptop.must(204, 'DELETE', `/v1/me/sessions/${session}`)
  expect((await phone.call('GET', '/v1/me/person')).body.code).toBe('unauthenticated')
  expect((await laptop.call('DELETE', `/v1/me/sessions/${session}`)).status).toBe(404)
  expect((await laptop.call('GET', '/v1/me/person')).status).toBe(200)
})

test('signing out ends the session, not only the cookie', async () => {
  const browser = await new Browser(server).signIn(ADA)
  const cookie = `kw_session=${browser.session}`
  await browser.must(204, 'POST', '/v1/me:sign-out')
  expect(browser.cookies.size).toBe(0)
  expect((await browser.call('GET', '/v1/me/person', undefined, { cookie })).status).toBe(401)
})

test('a changing request without the token of the session, or from another page, is refused', async () => {
  const rename = (headers: Record<string, string>) => ada.call('PATCH', '/v1/me', { name: 'Ada' }, headers)
  const other = await new Browser(server).signIn(ADA)
  for (const headers of [
    { 'keywright-csrf': '' },
    { 'keywright-csrf': other.csrfToken as string },
    { 'keywright-csrf': `${ada.csrfToken}x` },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: '' },
    { origin: '', 'sec-fetch-site': 'cross-site' },
    { origin: '', 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site' },
    { origin: server.url.replace('127.0.0.1', '127.0.0.2') },
  ]) {
    const { status, body } = await rename(headers as Record<string, string>)
    expect([status, body?.code], JSON.stringify(headers)).toEqual([403, 'csrf_refused'])
  }
  for (const headers of [{}, { origin: '', 'sec-fetch-site': 'same-origin' }, { origin: server.url.replace('127.0.0.1', 'localhost') }])
    expect((await rename(headers as Record<string, string>)).status, JSON.stringify(headers)).toBe(204)
})

test('nobody is signed in by a page of somebody else', async () => {
  for (const headers of [{ origin: 'https://evil.example' }, { origin: '' }, { origin: '', 'sec-fetch-site': 'cross-site' }]) {
    const answered = await new Browser(server).call('POST', '/v1/sign-in:password', { email: ADA.email, password: ADA.password }, headers as never)
    expect([answered.status, answered.body.code, answered.headers.getSetCookie()]).toEqual([403, 'csrf_refused', []])
  }
})

test('signing in gives a new session and ends the one the browser had: nobody goes on in a session that another prepared', async () => {
  const prepared = await new Browser(server).signIn(ADA)
  const victim = new Browser(server)
  victim.cookies.set('kw_session', prepared.session)
  await victim.signIn(ADA)
  expect(victim.session).not.toBe(prepared.session)
  expect((await prepared.call('GET', '/v1/me/person')).status).toBe(401)
  const chosen = new Browser(server)
  chosen.cookies.set('kw_session', 'A'.repeat(43))
  await chosen.signIn(ADA)
  expect(chosen.session).not.toBe('A'.repeat(43))
})

test('two session cookies are none, and a management key beside the cookie is what counts', async () => {
  const cookie = `kw_session=${ada.session}; kw_session=${ada.session}`
  expect((await ada.call('GET', '/v1/me/person', undefined, { cookie })).status).toBe(401)
  expect((await ada.call('GET', '/v1/organizations', undefined, { authorization: 'Bearer garbage' })).status).toBe(401)
  const key = await server.bootstrap()
  const { status, body } = await ada.call('GET', '/v1/me/person', undefined, { authorization: `Bearer ${key}` })
  expect([status, body.code]).toEqual([403, 'forbidden'])
})

test('a session ends after 12 hours without use, and after 14 days however it is used', async () => {
  const mine = await TestServer.start()
  try {
    const browser = await firstOperator(mine)
    let now = Date.now()
    const after = async (hours: number) => {
      now += hours * 3_600_000
      await mine.setClock(new Date(now).toISOString())
      return (await browser.call('GET', '/v1/me/person')).status
    }
    for (let hours = 0; hours < 13 * 24; hours += 11) expect(await after(11)).toBe(200)
    expect(await after(12.1)).toBe(401)
    await browser.signIn(ADA)
    for (let hours = 0; hours <= 14 * 24 - 11; hours += 11) expect(await after(11)).toBe(200)
    expect(await after(11)).toBe(401)
  } finally {
    await mine[Symbol.asyncDispose]()
  }
})
