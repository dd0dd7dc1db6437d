import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CompiledQuery } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { openSqlite } from './drivers/sqlite/open.ts'
import { dumpSchema } from './dump-schema.ts'
import { migrate, pendingMigrations } from './migrate.ts'
import { MIGRATIONS } from './migrations/all.ts'
import { TEST_NOW, temporaryDatabase, temporaryFolder } from './testing.ts'

async function emptyDatabase() {
  const database = await openSqlite({ file: join(temporaryFolder(), 'x.db') })
  onTestFinished(() => database[Symbol.asyncDispose]())
  return database
}

test('applies what is missing once, and says from where to where', async () => {
  const database = await emptyDatabase()
  const newest = MIGRATIONS.at(-1)?.name
  expect(await pendingMigrations(database.reader)).toHaveLength(MIGRATIONS.length)
  expect(await migrate(database, TEST_NOW)).toEqual({ from: null, to: newest })
  expect(await migrate(database, TEST_NOW + 1)).toEqual({ from: newest, to: newest })
  expect(await pendingMigrations(database.reader)).toEqual([])
})

test('a database made by a newer Keywright is refused and left as it is', async () => {
  const database = await temporaryDatabase()
  await database.write(async (transaction) => transaction.run(CompiledQuery.raw(`INSERT INTO migrations VALUES ('9999-future', 1)`)))
  const next = { name: '0002-next', statements: ['CREATE TABLE next (a) STRICT'] }
  await expect(migrate(database, TEST_NOW, [...MIGRATIONS, next])).rejects.toMatchObject({
    code: 'storage_unavailable',
    message: expect.stringMatching(/newer Keywright.*9999-future/),
  })
  expect(await database.reader.all(CompiledQuery.raw(`SELECT name FROM sqlite_schema WHERE name = 'next'`))).toEqual([])
})

test('a migration that breaks half-way leaves nothing of itself, and what came before stays', async () => {
  const database = await emptyDatabase()
  const broken = { name: '0002-broken', statements: ['CREATE TABLE first (a TEXT) STRICT', 'CREATE TABLE nonsense (a NONSENSE) STRICT'] }
  await expect(migrate(database, TEST_NOW, [...MIGRATIONS, broken])).rejects.toThrow(/NONSENSE/)
  expect(await database.reader.all(CompiledQuery.raw(`SELECT name FROM sqlite_schema WHERE name = 'first'`))).toEqual([])
  expect(await pendingMigrations(database.reader, [...MIGRATIONS, broken])).toEqual(['0002-broken'])
})

test('the committed schema is what the migrations make', () => {
  expect(readFileSync(new URL('./schema.sqlite.sql', import.meta.url), 'utf8')).toBe(dumpSchema())
})
