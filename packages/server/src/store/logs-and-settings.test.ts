import { sql } from 'kysely'
import { keyType } from '@keywright/core/configuration/key-type.ts'
import { api } from '@keywright/core/configuration/api.ts'
import type { Change } from '@keywright/core/replica/change.ts'
import { expect, test } from 'vitest'
import { allAddressLists, getAddressList, listAddressLists, putAddressList } from './address-lists.ts'
import { deleteApi, getApi, listApis, putApi } from './apis.ts'
import {
  eachAuditEventPage,
  holdsText,
  insertAuditEventQuery,
  insertPersonalQuery,
  lastAuditEventQuery,
  listAuditEvents,
  MOST_SEARCHED,
  type StoredAuditEvent,
} from './audit-events.ts'
import { appendChangeQuery, BEGINNING, changeLogHead, holdsCursor, readChanges, trimChanges } from './change-log.ts'
import { deleteKeyType, getKeyType, listKeyTypes, putKeyType } from './key-types.ts'
import { insertKeyQuery } from './keys.ts'
import { getListSetting, getSetting, putSetting, putSettingOnce } from './settings.ts'
import { addOrganization, collect, exampleKey, keyId, organizationId, temporaryDatabase, TEST_NOW } from './testing.ts'
import { addUsage, lastSeenOfKey, refusalsOfKey, usageSeries } from './usage.ts'

test('numbers changes in commit order without a gap, also after one that was rolled back', async () => {
  const database = await temporaryDatabase()
  const change = (slug: string): Change => ({ kind: 'apiRemoved', slug })
  const mark = (digit: string) => digit.repeat(16)
  expect(await changeLogHead(database.reader, database.build)).toEqual(BEGINNING)
  await Promise.allSettled(
    ['1', '2', '3'].map((digit) =>
      database.write(async (transaction) => {
        await transaction.first(appendChangeQuery(database.build, change(digit), mark(digit), TEST_NOW))
        if (digit === '2') throw new Error('no')
      }),
    ),
  )
  expect(await changeLogHead(database.reader, database.build)).toEqual({ number: 2, mark: mark('3') })
  expect(await readChanges(database.reader, database.build, BEGINNING)).toEqual([
    { number: 1, mark: mark('1'), change: change('1') },
    { number: 2, mark: mark('3'), change: change('3') },
  ])
  expect(await readChanges(database.reader, database.build, { number: 1, mark: mark('1') }, 1)).toHaveLength(1)
})

test('holds exactly its own pairs, and the beginning only until the log is trimmed; numbers never start again', async () => {
  const database = await temporaryDatabase()
  const { reader, build } = database
  await database.write(async (transaction) => {
    for (const digit of ['a', 'b']) transaction.defer(appendChangeQuery(build, { kind: 'apiRemoved', slug: digit }, digit.repeat(16), TEST_NOW))
  })
  const holds = (number: number, mark: string) => holdsCursor(reader, build, { number, mark })
  expect(await Promise.all([holds(1, 'a'.repeat(16)), holds(1, 'b'.repeat(16)), holds(3, 'c'.repeat(16)), holdsCursor(reader, build, BEGINNING)])).toEqual([
    true,
    false,
    false,
    true,
  ])
  expect(await database.write((transaction) => trimChanges(transaction, build, TEST_NOW + 1))).toBe(1)
  expect(await Promise.all([holds(1, 'a'.repeat(16)), holds(2, 'b'.repeat(16)), holdsCursor(reader, build, BEGINNING)])).toEqual([false, true, false])
  await database.write(async (transaction) => transaction.defer(appendChangeQuery(build, { kind: 'apiRemoved', slug: 'c' }, 'c'.repeat(16), TEST_NOW)))
  expect((await changeLogHead(reader, build)).number).toBe(3)
})

