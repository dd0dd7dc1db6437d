import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import type { ReadTransaction, WriteTransaction } from './database.ts'
import type { Build } from './precompile.ts'

export interface StoredKeyType {
  definition: KeyType
  createdAt: number
  updatedAt: number
  /** Raised by every change, from 1. */
  revision: number
}

export async function getKeyType(transaction: ReadTransaction, build: Build, slug: string): Promise<StoredKeyType | null> {
  const row = await transaction.first(build.selectFrom('key_types').selectAll().where('slug', '=', slug).compile())
  return row ? toKeyType(row) : null
}

/** All of them, by slug; Keywright's own are not among them, for they are code. */
export async function listKeyTypes(transaction: ReadTransaction, build: Build): Promise<StoredKeyType[]> {
  const rows = await transaction.all(build.selectFrom('key_types').selectAll().orderBy('slug').compile())
  return rows.map(toKeyType)
}

/** Creates or replaces the definition of that slug. */
export async function putKeyType(transaction: WriteTransaction, build: Build, definition: KeyType, now: number): Promise<void> {
  const text = JSON.stringify(definition)
  const query = build
    .insertInto('key_types')
    .values({ slug: definition.slug, definition: text, created_at: now, updated_at: now, revision: 1 })
    .onConflict((conflict) => conflict.column('slug').doUpdateSet((eb) => ({ definition: text, updated_at: now, revision: eb('key_types.revision', '+', 1) })))
  await transaction.run(query.compile())
}

/** @returns false when there is none. */
export async function deleteKeyType(transaction: WriteTransaction, build: Build, slug: string): Promise<boolean> {
  return (await transaction.run(build.deleteFrom('key_types').where('slug', '=', slug).compile())).changes === 1
}

function toKeyType(row: { definition: string; created_at: number; updated_at: number; revision: number }): StoredKeyType {
  return { definition: JSON.parse(row.definition) as KeyType, createdAt: row.created_at, updatedAt: row.updated_at, revision: row.revision }
}
