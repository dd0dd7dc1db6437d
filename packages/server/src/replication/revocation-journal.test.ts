import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Change } from '@keywright/core/replica/change.ts'
import { expect, onTestFinished, test } from 'vitest'
import { readRevocations } from '../kernel/revocation-lines.ts'
import { testClock } from '../kernel/clock.ts'
import { appendChangeQuery, readChanges, trimChanges } from '../store/change-log.ts'
import type { Database } from '../store/database.ts'
import { temporaryDatabase, temporaryFolder } from '../store/testing.ts'
import { type JournalLimits, RevocationJournal } from './revocation-journal.ts'

let mark = 0
const keyChange = (id: string, status: 'active' | 'inactive' | 'removed', ended: number | null = null): Change => ({
  kind: 'key',
  key: {
    id,
    organizationId: 'org_1',
    environment: 'live',
    type: 't',
    name: id,
    origin: null,
    status,
    expiresAt: null,
    scopes: [],
    addresses: 'any',
    limits: null,
    grant: null,
    epoch: 0,
    versions: [{ number: 1, digest: 'd'.repeat(43), endsAt: ended }],
  },
})

async function log(database: Database, ...changes: Change[]): Promise<void> {
  await database.write(async (transaction) => {
    for (const change of changes) transaction.defer(appendChangeQuery(database.build, change, (++mark).toString(16).padStart(16, '0'), mark))
  })
}

const clock = testClock()

async function open(database: Database, file: string, limits?: JournalLimits): Promise<RevocationJournal> {
  const journal = await RevocationJournal.open({ file, database, clock, installation: 'ins_1', ...(limits === undefined ? {} : { limits }) })
  onTestFinished(() => journal[Symbol.asyncDispose]().catch(() => {}))
  return journal
}

async function statesOf(file: string): Promise<Record<string, unknown>> {
  const { states } = await readRevocations(file)
  return Object.fromEntries([...states].map(([id, state]) => [id, state.kind === 'key' ? state.status : state.kind]))
}

test('holds what was revoked and what was given back, and nothing of what never was; no digest', async () => {
  const [database, file] = [await temporaryDatabase(), join(temporaryFolder(), 'j')]
  const journal = await open(database, file)
  await log(
    database,
    keyChange('key_a', 'active'),
    keyChange('key_b', 'inactive'),
    keyChange('key_b', 'active'),
    keyChange('key_c', 'removed'),
    keyChange('key_d', 'active', 5),
  )
  journal.take(await readChanges(database.reader, database.build, { number: 0, mark: '' }))
  await journal.flush()
  expect(await statesOf(file)).toEqual({ key_b: 'active', key_c: 'removed', key_d: 'active' })
  const size = journal.bytes
  await log(database, keyChange('key_c', 'removed'))
  journal.take(await readChanges(database.reader, database.build, { number: 5, mark: '' }))
  await journal.flush()
  expect(journal.bytes).toBe(size)
  expect(readFileSync(file, 'utf8')).not.toContain('ddddd')
})

test('what was committed while nobody wrote is made up for at the start, also after a torn line', async () => {
  const [database, file] = [await temporaryDatabase(), join(temporaryFolder(), 'j')]
  const first = await open(database, file)
  await log(database, keyChange('key_a', 'removed'))
  first.take(await readChanges(database.reader, database.build, { number: 0, mark: '' }))
  await first.flush()
  const whole = readFileSync(file, 'utf8')
  await log(database, keyChange('key_b', 'removed'))
  for (let cut = 1; cut < 60; cut += 7) {
    // The process died while it wrote the line for key_b, anywhere in it.
    writeFileSync(file, whole)
    appendFileSync(file, '{"kind":"key","change":[2,"0000000000000002"],"at":1,"id":"key_b","status":"removed"'.slice(0, cut))
    const again = await open(database, file)
    expect(await statesOf(file)).toEqual({ key_a: 'removed', key_b: 'removed' })
    await again[Symbol.asyncDispose]()
    expect(await readRevocations(file)).toMatchObject({ torn: false, damaged: 0 })
  }
})

test('a gap between the journal and the feed is read from the log', async () => {
  const [database, file] = [await temporaryDatabase(), join(temporaryFolder(), 'j')]
  const journal = await open(database, file)
  await log(database, keyChange('key_a', 'removed'), keyChange('key_b', 'removed'))
  journal.take(await readChanges(database.reader, database.build, { number: 1, mark: '' }))
  await journal.flush()
  expect(await statesOf(file)).toEqual({ key_a: 'removed', key_b: 'removed' })
})

test('a damaged line in the middle is told, not passed over in silence', async () => {
  const [database, file] = [await temporaryDatabase(), join(temporaryFolder(), 'j')]
  await log(database, keyChange('key_a', 'removed'), keyChange('key_b', 'removed'))
  await open(database, file)
  writeFileSync(file, readFileSync(file, 'utf8').replace('key_a', 'key_x'))
  expect(await readRevocations(file)).toMatchObject({ damaged: 1, torn: false })
})

test('it stays bounded: one line for each thing, and none older than the bound; the beginning says from where it is whole', async () => {
  const [database, file] = [await temporaryDatabase(), join(temporaryFolder(), 'j')]
  const limits = { bytes: 2000, days: 10 }
  const journal = await open(database, file, limits)
  for (let round = 0; round < 40; round++) {
    await log(database, keyChange('key_a', round % 2 === 0 ? 'inactive' : 'active'), ...(round === 0 ? [keyChange('key_old', 'removed')] : []))
    journal.take(await readChanges(database.reader, database.build, { number: round === 0 ? 0 : round + 1, mark: '' }))
    await journal.flush()
    if (round === 0) clock.advance(11 * 86_400_000)
  }
  expect(journal.bytes).toBeLessThan(4000)
  expect(await statesOf(file)).toEqual({ key_a: 'active' })
  expect((await readRevocations(file)).begin?.since).toBe(2)
})

test('a database from before is refused, a trimmed log is not', async () => {
  const [database, file] = [await temporaryDatabase(), join(temporaryFolder(), 'j')]
  await log(database, keyChange('key_a', 'removed'))
  await (await open(database, file))[Symbol.asyncDispose]()
  await log(database, keyChange('key_b', 'active'), keyChange('key_c', 'removed'))
  await database.write((transaction) => trimChanges(transaction, database.build, mark + 1))
  await (await open(database, file))[Symbol.asyncDispose]()
  expect(await statesOf(file)).toEqual({ key_a: 'removed', key_c: 'removed' })

  const older = await temporaryDatabase()
  await log(older, keyChange('key_a', 'active'))
  await expect(open(older, file)).rejects.toThrow(/exchanged for an older/)
  await log(older, keyChange('key_a', 'active'), keyChange('key_a', 'active'), keyChange('key_a', 'active'))
  await expect(open(older, file)).rejects.toThrow(/exchanged for an older/)
})
