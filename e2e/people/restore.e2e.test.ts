import { join } from 'node:path'
import { expect, test } from 'vitest'
import { TestServer } from '../harness.ts'
import { SmtpSink } from '../notices/smtp-sink.ts'
import { mailTo, tokenIn } from './mail.ts'
import { firstOperator, joined, Person } from './person.ts'

test('a restore lets nobody in who was shut out since the backup: members, roles, sessions, links', async () => {
  await using sink = await SmtpSink.start()
  await using server = await TestServer.start({ env: { KEYWRIGHT_SMTP_URL: sink.url, KEYWRIGHT_MAIL_FROM: 'Keys <keys@example.com>' }, testClock: false })
  const operator = await firstOperator(server)
  await operator.must(201, 'POST', '/v1/organizations', { slug: 'acme' })
  const members = '/v1/organizations/acme/members'
  const idOf = async (email: string) => {
    const { items } = await operator.must(200, 'GET', members)
    return items.find((item: { person: { email: string } }) => item.person.email === email).id
  }
  const owner = await joined(sink, operator, 'acme', 'owner', 'owner@acme.example')
  const removed = await joined(sink, operator, 'acme', 'administrator', 'removed@acme.example')
  const demoted = await joined(sink, operator, 'acme', 'administrator', 'demoted@acme.example')
  await owner.must(201, 'POST', '/v1/organizations/acme/invitations', { email: 'waiting@acme.example', role: 'administrator' })
  const token = tokenIn(await mailTo(sink, 'waiting@acme.example'))

  const backup = join(server.folder, 'backup.db')
  expect(await server.cli(['backup', backup])).toMatchObject({ code: 0 })
  await owner.must(200, 'DELETE', `${members}/${await idOf(removed.email)}`)
  await owner.must(200, 'PATCH', `${members}/${await idOf(demoted.email)}`, { role: 'member' })
  await server.stop()
  const restored = await server.cli(['restore', backup, '--yes'])
  expect(restored.code, restored.stderr).toBe(0)
  expect(restored.stdout).toMatch(/Everybody is signed out \(\d+ sessions\), and what waited of invitations \(1 link\) is withdrawn/)
  expect(restored.stdout).toMatch(/Members who had been removed since the backup, and are removed again: mem_/)
  await server.run()

  for (const person of [operator, owner, demoted, removed]) expect((await person.call('GET', '/v1/me/person')).status, person.email).toBe(401)
  expect((await new Person(server, removed.email).signIn().then((person) => person.must(200, 'GET', '/v1/me/person'))).memberships).toEqual([])
  expect((await new Person(server, demoted.email).signIn().then((person) => person.must(200, 'GET', '/v1/me/person'))).memberships).toMatchObject([
    { role: 'member' },
  ])
  const body = { token, name: 'W', password: 'a long enough password' }
  expect((await new Person(server, 'waiting@acme.example').call('POST', '/v1/sign-in:register', body)).body).toMatchObject({
    status: 409,
    code: 'link_unusable',
  })
  const again = await new Person(server, owner.email).signIn()
  await again.must(201, 'POST', '/v1/organizations/acme/invitations', { email: 'waiting@acme.example', role: 'administrator' })
})