test('audit events come back as stored, filtered and paged, newest first', async () => {
  const database = await temporaryDatabase()
  const { reader, build } = database
  const event = (number: number, changes: Partial<StoredAuditEvent> = {}): StoredAuditEvent => ({
    number,
    id: `evt_${number}`,
    organizationId: organizationId(1),
    at: TEST_NOW + number,
    action: 'key.issued',
    actor: { kind: 'management-key', id: 'key_a', name: 'CI' },
    subjectKind: 'key',
    subjectId: 'key_1',
    detail: { cap: 5 },
    requestId: null,
    previousHash: `h${number - 1}`,
    hash: `h${number}`,
    personal: null,
    ...changes,
  })
  const events = [
    event(1),
    event(2, { action: 'key.removed', requestId: 'req_1' }),
    event(3, { organizationId: null, subjectId: 'x', actor: { kind: 'host', id: 'bootstrap', name: null } }),
    event(4, { organizationId: organizationId(2) }),
  ]
  expect(await reader.all(lastAuditEventQuery(build))).toEqual([])
  await database.write(async (transaction) => {
    for (const each of events) transaction.defer(insertAuditEventQuery(build, each))
  })
  expect(await reader.all(lastAuditEventQuery(build))).toEqual([{ number: 4, hash: 'h4' }])
  const numbers = async (filter: Partial<Parameters<typeof listAuditEvents>[2]>) =>
    (await listAuditEvents(reader, build, { limit: 10, ...filter })).items.map((each) => each.number)
  expect((await listAuditEvents(reader, build, { limit: 10 })).items).toEqual(events.toReversed())
  expect(await numbers({ organizationId: organizationId(1) })).toEqual([2, 1])
  expect(await numbers({ organizationId: null })).toEqual([3])
  expect(await numbers({ actions: ['key.removed'] })).toEqual([2])
  expect(await numbers({ subjectKind: 'key', subjectId: 'x' })).toEqual([3])
  expect(await numbers({ actorId: 'bootstrap' })).toEqual([3])
  expect(await numbers({ from: TEST_NOW + 2, to: TEST_NOW + 4 })).toEqual([3, 2])
  expect(await listAuditEvents(reader, build, { limit: 3 })).toMatchObject({ next: 2 })
  expect(await numbers({ before: 2 })).toEqual([1])
  expect(await collect(eachAuditEventPage(reader, build, undefined, 3))).toEqual(events)
  expect((await collect(eachAuditEventPage(reader, build, organizationId(1), 1))).map((each) => each.number)).toEqual([1, 2])
  await expect(database.write((transaction) => transaction.run(insertAuditEventQuery(build, event(4, { id: 'evt_other' }))))).rejects.toThrow(
    /audit_events\.number/,
  )
})

test('a search for a text finds names, ids, facts and what is about people, with % and _ as they are', async () => {
  const database = await temporaryDatabase()
  const { reader, build } = database
  const event = (number: number, changes: Partial<StoredAuditEvent> = {}): StoredAuditEvent => ({
    number,
    id: `evt_${number}`,
    organizationId: organizationId(1),
    at: TEST_NOW + number,
    action: 'key.issued',
    actor: { kind: 'person', id: 'per_a', name: 'Ada "the" Lovelace' },
    subjectKind: 'key',
    subjectId: 'key_1',
    detail: {},
    requestId: null,
    previousHash: `h${number - 1}`,
    hash: `h${number}`,
    personal: null,
    ...changes,
  })
  const events = [
    event(1, { detail: { name: 'Nightly 100%' } }),
    event(2, { personal: { salt: '0'.repeat(32), fields: { address: '192.0.2.9' } }, actor: { kind: 'system', id: 'usage', name: null } }),
    event(3, { subjectId: 'key_nightly' }),
    event(4, { organizationId: organizationId(2), detail: { name: 'nightly' } }),
  ]
  await database.write(async (transaction) => {
    for (const each of events) {
      transaction.defer(insertAuditEventQuery(build, each))
      const personal = insertPersonalQuery(build, each)
      if (personal !== null) transaction.defer(personal)
    }
  })
  for (const [text, expected] of [
    ['NIGHTLY', [3, 1]],
    ['lovelace', [3, 1]],
    ['"the"', [3, 1]],
    ['100%', [1]],
    ['1%0', []],
    ['key_n', [3]],
    ['192.0.2.', [2]],
    ["' OR 1=1 --", []],
    ['\\', []],
  ] as const) {
    const page = await listAuditEvents(reader, build, { organizationId: organizationId(1), text, limit: 10 })
    expect([text, page.items.map((each) => each.number), page.next]).toEqual([text, expected, null])
    // An export asks the same of what it has read.
    expect(events.filter((each) => each.organizationId === organizationId(1) && holdsText(each, text)).map((each) => each.number)).toEqual(
      expected.toReversed(),
    )
  }
})

test('a search for a text ends after a bounded number of events and says where to go on', async () => {
  const database = await temporaryDatabase()
  const { reader, build } = database
  await database.write(async (transaction) => {
    const rows = sql`WITH RECURSIVE counted (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM counted WHERE number < ${MOST_SEARCHED + 10})
      INSERT INTO audit_events (number, id, organization_id, at, action, actor, subject_kind, subject_id, detail, request_id, previous_hash, hash)
      SELECT number, 'evt_' || number, NULL, number, 'key.issued', '{"kind":"system","id":"x","name":null}', 'key',
        CASE number WHEN 3 THEN 'needle' ELSE 'hay' END, '{}', NULL, 'p' || number, 'h' || number FROM counted`
    await transaction.run(rows.compile(build))
  })
  const first = await listAuditEvents(reader, build, { text: 'needle', limit: 10 })
  expect(first).toEqual({ items: [], next: 11 })
  const second = await listAuditEvents(reader, build, { text: 'needle', limit: 10, before: first.next as number })
  expect(second.items.map((each) => each.number)).toEqual([3])
  expect(second.next).toBeNull()
})

