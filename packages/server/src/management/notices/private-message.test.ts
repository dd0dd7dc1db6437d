import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished, expect, test } from 'vitest'
import { CAPABILITIES, type Capability } from '@keywright/core/permissions.ts'
import type { Mail } from '../../events/mailer.ts'
import { masterKeyOf } from '../../config/master-key.ts'
import { testClock } from '../../kernel/clock.ts'
import { systemRandom } from '../../kernel/random.ts'
import { openSqlite } from '../../store/drivers/sqlite/open.ts'
import { migrate } from '../../store/migrate.ts'
import { getMessage } from '../../store/outbox.ts'
import { listAuditEvents } from '../../store/audit-events.ts'
import { TEST_NOW, temporaryFolder } from '../../store/testing.ts'
import type { Caller, Services } from '../services.ts'
import { commit } from '../unit.ts'
import { blankMessages } from './blank-messages.ts'
import { linkText } from './link-text.ts'
import { queuePrivateMessage } from './private-message.ts'
import { readMessage } from './read-message.ts'
import { resendMessage } from './resend-message.ts'
import { sendMessages } from './send-messages.ts'
import { NOTICES } from './settings.ts'

const TOKEN = 'kTq7vXzR2mWcB9sLpYdHn4Gf6JxE8aUo'
const content = linkText({
  subject: 'Sign in',
  paragraphs: ['Hello'],
  link: { label: 'Sign in', url: `https://keys.example.com/sign-in/link#${TOKEN}` },
  foot: [],
})

async function world() {
  const folder = temporaryFolder()
  const database = await openSqlite({ file: join(folder, 'keywright.db') })
  onTestFinished(() => database[Symbol.asyncDispose]())
  await migrate(database, TEST_NOW)
  const clock = testClock(TEST_NOW)
  const services: Services = { database, clock, random: systemRandom, masterKey: masterKeyOf(systemRandom(32)), afterCommit: async () => {} }
  const queue = (mailConfigured: boolean) =>
    commit(services, NOTICES, (unit) =>
      queuePrivateMessage(
        services,
        unit,
        { kind: 'sign-in-link', organizationId: null, recipient: 'ada@example.com', content, usableUntil: TEST_NOW + 900_000 },
        mailConfigured,
      ),
    )
  const message = async (id: string) => (await getMessage(database.reader, database.build, id)) as NonNullable<Awaited<ReturnType<typeof getMessage>>>
  const bytes = () => ['keywright.db', 'keywright.db-wal'].map((name) => readFileSync(join(folder, name)).toString('latin1')).join('')
  return { services, clock, queue, message, bytes }
}

test('a link is sent whole, stands nowhere in the database in the clear, and is gone once it was sent', async () => {
  const { services, queue, message, bytes } = await world()
  const { id, status } = await queue(true)
  expect(status).toBe('queued')
  const mails: Mail[] = []
  await sendMessages(services, { send: async (mail) => void mails.push(mail), publicUrl: null, supportContact: null })
  expect(mails).toEqual([{ id, to: ['ada@example.com'], ...content }])
  expect(await message(id)).toMatchObject({ status: 'sent', sealed: null, text: '', html: '' })
  expect(bytes()).not.toContain(TOKEN)
  await expect(resendMessage(services, NOTICES, id, true)).rejects.toMatchObject({ code: 'mail_unavailable' })
})

test('without a mail server an operator reads the link, and the audit says so', async () => {
  const { services, queue, message, bytes } = await world()
  const { id } = await queue(false)
  expect(await readMessage(services, NOTICES, await message(id))).toEqual({ text: content.text, html: content.html })
  const { reader, build } = services.database
  const { items } = await listAuditEvents(reader, build, { limit: 10 })
  expect(items.map(({ action }) => action)).toContain('notice.link_read')
  expect(bytes()).not.toContain(TOKEN)
})

test('a management key without the capabilities of people reads no link: with it, it would act as one', async () => {
  const { services, queue, message } = await world()
  const { id } = await queue(false)
  const key = (...capabilities: Capability[]): Caller => ({
    actor: { kind: 'management-key', id: 'key_1', name: 'monitoring' },
    role: 'operator',
    capabilities: new Set(capabilities),
    organizationId: null,
    requestId: null,
  })
  for (const capabilities of [[], ['credentials:manage'], ['keys:reveal']] as const)
    await expect(readMessage(services, key(...capabilities), await message(id))).rejects.toMatchObject({ code: 'forbidden' })
  expect((await readMessage(services, key(...CAPABILITIES), await message(id))).text).toContain(TOKEN)
})

test('a link that is on its way is shown to no operator', async () => {
  const { services, queue, message } = await world()
  const { id } = await queue(true)
  expect(await readMessage(services, NOTICES, await message(id))).toEqual({ text: '', html: '' })
})

test('a link that is too old is shown to nobody, sent to nobody, and forgotten', async () => {
  const { services, clock, queue, message } = await world()
  const [kept, queued] = [await queue(false), await queue(true)]
  clock.set(TEST_NOW + 900_000)
  expect(await readMessage(services, NOTICES, await message(kept.id))).toEqual({ text: '', html: '' })
  await expect(resendMessage(services, NOTICES, kept.id, true)).rejects.toMatchObject({ code: 'mail_unavailable' })
  expect(await blankMessages(services)).toBe(2)
  expect((await message(kept.id)).sealed).toBeNull()
  const mails: Mail[] = []
  await sendMessages(services, { send: async (mail) => void mails.push(mail), publicUrl: null, supportContact: null })
  expect(mails).toEqual([])
  expect((await message(queued.id)).status).toBe('failed')
})

test('a message with a link goes to the address it was written to when it is sent again', async () => {
  const { services, queue, message } = await world()
  const { id } = await queue(false)
  await resendMessage(services, NOTICES, id, true)
  expect((await message(id)).recipients).toEqual(['ada@example.com'])
})

test('a message of another person, put in the place of this one, does not open', async () => {
  const { services, queue, message } = await world()
  const [first, second] = [await queue(false), await queue(false)]
  const swapped = { ...(await message(first.id)), sealed: (await message(second.id)).sealed }
  await expect(readMessage(services, NOTICES, swapped)).rejects.toThrow(/does not open/)
})

test('a name with a line break or with markup stays text of one line', () => {
  const { subject, text, html } = linkText({
    subject: 'Join\r\nBcc: x@example.com',
    paragraphs: ['<b>Acme</b>\nGo to evil.example'],
    link: { label: 'Join', url: 'https://keys.example.com/' },
    foot: [],
  })
  expect(subject).toBe('Join Bcc: x@example.com')
  expect(text).toContain('<b>Acme</b> Go to evil.example\n')
  expect(html).toContain('&lt;b&gt;Acme&lt;/b&gt; Go to evil.example')
})
