import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { masterKeyOf } from '../config/master-key.ts'
import { testClock } from '../kernel/clock.ts'
import { systemRandom } from '../kernel/random.ts'
import type { Caller, Services } from '../management/services.ts'
import { listAuditEvents } from '../store/audit-events.ts'
import { openSqlite } from '../store/drivers/sqlite/open.ts'
import { migrate } from '../store/migrate.ts'
import { TEST_NOW, temporaryFolder } from '../store/testing.ts'
import { RefusedCommands } from './refused-commands.ts'

const ACME = 'org_00000000000000000000000001'

async function world() {
  const database = await openSqlite({ file: join(temporaryFolder(), 'keywright.db') })
  onTestFinished(() => database[Symbol.asyncDispose]())
  await migrate(database, TEST_NOW)
  const clock = testClock(TEST_NOW)
  const services: Services = { database, clock, random: systemRandom, masterKey: masterKeyOf(systemRandom(32)), afterCommit: async () => {} }
  const failures: unknown[] = []
  const refused = new RefusedCommands(services, (error) => failures.push(error))
  onTestFinished(() => expect(failures).toEqual([]))
  const caller = (id: string): Caller => ({
    actor: { kind: 'management-key', id, name: id },
    role: 'member',
    capabilities: new Set(),
    organizationId: ACME,
    requestId: 'req_1',
  })
  const refuse = async (id: string, times: number, operation = 'keys.issue') => {
    for (let count = 0; count < times; count++)
      await refused.note(caller(id), {
        organizationId: ACME,
        subject: { kind: 'organization', id: ACME },
        operation,
        code: 'forbidden',
        reason: 'The role may not do that.',
      })
  }
  const events = async (actorId: string) => {
    const items = []
    for (let before: number | undefined; ;) {
      const page = await listAuditEvents(database.reader, database.build, { actorId, limit: 100, ...(before === undefined ? {} : { before }) })
      items.push(...page.items)
      if (page.next === null) return items
      before = page.next
    }
  }
  return { clock, refused, refuse, events }
}

test('each refusal is an event; of a flood from one caller the rest is added up, told, and nothing is dropped (trap 17)', async () => {
  const { refused, refuse, events } = await world()
  await refuse('flood', 130)
  await refuse('flood', 5, 'keys.remove')
  await refuse('other', 1)
  expect(await events('flood')).toHaveLength(100)
  expect(await events('other')).toHaveLength(1)
  await refused.flush()
  const [sum, ...each] = await events('flood')
  expect(each).toHaveLength(100)
  expect(sum).toMatchObject({
    action: 'command.refused',
    organizationId: ACME,
    requestId: null,
    detail: {
      operation: 'various',
      more: 35,
      reason: '35 more commands within a minute.',
      kinds: { 'keys.issue forbidden': 30, 'keys.remove forbidden': 5 },
    },
  })
  await refused.flush()
  expect(await events('flood')).toHaveLength(101)
})

test('with the next minute the sum of the one before is told, and each refusal is an event again', async () => {
  const { clock, refuse, events } = await world()
  await refuse('flood', 101)
  clock.set(TEST_NOW + 60_000)
  await refuse('flood', 1)
  const [newest, sum] = await events('flood')
  expect([newest?.detail['operation'], sum?.detail['more']]).toEqual(['keys.issue', 1])
})

test('what is refused while the server drains is told each by itself', async () => {
  const { refused, refuse, events } = await world()
  await refuse('flood', 101)
  await refused.close()
  await refuse('flood', 102)
  expect(await events('flood')).toHaveLength(100 + 1 + 102)
})
