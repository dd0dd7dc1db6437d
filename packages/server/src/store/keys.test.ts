import { KEY_STATUSES, statusAt } from '@keywright/core/lifecycle.ts'
import { expect, test } from 'vitest'
import type { Database } from './database.ts'
import { isUniqueViolation } from './drivers/sqlite/errors.ts'
import type { StoredKey } from './key-record.ts'
import type { EndedRule } from './key-status.ts'
import {
  countForCapQuery,
  countKeysOfType,
  eachKeyPage,
  findKeyOfAnyone,
  getKey,
  insertKeyQuery,
  type KeyFilter,
  listKeys,
  nameExistsQuery,
  updateKeyQuery,
} from './keys.ts'
import {
  destroyCiphertextQuery,
  destroyCiphertextsOfType,
  endOtherVersionsQuery,
  endVersionQuery,
  insertVersionQuery,
  listVersions,
  versionByDigest,
} from './secret-versions.ts'
import { addOrganization, collect, exampleKey, keyId, organizationId, temporaryDatabase, TEST_NOW } from './testing.ts'

async function withKeys(keys: StoredKey[]): Promise<Database> {
  const database = await temporaryDatabase()
  await addOrganization(database, 1)
  await addOrganization(database, 2)
  await database.write(async (transaction) => {
    for (const key of keys) transaction.defer(insertKeyQuery(database.build, key))
  })
  return database
}

async function listed(
  database: Database,
  filter: Partial<KeyFilter>,
  ended: EndedRule[] = [],
  now = TEST_NOW,
  organization = organizationId(1),
): Promise<string[]> {
  const page = await listKeys(database.reader, database.build, organization, { limit: 100, ...filter }, ended, now)
  return page.items.map((key) => key.name)
}

const EXAMPLES = [
  exampleKey(1, { status: 'active' }),
  exampleKey(2, { status: 'pending', expiresAt: TEST_NOW + 10 }),
  exampleKey(3, { status: 'inactive', expiresAt: TEST_NOW }),
  exampleKey(4, { status: 'removed', expiresAt: TEST_NOW - 1 }),
  exampleKey(5, { status: 'active', type: 'web-push', origin: 'settings' }),
  exampleKey(6, { status: 'active', type: 'web-push', origin: null }),
  exampleKey(7, { status: 'active', type: 'web-push', origin: 'settings', expiresAt: TEST_NOW - 1 }),
  exampleKey(8, { status: 'active', type: 'old' }),
]
const ENDED: EndedRule[] = [
  { type: 'web-push', origin: 'settings', retiredAt: TEST_NOW },
  { type: 'old', origin: null, retiredAt: TEST_NOW + 5 },
]

test('a key comes back as it was stored', async () => {
  const key = exampleKey(1, {
    limits: [{ calls: 5, per: 60 }],
    grant: { role: 'auditor', apis: 'all' },
    tags: ['a'],
    addresses: 'any',
    expiresAt: TEST_NOW + 1,
    origin: 'page',
  })
  const database = await withKeys([key])
  expect(await getKey(database.reader, database.build, organizationId(1), key.id)).toEqual(key)
  expect(await findKeyOfAnyone(database.reader, database.build, key.id)).toEqual(key)
  const changed = { ...key, name: 'Änderung', status: 'inactive' as const, limits: null, revision: 2, updatedAt: TEST_NOW + 9 }
  await database.write((transaction) => transaction.run(updateKeyQuery(database.build, changed)))
  expect(await getKey(database.reader, database.build, organizationId(1), key.id)).toEqual(changed)
})

test('a stranger finds nothing and changes nothing', async () => {
  const database = await withKeys([exampleKey(1)])
  expect(await getKey(database.reader, database.build, organizationId(2), keyId(1))).toBeNull()
  expect(await listed(database, {}, [], TEST_NOW, organizationId(2))).toEqual([])
  await database.write((transaction) => transaction.run(updateKeyQuery(database.build, exampleKey(1, { organizationId: organizationId(2), name: 'stolen' }))))
  expect(await listed(database, {})).toEqual(['Key 1'])
  expect(await listVersions(database.reader, database.build, organizationId(2), keyId(1))).toEqual([])
})

