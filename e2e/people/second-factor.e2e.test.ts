import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestServer } from '../harness.ts'
import { Authenticator } from './authenticator.ts'
import { ADA, Browser, firstOperator } from './browser.ts'

let server: TestServer
let ada: Browser
let authenticator: Authenticator
let backupCodes: string[]
let now = Math.floor(Date.now() / 1000) * 1000
/** Every code that was used, so that a test never uses one again. */
const later = async (seconds = 90) => {
  now += seconds * 1000
  await server.setClock(new Date(now).toISOString())
}
const code = () => authenticator.code(now)

const TYPE = {
  slug: 'instance',
  prefix: 'ins',
  visibility: 'retrievable',
  roles: { stepUp: true },
  addresses: { mode: 'optional' },
  naming: { mode: 'optional' },
}

beforeAll(async () => {
  server = await TestServer.start()
  await later()
  ada = await firstOperator(server)
  await ada.must(200, 'POST', '/v1/config:apply', { version: 1, keyTypes: [TYPE], apis: [] })
  await ada.must(201, 'POST', '/v1/organizations', { slug: 'acme' })
})
afterAll(async () => server[Symbol.asyncDispose]())

async function instanceKey(): Promise<string> {
  const { key } = await ada.must(201, 'POST', '/v1/organizations/acme/keys', {
    type: 'instance',
    environment: 'live',
    name: `Instance ${now}`,
    addresses: 'any',
  })
  return `/v1/organizations/acme/keys/${key.id}:reveal`
}

test('whoever has no second factor is told to set one up before a key that asks for it is revealed', async () => {
  const reveal = await instanceKey()
  const { status, body } = await ada.call('POST', reveal, {})
  expect([status, body.code]).toEqual([403, 'second_factor_missing'])
  const { items } = await ada.must(200, 'GET', '/v1/organizations/acme/audit-events')
  expect(items[0]).toMatchObject({ action: 'command.refused', detail: { operation: 'keys.reveal', code: 'second_factor_missing' } })
  expect((await ada.call('POST', '/v1/me:step-up', { code: '000000' })).body.code).toBe('second_factor_missing')
})

test('setting up an authenticator takes the password and a code of it, and counts not before', async () => {
  expect((await ada.call('POST', '/v1/me/second-factor', { password: 'wrong horse battery' })).body.code).toBe('sign_in_refused')
  const enrolled = await ada.must(200, 'POST', '/v1/me/second-factor', { password: ADA.password })
  expect(enrolled.otpauthUri).toMatch(/^otpauth:\/\/totp\/Keywright:ada%40example\.com\?/)
  expect(enrolled.backupCodes).toHaveLength(10)
  ;[authenticator, backupCodes] = [new Authenticator(enrolled.otpauthUri), enrolled.backupCodes]
  expect((await ada.must(200, 'GET', '/v1/me/person')).secondFactor).toEqual({ enrolled: false, backupCodesLeft: null })
  await new Browser(server).signIn(ADA)
  expect((await ada.call('POST', '/v1/me/second-factor:confirm', { code: authenticator.code(now + 600_000) })).body.code).toBe('sign_in_refused')
  await ada.must(204, 'POST', '/v1/me/second-factor:confirm', { code: code() })
  expect((await ada.must(200, 'GET', '/v1/me/person')).secondFactor).toEqual({ enrolled: true, backupCodesLeft: 10 })
  expect((await ada.call('POST', '/v1/me/second-factor', { password: ADA.password })).body.code).toBe('in_use')
})

test('from then on the password alone signs nobody in', async () => {
  await later()
  const browser = new Browser(server)
  expect(await browser.must(200, 'POST', '/v1/sign-in:password', ADA && { email: ADA.email, password: ADA.password })).toEqual({
    status: 'second-factor',
    csrfToken: null,
  })
  expect([...browser.cookies.keys()]).toEqual(['kw_question'])
  expect((await browser.call('GET', '/v1/me/person')).status).toBe(401)
  // The question's token is no session.
  browser.cookies.set('kw_session', browser.cookies.get('kw_question') as string)
  expect((await browser.call('GET', '/v1/me/person')).status).toBe(401)
  browser.cookies.delete('kw_session')
  expect((await browser.call('POST', '/v1/sign-in:second-factor', { code: '12345' })).status).toBe(422)
  expect((await browser.call('POST', '/v1/sign-in:second-factor', { code: 'abcdef' })).body.code).toBe('sign_in_refused')
  const question = browser.cookies.get('kw_question') as string
  const used = code()
  expect((await browser.must(200, 'POST', '/v1/sign-in:second-factor', { code: used })).status).toBe('signed-in')
  expect([...browser.cookies.keys()]).toEqual(['kw_session'])
  expect((await browser.must(200, 'GET', '/v1/me/person')).steppedUpUntil).toBe(new Date(now + 600_000).toISOString())

  // The question was answered; and a code that was seen over the shoulder is used up, for a new question too.
  const thief = new Browser(server)
  thief.cookies.set('kw_question', question)
  expect((await thief.call('POST', '/v1/sign-in:second-factor', { code: used })).body.code).toBe('sign_in_refused')
  await thief.call('POST', '/v1/sign-in:password', { email: ADA.email, password: ADA.password })
  expect((await thief.call('POST', '/v1/sign-in:second-factor', { code: used })).body.code).toBe('sign_in_refused')
  expect((await browser.call('POST', '/v1/me:step-up', { code: used })).body.code).toBe('sign_in_refused')
})

