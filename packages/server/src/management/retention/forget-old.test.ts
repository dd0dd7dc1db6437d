import { CompiledQuery } from 'kysely'
import { expect, test } from 'vitest'
import { masterKeyId } from '../../config/master-key.ts'
import { testClock } from '../../kernel/clock.ts'
import { systemRandom } from '../../kernel/random.ts'
import { addOrganization, temporaryDatabase } from '../../store/testing.ts'
import type { Services } from '../services.ts'
import { forgetOld } from './forget-old.ts'

const DAY = 86_400_000
const KEEP = { usage: 90, refusals: 30, personal: 10, changes: 30 }

test('what is older than it may be kept is forgotten, to the day, and what must still be sent is not', async () => {
  await using database = await temporaryDatabase()
  const bytes = new Uint8Array(32)
  const clock = testClock(1000 * DAY)
  const services: Services = { database, clock, random: systemRandom, masterKey: { id: masterKeyId(bytes), bytes }, afterCommit: async () => {} }
  const organization = await addOrganization(database, 1)
  const run = (sql: string, parameters: unknown[]) => database.write((transaction) => transaction.run(CompiledQuery.raw(sql, parameters)))
  const message = (id: string, status: string, at: number) =>
    run(
      "INSERT INTO outbox (id, organization_id, kind, status, recipients, subject, text, html, attempts, next_attempt_at, last_error, created_at, sent_at) VALUES (?, ?, 'expiry', ?, '[\"a@x.example\"]', '', '', '', 0, NULL, NULL, ?, NULL)",
      [id, organization, status, at],
    )
  await message('old', 'sent', 990 * DAY - 1)
  await message('waiting', 'queued', 990 * DAY - 1)
  await message('young', 'sent', 990 * DAY)
  for (const [decision, day] of [
    ['allowed', 909],
    ['allowed', 910],
    ['expired', 969],
    ['expired', 970],
  ] as const)
    await run("INSERT INTO usage_minutes VALUES (?, 'key_1', 1, ?, '', 1)", [day * 1440, decision])
  await run("INSERT INTO last_seen VALUES ('key_1', 1, ?, '192.0.2.1', 'curl', 7)", [990 * DAY - 1])
  for (const [id, ended] of [
    ['inv_old', 990 * DAY - 1],
    ['inv_young', 990 * DAY],
  ] as const)
    await run(
      "INSERT INTO invitations (id, organization_id, email, role, status, invited_by, expires_at, sent_at, sends, created_at, ended_at) VALUES (?, ?, 'a@x.example', 'member', 'withdrawn', '{}', 0, 0, 1, 0, ?)",
      [id, organization, ended],
    )

  expect(await forgetOld(services, KEEP)).toMatchObject({ usage: 1, refusals: 1, personalRows: 3 })
  const all = async (sql: string) => (await database.reader.all(CompiledQuery.raw(sql))) as Record<string, unknown>[]
  expect(await all("SELECT id FROM outbox WHERE recipients = '[]'")).toEqual([{ id: 'old' }])
  expect(await all('SELECT minute / 1440 AS day FROM usage_minutes ORDER BY minute')).toEqual([{ day: 910 }, { day: 970 }])
  expect(await all('SELECT id FROM invitations')).toEqual([{ id: 'inv_young' }])
  expect(await all('SELECT address, client, calls FROM last_seen')).toEqual([{ address: null, client: null, calls: 7 }])
  expect(await forgetOld(services, KEEP)).toMatchObject({ usage: 0, refusals: 0, personalRows: 0 })
})