test('the status filter shows exactly the keys whose derived status it names', async () => {
  const database = await withKeys(EXAMPLES)
  for (const now of [TEST_NOW - 1, TEST_NOW, TEST_NOW + 5, TEST_NOW + 10]) {
    for (const status of KEY_STATUSES) {
      const expected = EXAMPLES.filter((key) => {
        const rule = ENDED.find((entry) => entry.type === key.type && (entry.origin === null || entry.origin === key.origin))
        return statusAt({ status: key.status, expiresAt: key.expiresAt, retiredAt: rule?.retiredAt ?? null }, now) === status
      })
      const names = await listed(database, { statuses: [status] }, ENDED, now)
      expect({ status, now, names: names.toSorted() }).toEqual({ status, now, names: expected.map((key) => key.name) })
    }
  }
  expect(await listed(database, { statuses: ['removed', 'retired'] }, ENDED)).toEqual(['Key 7', 'Key 5', 'Key 4'])
  expect(await listed(database, { statuses: [] })).toEqual([])
})

test('filters by type, environment, tag and a part of the name', async () => {
  const database = await withKeys([
    exampleKey(1, { name: 'Billing ÉTÉ 100%', tags: ['x"y', 'b'] }),
    exampleKey(2, { name: 'billing', type: 'other', environment: 'test', tags: ['y'] }),
    exampleKey(3, { name: '', hint: 'ucd_…zz99' }),
  ])
  expect(await listed(database, { types: ['ucd'] })).toEqual(['', 'Billing ÉTÉ 100%'])
  expect(await listed(database, { exceptTypes: ['ucd'] })).toEqual(['billing'])
  expect(await listed(database, { environment: 'test' })).toEqual(['billing'])
  expect(await listed(database, { tag: 'y' })).toEqual(['billing'])
  expect(await listed(database, { tag: 'x"y' })).toEqual(['Billing ÉTÉ 100%'])
  expect(await listed(database, { q: 'BILL' })).toEqual(['billing', 'Billing ÉTÉ 100%'])
  expect(await listed(database, { q: 'e\u0301te\u0301 100%' })).toEqual(['Billing ÉTÉ 100%'])
  expect(await listed(database, { q: '%' })).toEqual(['Billing ÉTÉ 100%'])
  expect(await listed(database, { q: 'zz99' })).toEqual([''])
  expect(await listed(database, { q: keyId(2) })).toEqual(['billing'])
})

test('pages through keys of one instant without losing or repeating one', async () => {
  const database = await withKeys(Array.from({ length: 7 }, (_, index) => exampleKey(index, { createdAt: TEST_NOW + Math.floor(index / 3) })))
  const seen: string[] = []
  let cursor: KeyFilter['cursor']
  let pages = 0
  do {
    const page = await listKeys(database.reader, database.build, organizationId(1), { limit: 2, ...(cursor && { cursor }) }, [], TEST_NOW)
    seen.push(...page.items.map((key) => key.name))
    cursor = page.next ?? undefined
    pages++
  } while (cursor)
  expect(seen).toEqual(['Key 6', 'Key 5', 'Key 4', 'Key 3', 'Key 2', 'Key 1', 'Key 0'])
  expect(pages).toBe(4)
})

test('a cap counts what it says: every status but removed, or active and neither expired nor retired', async () => {
  const database = await withKeys([...EXAMPLES, exampleKey(9, { environment: 'test' }), exampleKey(10, { organizationId: organizationId(2) })])
  const count = async (type: string, counts: 'notRemoved' | 'active', environment: string | null = null, now = TEST_NOW) =>
    (await database.reader.first(countForCapQuery(database.build, { organizationId: organizationId(1), type, counts, environment }, ENDED, now)))?.count
  expect(await count('ucd', 'notRemoved')).toBe(4)
  expect(await count('ucd', 'active')).toBe(2)
  expect(await count('ucd', 'notRemoved', 'test')).toBe(1)
  expect(await count('ucd', 'active', 'live')).toBe(1)
  expect(await count('web-push', 'active')).toBe(1)
  expect(await count('old', 'active')).toBe(1)
  expect(await count('old', 'active', null, TEST_NOW + 5)).toBe(0)
  expect(await countKeysOfType(database.reader, database.build, 'old')).toEqual([{ organizationId: organizationId(1), status: 'active', count: 1 }])
})

test('counting against a cap reads an index only', async () => {
  const database = await temporaryDatabase()
  const query = countForCapQuery(database.build, { organizationId: organizationId(1), type: 'ucd', counts: 'active', environment: null }, ENDED, TEST_NOW)
  const plan = (await database.reader.all({ ...query, sql: `EXPLAIN QUERY PLAN ${query.sql}` })) as unknown as { detail: string }[]
  expect(plan.map((step) => step.detail).join()).toMatch(/COVERING INDEX keys_by_type \(organization_id=\? AND key_type=\? AND status=\?\)/)
})

