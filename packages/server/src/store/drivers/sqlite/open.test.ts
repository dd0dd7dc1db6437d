import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { AsyncLocalStorage } from 'node:async_hooks'
import { CompiledQuery } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import type { Database } from '../../database.ts'
import { temporaryDatabase, temporaryFolder } from '../../testing.ts'
import { isUniqueViolation, SqliteError, uniqueColumns } from './errors.ts'
import { WorkerLink } from './worker-link.ts'
import { CHANGES, NOTHING, ROWS } from './protocol.ts'

function put(database: Database, name: string, value = 'v'): CompiledQuery<unknown> {
  return database.build.insertInto('settings').values({ name, value }).compile()
}

async function names(database: Database): Promise<string[]> {
  const rows = await database.reader.all(database.build.selectFrom('settings').select('name').orderBy('name').compile())
  return rows.map((row) => row.name)
}

test('keeps each unit whole: one that throws leaves nothing, the others of its group stay', async () => {
  const database = await temporaryDatabase()
  const results = await Promise.allSettled([
    database.write(async (transaction) => transaction.run(put(database, 'a'))),
    database.write(async (transaction) => {
      await transaction.run(put(database, 'b'))
      transaction.defer(put(database, 'c'))
      throw new Error('no')
    }),
    database.write(async (transaction) => transaction.defer(put(database, 'd'))),
    database.write(async (transaction) => transaction.run(put(database, 'a'))),
    database.write(async () => 'nothing to do'),
    database.write(async (transaction) => (await transaction.all(database.build.selectFrom('settings').select('name').orderBy('name').compile())).length),
  ])
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  expect(results[4]).toMatchObject({ value: 'nothing to do' })
  expect(results[5]).toMatchObject({ value: 2 })
  expect(await names(database)).toEqual(['a', 'd'])
})

test('commits units that wait together only once', async () => {
  const folder = temporaryFolder()
  const database = await temporaryDatabase({ file: join(folder, 'x.db') })
  const watcher = new DatabaseSync(join(folder, 'x.db'), { readOnly: true })
  onTestFinished(() => watcher.close())
  let commits = 0
  const version = () => (watcher.prepare('PRAGMA data_version').get() as { data_version: number }).data_version
  let last = version()
  await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      database.write(async (transaction) => {
        await transaction.run(put(database, `n${index}`))
        if (version() !== last) commits++
        last = version()
      }),
    ),
  )
  expect(commits).toBeLessThan(40 / 4)
  expect(await names(database)).toHaveLength(40)
})

test('a deferred statement that fails fails its unit, even when the function has returned', async () => {
  const database = await temporaryDatabase()
  const results = await Promise.allSettled([
    database.write(async (transaction) => transaction.defer(put(database, 'a'))),
    database.write(async (transaction) => {
      transaction.defer(put(database, 'b'))
      transaction.defer(put(database, 'a'))
    }),
    database.write(async (transaction) => {
      transaction.defer(put(database, 'a'))
      await transaction.run(put(database, 'c')).catch(() => {})
    }),
    database.write(async (transaction) => transaction.run(put(database, 'd'))),
  ])
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
  for (const result of [results[1], results[2]]) expect(isUniqueViolation((result as PromiseRejectedResult).reason, 'settings.name')).toBe(true)
  expect(await names(database)).toEqual(['a', 'd'])
})

test('a use case may handle a unique violation and go on', async () => {
  const database = await temporaryDatabase()
  await database.write(async (transaction) => {
    await transaction.run(put(database, 'a'))
    const error = await transaction.run(put(database, 'a')).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(SqliteError)
    expect(uniqueColumns(error)).toEqual(['settings.name'])
    expect(isUniqueViolation(error, 'settings.value')).toBe(false)
    expect(error).toMatchObject({ code: 'ERR_SQLITE_ERROR', errcode: 1555 })
    await transaction.run(put(database, 'b'))
  })
  expect(await names(database)).toEqual(['a', 'b'])
})

test('runs deferred statements in order, before the next query of the unit', async () => {
  const database = await temporaryDatabase()
  const [before, after] = await database.write(async (transaction) => {
    transaction.defer(put(database, 'a', '1'))
    transaction.defer(database.build.updateTable('settings').set({ value: '2' }).where('name', '=', 'a').compile())
    const select = database.build.selectFrom('settings').select('value').compile()
    const first = await transaction.batch([select, select])
    return [first, await transaction.run(database.build.deleteFrom('settings').compile())] as const
  })
  expect(before).toEqual([[{ value: '2' }], [{ value: '2' }]])
  expect(after).toEqual({ changes: 1 })
})

test('queries of a unit that nobody awaits one by one stay within it', async () => {
  const database = await temporaryDatabase()
  const failing = database.write(async (transaction) => {
    await Promise.all(['a', 'b', 'c'].map((name) => transaction.run(put(database, name))))
    throw new Error('no')
  })
  const fine = database.write(async (transaction) => Promise.all(['d', 'e'].map((name) => transaction.run(put(database, name)))))
  await expect(failing).rejects.toThrow('no')
  await fine
  expect(await names(database)).toEqual(['d', 'e'])
})

