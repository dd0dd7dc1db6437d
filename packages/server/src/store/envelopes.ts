import { CompiledQuery } from 'kysely'
import type { EnvelopeContext } from '../kernel/envelope.ts'
import type { ReadTransaction, WriteTransaction } from './database.ts'

/** A column that holds envelopes under the master key. */
export interface EnvelopeColumn {
  table: string
  column: string
  /** The primary key. */
  key: readonly string[]
  /** Further columns that the context needs, in SQL, by name. */
  facts: Readonly<Record<string, string>>
  /** What the envelope was sealed for. */
  context: (row: Record<string, string | number>) => EnvelopeContext
}

/** Every place that lies under the master key: whoever adds one adds a line, or a rotation would lose it. */
export const ENVELOPE_COLUMNS: readonly EnvelopeColumn[] = [
  {
    table: 'secret_versions',
    column: 'ciphertext',
    key: ['key_id', 'number'],
    facts: { organization_id: '(SELECT organization_id FROM keys WHERE keys.id = secret_versions.key_id)' },
    context: (row) => ({ organizationId: row['organization_id'] as string, keyId: row['key_id'] as string, version: row['number'] as number }),
  },
  {
    table: 'signing_keys',
    column: 'private_key',
    key: ['kid'],
    facts: { installation: `(SELECT value FROM settings WHERE name = 'installationId')` },
    context: (row) => ({ organizationId: row['installation'] as string, keyId: row['kid'] as string, version: 1 }),
  },
  {
    table: 'outbox',
    column: 'sealed',
    key: ['id'],
    facts: { organization_id: 'organization_id' },
    context: (row) => ({ organizationId: row['organization_id'] as string, keyId: row['id'] as string, version: 1 }),
  },
  {
    table: 'auth_second_factors',
    column: 'seed',
    key: ['person_id'],
    facts: {},
    context: (row) => ({ organizationId: 'totp-seed', keyId: row['person_id'] as string, version: 1 }),
  },
  {
    table: 'auth_second_factors',
    column: 'backup_codes',
    key: ['person_id'],
    facts: {},
    context: (row) => ({ organizationId: 'backup-codes', keyId: row['person_id'] as string, version: 1 }),
  },
]

export interface StoredEnvelope {
  key: (string | number)[]
  context: EnvelopeContext
  envelope: Uint8Array
}

/** All envelopes of a column, in pages. Rows may be changed while this goes on: the order is that of the primary key. */
export async function* eachEnvelopePage(reader: ReadTransaction, place: EnvelopeColumn, pageSize = 500): AsyncGenerator<StoredEnvelope[]> {
  const { table, column, key, facts, context } = place
  const keys = key.join(', ')
  const further = Object.entries(facts).map(([name, sql]) => `, ${sql} AS ${name}`)
  const select = `SELECT ${keys}, ${column} AS envelope${further.join('')} FROM ${table} WHERE ${column} IS NOT NULL`
  for (let after: (string | number)[] | null = null; ;) {
    const where: string = after === null ? '' : ` AND (${keys}) > (${key.map(() => '?').join(', ')})`
    const query = CompiledQuery.raw(`${select}${where} ORDER BY ${keys} LIMIT ${pageSize}`, after ?? [])
    const rows = (await reader.all(query)) as (Record<string, string | number> & { envelope: Uint8Array })[]
    if (rows.length > 0) yield rows.map((row) => ({ key: key.map((name) => row[name] as string | number), context: context(row), envelope: row.envelope }))
    if (rows.length < pageSize) return
    after = key.map((name) => (rows.at(-1) as Record<string, string | number>)[name] as string | number)
  }
}

export function putEnvelope(transaction: WriteTransaction, { table, column, key }: EnvelopeColumn, row: StoredEnvelope, envelope: Uint8Array): void {
  const where = key.map((name) => `${name} = ?`).join(' AND ')
  transaction.defer(CompiledQuery.raw(`UPDATE ${table} SET ${column} = ? WHERE ${where}`, [envelope, ...row.key]))
}