test('a question waits for ten minutes', async () => {
  await later(900)
  const browser = new Browser(server)
  await browser.call('POST', '/v1/sign-in:password', { email: ADA.email, password: ADA.password })
  await later(601)
  expect((await browser.call('POST', '/v1/sign-in:second-factor', { code: code() })).body.code).toBe('sign_in_refused')
})

test('a backup code works once, however it is written', async () => {
  await later(900)
  const [first = ''] = backupCodes
  const given = { code: first.toUpperCase().replace('-', ' '), kind: 'backup-code' }
  for (const expected of ['signed-in', undefined]) {
    const browser = new Browser(server)
    await browser.call('POST', '/v1/sign-in:password', { email: ADA.email, password: ADA.password })
    expect((await browser.call('POST', '/v1/sign-in:second-factor', given)).body.status).toBe(expected ?? 401)
  }
  expect((await ada.must(200, 'GET', '/v1/me/person')).secondFactor.backupCodesLeft).toBe(9)
  const { backupCodes: renewed } = await ada.must(200, 'POST', '/v1/me/second-factor:renew-backup-codes', { password: ADA.password })
  expect((await ada.call('POST', '/v1/me:step-up', { code: backupCodes[1], kind: 'backup-code' })).body.code).toBe('sign_in_refused')
  backupCodes = renewed
  expect((await ada.must(200, 'GET', '/v1/me/person')).secondFactor.backupCodesLeft).toBe(10)
})

test('a key that asks for it is revealed for ten minutes after a fresh proof, in that session alone', async () => {
  await later(1200)
  const reveal = await instanceKey()
  expect((await ada.call('POST', reveal, {})).body.code).toBe('step_up_required')
  const { steppedUpUntil } = await ada.must(200, 'POST', '/v1/me:step-up', { code: code() })
  expect(steppedUpUntil).toBe(new Date(now + 600_000).toISOString())
  expect((await ada.must(200, 'POST', reveal, {})).secret).toMatch(/^ins_/)
  await later(599)
  expect((await ada.call('POST', reveal, {})).status).toBe(200)
  await later(1)
  expect((await ada.call('POST', reveal, {})).body.code).toBe('step_up_required')
})

test('a key of a management key is revealed without: programs have no second factor', async () => {
  const key = await server.bootstrap()
  const reveal = await instanceKey()
  expect((await server.call('POST', reveal, { key, body: {} })).status).toBe(200)
})

test('wrong codes are bounded, also when they come all at once, and the person is not locked out for ever', async () => {
  await later(3600)
  const browsers = [new Browser(server), new Browser(server)] as const
  for (const browser of browsers) await browser.must(200, 'POST', '/v1/sign-in:password', { email: ADA.email, password: ADA.password })
  const wrong = Array.from({ length: 12 }, (_none, index) =>
    browsers[index % 2 === 0 ? 0 : 1].call('POST', '/v1/sign-in:second-factor', { code: `00000${index % 10}` }),
  )
  const statuses = (await Promise.all(wrong)).map(({ status }) => status)
  expect(statuses.filter((status) => status === 401)).toHaveLength(5)
  expect(statuses.filter((status) => status === 429)).toHaveLength(7)
  const refused = await browsers[0].call('POST', '/v1/sign-in:second-factor', { code: code() })
  expect([refused.status, refused.body.code]).toEqual([429, 'too_many_attempts'])
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  await later(Number(refused.headers.get('retry-after')))
  await browsers[0].must(200, 'POST', '/v1/sign-in:password', { email: ADA.email, password: ADA.password })
  expect((await browsers[0].must(200, 'POST', '/v1/sign-in:second-factor', { code: code() })).status).toBe('signed-in')
})

test('seeds and backup codes lie under the master key, and a new master key takes them along', async () => {
  await later(900)
  await server.stop()
  expect((await server.cli(['master-key', 'rotate'])).code).toBe(0)
  await server.run()
  await later()
  await ada.must(200, 'POST', '/v1/me:step-up', { code: code() })
})

test('doing without again takes the password and a code', async () => {
  await later(900)
  expect((await ada.call('POST', '/v1/me/second-factor:remove', { password: ADA.password, code: '000000' })).body.code).toBe('sign_in_refused')
  expect((await ada.call('POST', '/v1/me/second-factor:remove', { password: 'wrong horse battery', code: code() })).body.code).toBe('sign_in_refused')
  await ada.must(204, 'POST', '/v1/me/second-factor:remove', { password: ADA.password, code: backupCodes[0] })
  expect(await ada.must(200, 'GET', '/v1/me/person')).toMatchObject({ secondFactor: { enrolled: false }, steppedUpUntil: null })
  await new Browser(server).signIn(ADA)
  const { items } = await ada.must(200, 'GET', '/v1/audit-events?limit=100')
  expect(items.map(({ action }: { action: string }) => action)).toEqual(
    expect.arrayContaining([
      'person.second_factor_set',
      'person.second_factor_removed',
      'person.backup_codes_renewed',
      'person.stepped_up',
      'person.sign_in_refused',
      'person.signed_in',
    ]),
  )
})
