import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Database } from './database.ts'
import { openSqlite, type SqliteOptions } from './drivers/sqlite/open.ts'
import type { StoredKey } from './key-record.ts'
import { migrate } from './migrate.ts'
import { insertOrganization } from './organizations.ts'

export const TEST_NOW = Date.UTC(2026, 0, 1)

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A real database in a folder of its own, with all tables, closed after the test. */
export async function temporaryDatabase(options: Partial<SqliteOptions> = {}): Promise<Database> {
  const database = await openSqlite({ file: join(temporaryFolder(), 'keywright.db'), ...options })
  onTestFinished(() => database[Symbol.asyncDispose]())
  await migrate(database, TEST_NOW)
  return database
}

export function organizationId(number: number): string {
  return `org_${String(number).padStart(26, '0')}`
}

export function keyId(number: number): string {
  return `key_${String(number).padStart(26, '0')}`
}

export async function addOrganization(database: Database, number: number, slug = `org-${number}`, aliases: string[] = []): Promise<string> {
  const id = organizationId(number)
  const organization = {
    id,
    slug,
    name: slug.toUpperCase(),
    status: 'active' as const,
    aliases,
    entitlements: [],
    environments: ['live', 'test'],
    contacts: [],
  }
  await database.write((transaction) =>
    insertOrganization(transaction, database.build, { ...organization, createdAt: TEST_NOW + number, updatedAt: TEST_NOW, revision: 1 }),
  )
  return id
}

export function exampleKey(number: number, changes: Partial<StoredKey> = {}): StoredKey {
  return {
    id: keyId(number),
    organizationId: organizationId(1),
    environment: 'live',
    type: 'ucd',
    name: `Key ${number}`,
    origin: null,
    status: 'active',
    scopes: ['ucd.upsert'],
    addresses: [{ cidr: '10.0.0.0/8', label: 'office' }],
    limits: null,
    metadata: { team: 'blue' },
    tags: [],
    grant: null,
    hint: 'ucd_…abcd',
    newestVersion: 1,
    expiresAt: null,
    createdBy: { kind: 'host', id: 'test', name: null },
    createdAt: TEST_NOW + number,
    updatedAt: TEST_NOW + number,
    revision: 1,
    epoch: 0,
    ...changes,
  }
}

/** All pages of an iteration, in one list. */
export async function collect<Item>(pages: AsyncIterable<Item[]>): Promise<Item[]> {
  const items: Item[] = []
  for await (const page of pages) items.push(...page)
  return items
}
