import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CompiledQuery } from 'kysely'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Database } from '../../database.ts'
import { temporaryDatabase, temporaryFolder } from '../../testing.ts'
import { openSqlite } from './open.ts'
import { WorkerLink } from './worker-link.ts'
import { ROWS } from './protocol.ts'

function put(database: Database, name: string, value = 'v'): CompiledQuery<unknown> {
  return database.build.insertInto('settings').values({ name, value }).compile()
}

async function names(database: Database): Promise<string[]> {
  const rows = await database.reader.all(database.build.selectFrom('settings').select('name').orderBy('name').compile())
  return rows.map((row) => row.name)
}

test('a full disk is disk_full, stores nothing of the unit, and writing goes on when there is room', async () => {
  const file = join(temporaryFolder(), 'full.db')
  await (await temporaryDatabase({ file }))[Symbol.asyncDispose]()
  const pages = (new DatabaseSync(file).prepare('PRAGMA page_count').get() as { page_count: number }).page_count
  const database = await openSqlite({ file, maxPages: pages + 3 })
  onTestFinished(() => database[Symbol.asyncDispose]())
  const results = await Promise.allSettled([
    database.write(async (transaction) => transaction.run(put(database, 'small'))),
    database.write(async (transaction) => transaction.run(put(database, 'big', 'x'.repeat(100_000)))),
    database.write(async (transaction) => transaction.defer(put(database, 'deferred', 'x'.repeat(100_000)))),
    database.write(async (transaction) => transaction.run(put(database, 'other'))),
  ])
  for (const result of [results[1], results[2]]) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'disk_full' } })
  // SQLite may have rolled the group back by itself; then its small units were refused too, and none is stored half.
  const stored = await names(database)
  expect(stored.includes('small')).toBe(results[0]?.status === 'fulfilled')
  expect(stored.includes('other')).toBe(results[3]?.status === 'fulfilled')
  await database.write(async (transaction) => transaction.run(put(database, 'later')))
  expect(await names(database)).toContain('later')
})

test('a database that another process holds is waited for, and reads go on meanwhile', async () => {
  const file = join(temporaryFolder(), 'busy.db')
  const database = await temporaryDatabase({ file })
  const other = new DatabaseSync(file)
  onTestFinished(() => other.close())
  other.exec('BEGIN IMMEDIATE')
  let settled = false
  const write = database.write(async (transaction) => transaction.run(put(database, 'a'))).finally(() => (settled = true))
  await sleep(150)
  const start = performance.now()
  expect(await names(database)).toEqual([])
  expect(performance.now() - start).toBeLessThan(1000)
  expect(settled).toBe(false)
  other.exec('COMMIT')
  await write
  expect(await names(database)).toEqual(['a'])
})

test('a database that stays held refuses everybody who waited, at once and not one after another', async () => {
  const file = join(temporaryFolder(), 'held.db')
  const database = await temporaryDatabase({ file })
  const other = new DatabaseSync(file)
  onTestFinished(() => other.close())
  other.exec('BEGIN IMMEDIATE')
  const start = performance.now()
  const results = await Promise.allSettled(
    Array.from({ length: 100 }, (_, index) => database.write(async (transaction) => transaction.run(put(database, `${index}`)))),
  )
  expect(performance.now() - start).toBeLessThan(9000)
  for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'storage_unavailable' } })
  other.exec('COMMIT')
  await database.write(async (transaction) => transaction.run(put(database, 'after')))
  expect(await names(database)).toEqual(['after'])
})

