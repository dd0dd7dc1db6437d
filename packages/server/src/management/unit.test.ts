import { AppError } from '@keywright/core/problem-code.ts'
import { expect, test } from 'vitest'
import { masterKeyId } from '../config/master-key.ts'
import { chainFault, CHAIN_START, type ChainEnd } from '../events/audit.ts'
import { testClock } from '../kernel/clock.ts'
import { systemRandom } from '../kernel/random.ts'
import { listAuditEvents } from '../store/audit-events.ts'
import { readChanges, BEGINNING } from '../store/change-log.ts'
import type { Database } from '../store/database.ts'
import { temporaryDatabase } from '../store/testing.ts'
import type { Caller, Services } from './services.ts'
import { commit, type Unit } from './unit.ts'

const CALLER: Caller = { actor: { kind: 'host', id: 'test', name: null }, role: 'operator', capabilities: new Set(), organizationId: null, requestId: 'req_1' }

function servicesOn(database: Database, afterCommit: () => Promise<void>): Services {
  const bytes = new Uint8Array(32)
  return { database, clock: testClock(1000), random: systemRandom, masterKey: { id: masterKeyId(bytes), bytes }, afterCommit }
}

function note(unit: Unit, slug: string): void {
  unit.change({ kind: 'apiRemoved', slug })
  unit.audit({ organizationId: null, action: 'api.removed', subject: { kind: 'api', id: slug }, detail: {} })
}

test('verifiers are told after the commit, when the change can be read, and never of one that failed (trap 3)', async () => {
  await using database = await temporaryDatabase()
  const told: number[] = []
  const services = servicesOn(database, async () => {
    told.push((await readChanges(database.reader, database.build, BEGINNING)).length)
  })
  await commit(services, CALLER, async (unit) => note(unit, 'a'))
  expect(told).toEqual([1])
  await expect(
    commit(services, CALLER, async (unit) => {
      note(unit, 'b')
      throw new AppError('in_use', 'No.')
    }),
  ).rejects.toThrow('No.')
  expect(told).toEqual([1])
  expect((await listAuditEvents(database.reader, database.build, { limit: 10 })).items).toHaveLength(1)
})

test('who commits nothing for verifiers does not wake them', async () => {
  await using database = await temporaryDatabase()
  let woken = 0
  const services = servicesOn(database, async () => void woken++)
  await commit(services, CALLER, async (unit) => unit.audit({ organizationId: null, action: 'command.refused', subject: { kind: 'x', id: 'x' }, detail: {} }))
  expect(woken).toBe(0)
})

test('units that commit together keep one unbroken chain and one gapless log, also when some of them fail', async () => {
  await using database = await temporaryDatabase()
  const services = servicesOn(database, async () => {})
  const outcomes = await Promise.allSettled(
    Array.from({ length: 60 }, (_unused, index) =>
      commit(services, CALLER, async (unit) => {
        note(unit, `x${index}`)
        await unit.batch([])
        if (index % 5 === 0) throw new AppError('in_use', 'No.')
      }),
    ),
  )
  expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(48)
  const events = (await listAuditEvents(database.reader, database.build, { limit: 100 })).items.toReversed()
  expect(events).toHaveLength(48)
  let end: ChainEnd = CHAIN_START
  for (const event of events) {
    expect(chainFault(end, event)).toBeNull()
    end = event
  }
  expect((await readChanges(database.reader, database.build, BEGINNING)).map((entry) => entry.number)).toEqual(
    Array.from({ length: 48 }, (_unused, index) => index + 1),
  )
})

test('event and change carry who asked, with which request, at one instant', async () => {
  await using database = await temporaryDatabase()
  await commit(
    servicesOn(database, async () => {}),
    CALLER,
    async (unit) => note(unit, 'a'),
  )
  expect((await listAuditEvents(database.reader, database.build, { limit: 1 })).items[0]).toMatchObject({
    actor: CALLER.actor,
    requestId: 'req_1',
    at: 1000,
    action: 'api.removed',
  })
})