test('names are one name however they are written; a removed key frees its name', async () => {
  const database = await withKeys([exampleKey(1, { name: ' Straße A' }), exampleKey(2, { name: 'gone', status: 'removed' })])
  const exists = async (name: string, exceptId?: string) =>
    (await database.reader.all(nameExistsQuery(database.build, organizationId(1), 'ucd', name, exceptId))).length === 1
  expect(await exists('STRAßE A')).toBe(true)
  expect(await exists('straße a', keyId(1))).toBe(false)
  expect(await exists('gone')).toBe(false)
})

test('a secret that exists already is refused by its digest', async () => {
  const database = await withKeys([exampleKey(1), exampleKey(2)])
  const version = {
    keyId: keyId(1),
    number: 1,
    digest: new Uint8Array(32).fill(7),
    hint: 'h',
    endsAt: null,
    ciphertext: new Uint8Array([1]),
    createdBy: exampleKey(1).createdBy,
    createdAt: TEST_NOW,
  }
  await database.write((transaction) => transaction.run(insertVersionQuery(database.build, version)))
  const again = database.write((transaction) => transaction.run(insertVersionQuery(database.build, { ...version, keyId: keyId(2) })))
  expect(isUniqueViolation(await again.catch((error: unknown) => error), 'secret_versions.digest')).toBe(true)
  expect(await versionByDigest(database.reader, database.build, version.digest)).toEqual({ organizationId: organizationId(1), version })
  expect(await versionByDigest(database.reader, database.build, new Uint8Array(32))).toBeNull()
})

test('versions end, and only those that would hold longer; ciphertexts are destroyed for good', async () => {
  const database = await withKeys([exampleKey(1)])
  const version = (number: number, endsAt: number | null) => ({
    keyId: keyId(1),
    number,
    digest: new Uint8Array(32).fill(number),
    hint: 'h',
    endsAt,
    ciphertext: new Uint8Array([number]),
    createdBy: exampleKey(1).createdBy,
    createdAt: TEST_NOW,
  })
  await database.write(async (transaction) => {
    for (const each of [version(1, TEST_NOW - 5), version(2, TEST_NOW + 50), version(3, null)]) transaction.defer(insertVersionQuery(database.build, each))
    transaction.defer(endOtherVersionsQuery(database.build, { keyId: keyId(1), except: 3, endsAt: TEST_NOW }))
  })
  const versions = async () => listVersions(database.reader, database.build, organizationId(1), keyId(1))
  expect((await versions()).map((each) => each.endsAt)).toEqual([TEST_NOW - 5, TEST_NOW, null])
  await database.write(async (transaction) => {
    transaction.defer(endVersionQuery(database.build, { keyId: keyId(1), number: 3, endsAt: TEST_NOW + 1 }))
    transaction.defer(destroyCiphertextQuery(database.build, { keyId: keyId(1) }))
  })
  expect((await versions()).map((each) => [each.endsAt, each.ciphertext])).toEqual([
    [TEST_NOW - 5, null],
    [TEST_NOW, null],
    [TEST_NOW + 1, null],
  ])
  expect(await database.write((transaction) => destroyCiphertextsOfType(transaction, database.build, 'ucd'))).toBe(0)
})

test('pages of all keys carry every version ever, of every organization', async () => {
  const database = await withKeys([exampleKey(1), exampleKey(2, { organizationId: organizationId(2), status: 'removed' }), exampleKey(3, { addresses: 'any' })])
  await database.write(async (transaction) => {
    for (const [key, number] of [
      [1, 1],
      [1, 2],
      [3, 1],
    ] as const) {
      transaction.defer(
        insertVersionQuery(database.build, {
          keyId: keyId(key),
          number,
          digest: new Uint8Array(32).fill(key * 10 + number),
          hint: 'h',
          endsAt: null,
          ciphertext: null,
          createdBy: exampleKey(1).createdBy,
          createdAt: TEST_NOW,
        }),
      )
    }
  })
  for (const pageSize of [1, 2, 3, 100]) {
    const records = await database.snapshot((reader) => collect(eachKeyPage(reader, database.build, pageSize)))
    expect(records.map((record) => [record.id, record.versions.map((version) => version.number)])).toEqual([
      [keyId(1), [1, 2]],
      [keyId(2), []],
      [keyId(3), [1]],
    ])
    expect(records[0]).toMatchObject({ addresses: ['10.0.0.0/8'], grant: null, limits: null })
    expect(records[0]?.versions[0]?.digest).toBe(Buffer.alloc(32, 11).toString('base64url'))
    expect(records[2]?.addresses).toBe('any')
  }
})