test('sees a commit of another process, and takes none of its own for one', async () => {
  const file = join(temporaryFolder(), 'foreign.db')
  const database = await temporaryDatabase({ file })
  const heard = vi.fn<() => void>()
  const stop = database.onForeignCommit(heard)
  await database.write(async (transaction) => transaction.run(put(database, 'own')))
  await sleep(250)
  expect(heard).not.toHaveBeenCalled()
  const other = new DatabaseSync(file)
  onTestFinished(() => other.close())
  other.exec(`INSERT INTO settings VALUES ('foreign', 'v')`)
  await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1), 2000)
  await database.write(async (transaction) => transaction.run(put(database, 'own2')))
  await sleep(250)
  expect(heard).toHaveBeenCalledTimes(1)
  stop()
  other.exec(`INSERT INTO settings VALUES ('foreign2', 'v')`)
  await sleep(250)
  expect(heard).toHaveBeenCalledTimes(1)
})

test('a process that writes all the time lets another one write too, and sees that it did', async () => {
  const file = join(temporaryFolder(), 'foreign.db')
  const database = await temporaryDatabase({ file })
  const other = await openSqlite({ file })
  onTestFinished(() => other[Symbol.asyncDispose]())
  const heard = vi.fn<() => void>()
  database.onForeignCommit(heard)
  const stop = new AbortController()
  let count = 0
  const writing = Promise.all(
    [1, 2, 3].map(async (writer) => {
      while (!stop.signal.aborted) await database.write(async (transaction) => transaction.run(put(database, `${writer}-${count++}`)))
    }),
  )
  await sleep(200)
  expect(heard).not.toHaveBeenCalled()
  try {
    for (const name of ['x', 'y']) await other.write(async (transaction) => transaction.run(put(other, name)))
    await vi.waitFor(() => expect(heard).toHaveBeenCalled(), 2000)
  } finally {
    stop.abort()
    await writing
  }
})

test('a worker that crashes rejects what is pending and everything after', async () => {
  const link = await WorkerLink.open({ file: join(temporaryFolder(), 'crash.db'), readonly: false, maxPages: null })
  const slow = link.query('read', [['WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) SELECT count(*) FROM n', [], ROWS]])
  const [refused] = await Promise.allSettled([slow, link.terminate()])
  expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'storage_unavailable' } })
  await expect(link.query('read', [['SELECT 1', [], ROWS]])).rejects.toMatchObject({ code: 'storage_unavailable' })
})

test('a file that is no database, a folder that is missing: a clear refusal', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'text.db'), 'not a database '.repeat(1000))
  await expect(openSqlite({ file: join(folder, 'text.db') })).rejects.toMatchObject({
    code: 'storage_unavailable',
    message: expect.stringContaining('not a Keywright database'),
  })
  await expect(openSqlite({ file: join(folder, 'missing', 'x.db') })).rejects.toMatchObject({ code: 'storage_unavailable' })
})

test('opened read-only: reads, and refuses to write', async () => {
  const file = join(temporaryFolder(), 'readonly.db')
  await temporaryDatabase({ file })
  const database = await openSqlite({ file, readonly: true })
  onTestFinished(() => database[Symbol.asyncDispose]())
  expect(await names(database)).toEqual([])
  await expect(database.write(async (transaction) => transaction.run(put(database, 'a')))).rejects.toMatchObject({ code: 'storage_unavailable' })
})

test('a file or a folder without the right to write is refused when it is opened, and stays as it was', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'locked.db')
  await (await temporaryDatabase({ file }))[Symbol.asyncDispose]()
  const before = readFileSync(file)
  chmodSync(file, 0o444)
  chmodSync(folder, 0o555)
  // Root may write anywhere, so then somebody else has to try.
  const script = `
    if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534) }
    const { openSqlite } = await import(${JSON.stringify(new URL('./open.ts', import.meta.url).href)})
    await openSqlite({ file: ${JSON.stringify(file)} }).then(() => console.log('opened'), (error) => console.log(error.code, error.message))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await once(child, 'close')
  chmodSync(folder, 0o700)
  expect(output).toMatch(/^storage_unavailable The database .*locked\.db cannot be opened: .*read-only/)
  expect(readFileSync(file).equals(before)).toBe(true)
})
