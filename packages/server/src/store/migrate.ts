import { CompiledQuery } from 'kysely'
import { AppError } from '@keywright/core/problem-code.ts'
import type { Database, ReadTransaction } from './database.ts'
import { MIGRATIONS } from './migrations/all.ts'

export interface Migration {
  /** Four digits and a name; never changed once released. */
  name: string
  statements: readonly string[]
}

export const CREATE_MIGRATIONS = 'CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT, WITHOUT ROWID'

/**
 * Brings a database to this version's schema, each step in one transaction.
 * @returns the newest migration before and after; null: none.
 * @throws AppError `storage_unavailable` when the database was made by a newer Keywright; then nothing has changed.
 */
export async function migrate(
  database: Database,
  now: number,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<{ from: string | null; to: string | null }> {
  const from = (await appliedMigrations(database.reader, migrations)).at(-1) ?? null
  for (const migration of migrations) {
    await database.write(async (transaction) => {
      // Asked again inside: another process may be doing the same.
      if ((await appliedMigrations(transaction, migrations)).includes(migration.name)) return
      transaction.defer(CompiledQuery.raw(CREATE_MIGRATIONS))
      for (const statement of migration.statements) transaction.defer(CompiledQuery.raw(statement))
      transaction.defer(CompiledQuery.raw('INSERT INTO migrations (name, applied_at) VALUES (?, ?)', [migration.name, now]))
    })
  }
  return { from, to: migrations.at(-1)?.name ?? null }
}

/** Names of the migrations that this version has and the database has not. @throws as `migrate`. */
export async function pendingMigrations(reader: ReadTransaction, migrations: readonly Migration[] = MIGRATIONS): Promise<string[]> {
  const applied = await appliedMigrations(reader, migrations)
  return migrations.map((migration) => migration.name).filter((name) => !applied.includes(name))
}

async function appliedMigrations(reader: ReadTransaction, migrations: readonly Migration[]): Promise<string[]> {
  const table = await reader.first(CompiledQuery.raw(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'`))
  if (!table) return []
  const rows = (await reader.all(CompiledQuery.raw('SELECT name FROM migrations ORDER BY name'))) as { name: string }[]
  const applied = rows.map((row) => row.name)
  const unknown = applied.filter((name) => !migrations.some((migration) => migration.name === name))
  if (unknown.length > 0) {
    throw new AppError(
      'storage_unavailable',
      `The database was made by a newer Keywright: it has ${unknown.join(', ')}, which this version does not know. Start that version, or restore a backup made before the upgrade. Nothing was changed.`,
    )
  }
  return applied
}
