import { DatabaseSync } from 'node:sqlite'
import { CREATE_MIGRATIONS } from './migrate.ts'
import { MIGRATIONS } from './migrations/all.ts'

/** The schema that all migrations together make, as text: what `schema.sqlite.sql` must be. */
export function dumpSchema(): string {
  const database = new DatabaseSync(':memory:')
  database.exec(CREATE_MIGRATIONS)
  for (const migration of MIGRATIONS) for (const statement of migration.statements) database.exec(statement)
  const rows = database
    .prepare(`SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY tbl_name, CASE type WHEN 'table' THEN 0 ELSE 1 END, name`)
    .all() as { sql: string }[]
  database.close()
  return ['-- Generated from the migrations by `npm run generate`. Do not edit.', ...rows.map((row) => `${row.sql};`)].join('\n\n') + '\n'
}
