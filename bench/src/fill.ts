import { hash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { makeId } from '@keywright/core/id.ts'
import { hintOf } from '@keywright/core/secret/hint.ts'
import { toKeyRow } from '../../packages/server/src/store/key-record.ts'
import { idBytes, recordOf, secretOf } from './replica-of-keys.ts'

export interface Filling {
  keys: number
  /** Their keys lie evenly among them: key `index` is that of organization `index % organizations`. */
  organizations: number
}

const DAY_MS = 86_400_000
const ACTOR = { kind: 'host', id: 'bench', name: null } as const

/** Slug of organization number `index` of a filled store. */
export function organizationSlug(index: number): string {
  return `filled-${index}`
}

/**
 * Puts organizations, keys and secret versions straight into the database of a server that does not run, in one transaction. Nothing
 * goes into the change log or the audit log: a server starts from a snapshot of the rows. Key `index` has the secret `secretOf(index)`.
 */
export function fill(databaseFile: string, { keys, organizations }: Filling): void {
  using database = new DatabaseSync(databaseFile)
  database.exec('PRAGMA cache_size = -200000; BEGIN IMMEDIATE')
  const now = Date.now()
  const organizationRow = insert(database, 'organizations')
  const nameRow = insert(database, 'organization_names')
  const ids: string[] = []
  for (let index = 0; index < organizations; index++) {
    const id = makeId('organization', now, idBytes(index))
    const slug = organizationSlug(index)
    ids.push(id)
    const lists = { entitlements: '[]', environments: '["live"]', contacts: '[]' }
    organizationRow({ id, slug, name: slug, status: 'active', ...lists, created_at: now, updated_at: now, revision: 1 })
    nameRow({ name: slug, organization_id: id, kind: 'slug' })
  }
  const keyRow = insert(database, 'keys')
  const versionRow = insert(database, 'secret_versions')
  for (let index = 0; index < keys; index++) {
    // One a second up to now. None ends soon, so that no notice is written while others measure.
    const at = now - (keys - index) * 1000
    const record = recordOf(index, ids)
    const id = makeId('key', at, idBytes(index))
    const secret = secretOf(index)
    const hint = hintOf(secret)
    keyRow(
      toKeyRow({
        ...record,
        id,
        scopes: ['data.read'],
        addresses: (record.addresses as string[]).map((cidr) => ({ cidr, label: 'office' })),
        metadata: { customer: `c-${index}` },
        tags: [index % 10 === 0 ? 'nightly' : 'web'],
        hint,
        newestVersion: 1,
        expiresAt: now + DAY_MS * (90 + (index % 365)),
        createdBy: ACTOR,
        createdAt: at,
        updatedAt: at,
        revision: 1,
      }),
    )
    const digest = hash('sha256', secret, 'buffer')
    versionRow({ key_id: id, number: 1, digest, hint, ends_at: null, ciphertext: null, created_by: JSON.stringify(ACTOR), created_at: at })
  }
  database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)')
}

type Row = Record<string, string | number | Uint8Array | null>

/** The statement is made for the columns of the first row; every other has the same. */
function insert(database: DatabaseSync, table: string): (row: object) => void {
  let statement: ReturnType<DatabaseSync['prepare']> | null = null
  return (row) => {
    const columns = Object.keys(row)
    statement ??= database.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`)
    statement.run(...Object.values(row as Row))
  }
}
