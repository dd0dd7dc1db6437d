import { expect, test } from 'vitest'
import { ENVELOPE_COLUMNS } from './envelopes.ts'
import { temporaryDatabase } from './testing.ts'
import { CompiledQuery } from 'kysely'

/** Bytes that are no envelope. */
const PLAIN = ['invitations.token_digest', 'secret_versions.digest']

test('every column of bytes is either re-wrapped by a rotation or known to hold no secret', async () => {
  const { reader } = await temporaryDatabase()
  const rows = (await reader.all(
    CompiledQuery.raw(
      `SELECT tables.name AS "table", columns.name AS "column" FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
       WHERE tables.type = 'table' AND columns.type = 'BLOB' ORDER BY 1, 2`,
    ),
  )) as { table: string; column: string }[]
  const named = [...PLAIN, ...ENVELOPE_COLUMNS.map(({ table, column }) => `${table}.${column}`)]
  expect(rows.map(({ table, column }) => `${table}.${column}`).toSorted()).toEqual(named.toSorted())
})