test('adds usage up; a late report of an older call counts and changes nothing else', async () => {
  const database = await temporaryDatabase()
  const { reader, build } = database
  const organization = await addOrganization(database, 1)
  await database.write((transaction) => transaction.run(insertKeyQuery(build, exampleKey(1))))
  const minute = Math.floor(TEST_NOW / 60_000)
  const count = (offset: number, decision: string, address: string, calls: number) => ({
    minute: minute + offset,
    keyId: keyId(1),
    version: 1,
    decision,
    address,
    calls,
  })
  const seen = (at: number, address: string) => ({ keyId: keyId(1), version: 1, at, address, client: `client ${at - TEST_NOW}`, calls: 2 })
  for (const at of [TEST_NOW + 5, TEST_NOW + 1]) {
    await database.write(async (transaction) =>
      addUsage(transaction, build, [seen(at, '10.0.0.1')], [count(0, 'allowed', '', 2), count(1, 'expired', '192.0.2.1', 1), count(61, 'allowed', '', 1)]),
    )
  }
  expect(await lastSeenOfKey(reader, build, organization, keyId(1))).toEqual([
    { version: 1, at: TEST_NOW + 5, address: '10.0.0.1', client: 'client 5', calls: 4 },
  ])
  expect(await lastSeenOfKey(reader, build, organizationId(2), keyId(1))).toEqual([])
  const range = { from: TEST_NOW, to: TEST_NOW + 7_200_000 }
  expect(await usageSeries(reader, build, organization, keyId(1), { ...range, step: 'minute' })).toEqual([
    { at: TEST_NOW, version: 1, decision: 'allowed', calls: 4 },
    { at: TEST_NOW + 60_000, version: 1, decision: 'expired', calls: 2 },
    { at: TEST_NOW + 3_660_000, version: 1, decision: 'allowed', calls: 2 },
  ])
  expect(
    (await usageSeries(reader, build, organization, keyId(1), { ...range, step: 'hour' })).map((point) => [point.at - TEST_NOW, point.decision, point.calls]),
  ).toEqual([
    [0, 'allowed', 4],
    [0, 'expired', 2],
    [3_600_000, 'allowed', 2],
  ])
  expect(await usageSeries(reader, build, organizationId(2), keyId(1), { ...range, step: 'hour' })).toEqual([])
  expect(await refusalsOfKey(reader, build, organization, keyId(1), { ...range, limit: 5 })).toEqual([
    { decision: 'expired', address: '192.0.2.1', calls: 2, lastMinute: minute + 1 },
  ])
})

test('definitions and address lists are replaced as a whole, and each change raises the revision', async () => {
  const database = await temporaryDatabase()
  const { reader, build } = database
  const organization = await addOrganization(database, 1)
  const type = keyType.parse({ slug: 'ucd', prefix: 'ucd' })
  const definition = api.parse({ slug: 'data', accepts: ['ucd'] })
  for (const now of [1, 2]) {
    await database.write(async (transaction) => {
      await putKeyType(transaction, build, { ...type, description: `${now}` }, now)
      await putApi(transaction, build, definition, now)
      await putAddressList(transaction, build, organization, 'ucd', now === 1 ? 'any' : [{ cidr: '10.0.0.0/8', label: null }], now)
    })
  }
  expect(await getKeyType(reader, build, 'ucd')).toEqual({ definition: { ...type, description: '2' }, createdAt: 1, updatedAt: 2, revision: 2 })
  expect(await listApis(reader, build)).toEqual([{ definition, createdAt: 1, updatedAt: 2, revision: 2 }])
  const list = { organizationId: organization, type: 'ucd', addresses: [{ cidr: '10.0.0.0/8', label: null }], updatedAt: 2, revision: 2 }
  expect(await getAddressList(reader, build, organization, 'ucd')).toEqual(list)
  expect(await listAddressLists(reader, build, organization)).toEqual([list])
  expect(await allAddressLists(reader, build)).toEqual([list])
  expect(await listAddressLists(reader, build, organizationId(2))).toEqual([])
  expect(
    await database.write(async (transaction) => [
      await deleteKeyType(transaction, build, 'ucd'),
      await deleteKeyType(transaction, build, 'ucd'),
      await deleteApi(transaction, build, 'data'),
    ]),
  ).toEqual([true, false, true])
  expect([await listKeyTypes(reader, build), await getApi(reader, build, 'data')]).toEqual([[], null])
})

test('a setting that is put once stays; a list that was never set is empty', async () => {
  const database = await temporaryDatabase()
  const { reader, build } = database
  expect(await database.write((transaction) => putSettingOnce(transaction, build, 'masterKeyId', 'a'))).toBe(true)
  expect(await database.write((transaction) => putSettingOnce(transaction, build, 'masterKeyId', 'b'))).toBe(false)
  expect(await getSetting(reader, build, 'masterKeyId')).toBe('a')
  expect(await getListSetting(reader, build, 'environments')).toEqual([])
  for (const value of ['["live"]', '["live","test"]']) await database.write((transaction) => putSetting(transaction, build, 'environments', value))
  expect(await getListSetting(reader, build, 'environments')).toEqual(['live', 'test'])
})
