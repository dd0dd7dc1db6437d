import type { Change } from '@keywright/core/replica/change.ts'
import { afterEach, expect, test } from 'vitest'
import { appendChangeQuery } from '../store/change-log.ts'
import type { Database } from '../store/database.ts'
import { openSqlite } from '../store/drivers/sqlite/open.ts'
import { migrate } from '../store/migrate.ts'
import { temporaryFolder } from '../store/testing.ts'
import { ReplicaFeed } from './feed.ts'

const disposables: AsyncDisposable[] = []
afterEach(async () => {
  for (const disposable of disposables.splice(0).toReversed()) await disposable[Symbol.asyncDispose]()
})

async function open(file: string): Promise<Database> {
  const database = await openSqlite({ file })
  disposables.push(database)
  await migrate(database, 0)
  return database
}

async function feedOf(database: Database): Promise<ReplicaFeed> {
  const feed = await ReplicaFeed.start(database, (error) => {
    throw error
  })
  disposables.push(feed)
  return feed
}

let mark = 0
const nextMark = () => (mark++).toString(16).padStart(16, '0')
const organization = (slug: string): Change => ({
  kind: 'organization',
  organization: { id: `org_${slug}`, slug, aliases: [], status: 'active', entitlements: [] },
})

async function log(database: Database, ...slugs: string[]): Promise<void> {
  await database.write(async (transaction) => {
    for (const slug of slugs) transaction.defer(appendChangeQuery(database.build, organization(slug), nextMark(), 1))
  })
}

test('everything committed before the call is in the replica after it', async () => {
  const database = await open(`${temporaryFolder()}/a.db`)
  const feed = await feedOf(database)
  await Promise.all(
    Array.from({ length: 50 }, async (_unused, index) => {
      await log(database, `acme-${index}`)
      await feed.catchUp()
      expect(feed.replica.organizationNamed(`acme-${index}`)).toBeDefined()
    }),
  )
  expect(feed.replica.cursor.number).toBe(50)
})

test('more entries than one page are all applied', async () => {
  const database = await open(`${temporaryFolder()}/a.db`)
  const feed = await feedOf(database)
  await log(database, ...Array.from({ length: 2500 }, (_unused, index) => `acme-${index}`))
  await feed.catchUp()
  expect(feed.replica.cursor.number).toBe(2500)
})

test('what another process commits arrives without being asked for', async () => {
  const file = `${temporaryFolder()}/a.db`
  const feed = await feedOf(await open(file))
  await log(await open(file), 'from-outside')
  await expect.poll(() => feed.replica.organizationNamed('from-outside'), { timeout: 5000 }).toBeDefined()
})

test('a log that does not hold our place is not continued: the replica is made anew from the store', async () => {
  const file = `${temporaryFolder()}/a.db`
  const feed = await feedOf(await open(file))
  const other = await open(file)
  await log(other, 'kept', 'lost')
  await expect.poll(() => feed.replica.cursor.number, { timeout: 5000 }).toBe(2)
  const before = feed.replica
  // As a restored file would: the same number under another mark.
  await other.write(async (transaction) => {
    transaction.defer(other.build.deleteFrom('change_log').where('number', '=', 2).compile())
    transaction.defer(appendChangeQuery(other.build, organization('restored'), nextMark(), 2))
  })
  await expect.poll(() => feed.replica === before, { timeout: 5000 }).toBe(false)
  expect(feed.replica.cursor.number).toBe(2)
  expect(feed.replica.organizationNamed('lost')).toBeUndefined()
})
