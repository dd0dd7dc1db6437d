import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestServer } from '../harness.ts'
import { SmtpSink } from '../notices/smtp-sink.ts'
import { Authenticator } from './authenticator.ts'
import { mailTo, partsOf } from './mail.ts'
import { firstOperator, joined, PASSWORD, Person } from './person.ts'

/** An operator takes away the second factor of somebody who lost it, and nobody gets into an account by that unseen. */
let sink: SmtpSink
let server: TestServer
let operator: Person
let mia: Person
let now = Math.floor(Date.now() / 1000) * 1000
const later = async (seconds = 90) => {
  now += seconds * 1000
  await server.setClock(new Date(now).toISOString())
}
const TAKE = '/v1/people:remove-second-factor'

async function enroll(person: Person): Promise<Authenticator> {
  const { otpauthUri } = await person.must(200, 'POST', '/v1/me/second-factor', { password: PASSWORD })
  const authenticator = new Authenticator(otpauthUri)
  await person.must(204, 'POST', '/v1/me/second-factor:confirm', { code: authenticator.code(now) })
  return authenticator
}
const idOf = async (person: Person): Promise<string> => (await person.must(200, 'GET', '/v1/me/person')).id
const refusal = async (asker: Person, person: string) => {
  const { status, body } = await asker.call('POST', TAKE, { person })
  return [status, body.code]
}

beforeAll(async () => {
  sink = await SmtpSink.start()
  server = await TestServer.start({
    env: { KEYWRIGHT_SMTP_URL: sink.url, KEYWRIGHT_MAIL_FROM: 'keys@keywright.example', KEYWRIGHT_SUPPORT_CONTACT: 'security@keywright.example' },
  })
  await later()
  operator = await firstOperator(server)
  await operator.must(201, 'POST', '/v1/organizations', { slug: 'acme' })
  mia = await joined(sink, operator, 'acme', 'owner', 'mia@acme.example')
  await enroll(mia)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await sink[Symbol.asyncDispose]()
})

test('only an operator does it, and proves afresh who he is; never to himself, and not without need', async () => {
  const id = await idOf(mia)
  const administrator = await joined(sink, operator, 'acme', 'administrator', 'adam@acme.example')
  expect(await refusal(administrator, id)).toEqual([403, 'forbidden'])
  expect(await refusal(mia, id)).toEqual([403, 'forbidden'])
  expect(await refusal(operator, id)).toEqual([403, 'second_factor_missing'])
  const authenticator = await enroll(operator)
  await later(601)
  expect(await refusal(operator, id)).toEqual([403, 'step_up_required'])
  await operator.must(200, 'POST', '/v1/me:step-up', { code: authenticator.code(now) })
  expect(await refusal(operator, await idOf(operator))).toEqual([403, 'forbidden'])
  expect(await refusal(operator, operator.email)).toEqual([403, 'forbidden'])
  expect(await refusal(operator, 'per_00000000000000000000000000')).toEqual([404, 'not_found'])
  expect(await refusal(operator, 'nobody@acme.example')).toEqual([404, 'not_found'])
  expect(await refusal(operator, administrator.email)).toEqual([404, 'not_found'])
  expect((await mia.must(200, 'GET', '/v1/me/person')).secondFactor.enrolled).toBe(true)
})

test('from then on the password signs in; every session has ended, a mail says who did it, and the log keeps it', async () => {
  const id = await idOf(mia)
  const half = new Person(server, mia.email)
  expect((await half.must(200, 'POST', '/v1/sign-in:password', { email: mia.email, password: PASSWORD })).status).toBe('second-factor')
  const mails = sink.mails.filter(({ to }) => to.includes(mia.email)).length
  expect(await operator.must(200, 'POST', TAKE, { person: id })).toEqual({ person: { id, name: 'mia', email: mia.email }, notice: 'queued' })

  expect((await mia.call('GET', '/v1/me/person')).status).toBe(401)
  const { text } = partsOf(await mailTo(sink, mia.email, mails + 1))
  expect(text).toContain('Op, who operates this Keywright, removed the second factor')
  expect(text).toContain('security@keywright.example')
  const { items } = await operator.must(200, 'GET', '/v1/audit-events?action=person.second_factor_taken')
  expect(items).toHaveLength(1)
  expect(items[0]).toMatchObject({ actor: { kind: 'person', name: 'Op' }, subject: { kind: 'person', id }, personal: { email: mia.email } })

  // A sign-in that stood before the question is no way around either.
  expect((await half.call('POST', '/v1/sign-in:second-factor', { code: '000000' })).status).toBe(403)
  await new Person(server, mia.email).signIn()
  expect(await refusal(operator, id)).toEqual([404, 'not_found'])
})

test('where the only operator is locked out, whoever has the host does it with a key made there', async () => {
  const key = await server.bootstrap()
  const { secret: lesser } = await server.must(201, 'POST', '/v1/management-keys', { key, body: { name: 'no rights', capabilities: [] } })
  expect((await server.call('POST', TAKE, { key: lesser, body: { person: operator.email } })).status).toBe(403)
  const { code, stdout } = await server.cli(['people', 'remove-second-factor', operator.email, '--yes'], { key })
  expect(stdout).toContain(`${operator.email} signs in without a second factor now`)
  expect(code).toBe(0)
  await new Person(server, operator.email).signIn()
})