test('refuses the outer database inside a unit, and says so; a timer that was started there is free afterwards', async () => {
  const database = await temporaryDatabase()
  const select = database.build.selectFrom('settings').selectAll().compile()
  let later: Promise<unknown> | null = null
  await database.write(async () => {
    await expect(database.reader.all(select)).rejects.toThrow(/database\.reader was used inside a unit of work/)
    await expect(database.write(async () => {})).rejects.toThrow(/database\.write was used inside/)
    await expect(database.snapshot(async () => {})).rejects.toThrow(/database\.snapshot was used inside/)
    later = sleep(20).then(() => database.reader.all(select))
  })
  expect(await later).toEqual([])
})

test('a unit runs in the context of who asked for it', async () => {
  const database = await temporaryDatabase()
  const request = new AsyncLocalStorage<number>()
  const seen = await Promise.all([1, 2, 3].map((number) => request.run(number, () => database.write(async () => request.getStore()))))
  expect(seen).toEqual([1, 2, 3])
})

test('refuses a statement after its unit has ended', async () => {
  const database = await temporaryDatabase()
  const transaction = await database.write(async (inner) => inner)
  expect(() => transaction.defer(put(database, 'a'))).toThrow(/This transaction is over/)
  await expect(transaction.run(put(database, 'a'))).rejects.toThrow(/This transaction is over/)
})

test('cannot run anything through Kysely itself', async () => {
  const database = await temporaryDatabase()
  await expect(database.build.selectFrom('settings').selectAll().execute()).rejects.toThrow(/for building only/)
})

test('a snapshot sees one moment, however much is written meanwhile', async () => {
  const database = await temporaryDatabase()
  const count = database.build
    .selectFrom('settings')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .compile()
  await database.snapshot(async (reader) => {
    await database.write(async (transaction) => transaction.run(put(database, 'a')))
    expect(await reader.first(count)).toEqual({ count: 0 })
    expect(await database.reader.first(count)).toEqual({ count: 1 })
  })
})

test('closing finishes what was accepted, refuses what comes after, and leaves no log behind', async () => {
  const file = join(temporaryFolder(), 'close.db')
  const database = await temporaryDatabase({ file })
  const accepted = Promise.all([1, 2, 3].map((number) => database.write(async (transaction) => transaction.run(put(database, `${number}`)))))
  const closed = database[Symbol.asyncDispose]()
  await expect(database.write(async () => {})).rejects.toMatchObject({ code: 'shutting_down' })
  await accepted
  await closed
  await expect(database.reader.all(put(database, 'x'))).rejects.toMatchObject({ code: 'storage_unavailable' })
  const other = new DatabaseSync(file, { readOnly: true })
  expect(other.prepare('SELECT count(*) AS count FROM settings').get()).toEqual({ count: 3 })
  other.close()
})

test('never runs a statement of a unit outside its transaction', async () => {
  const link = await WorkerLink.open({ file: join(temporaryFolder(), 'lost.db'), readonly: false, maxPages: null })
  onTestFinished(() => link.close())
  const segments = [{ statements: [['CREATE TABLE t (a)', [], CHANGES] as const], recover: false }]
  const reply = await link.ask({ kind: 'run', connection: 'write', segments, begins: false, ends: false })
  expect(reply.failures).toHaveLength(1)
  expect(await link.query('read', [['SELECT name FROM sqlite_schema', [], ROWS]])).toEqual([[]])
})

test('waits for the disk: the commit is synchronous, and the log is a write-ahead log', async () => {
  const link = await WorkerLink.open({ file: join(temporaryFolder(), 'wal.db'), readonly: false, maxPages: null })
  onTestFinished(() => link.close())
  const statements = ['BEGIN IMMEDIATE', 'PRAGMA synchronous', 'PRAGMA journal_mode', 'PRAGMA foreign_keys', 'PRAGMA trusted_schema', 'COMMIT'].map(
    (sql) => [sql, [], sql.startsWith('PRAGMA') ? ROWS : NOTHING] as const,
  )
  const reply = await link.ask({ kind: 'run', connection: 'write', segments: [{ statements, recover: false }], begins: true, ends: true })
  expect(reply.results).toEqual([[{ synchronous: 2 }], [{ journal_mode: 'wal' }], [{ foreign_keys: 1 }], [{ trusted_schema: 0 }]])
})

test('keeps blobs, nulls and large integers as they are', async () => {
  const database = await temporaryDatabase()
  const row = await database.reader.first(
    CompiledQuery.raw('SELECT ? AS blob, ? AS empty, ? AS large, ? AS fraction', [Buffer.from('pooled'), null, 9_007_199_254_740_991, 0.5]),
  )
  expect(row).toEqual({ blob: new Uint8Array(Buffer.from('pooled')), empty: null, large: 9_007_199_254_740_991, fraction: 0.5 })
  await expect(database.reader.first(CompiledQuery.raw('SELECT ?', [undefined]))).rejects.toThrow(/missing value/)
})
