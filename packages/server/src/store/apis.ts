import type { Api } from '@keywright/core/configuration/api.ts'
import type { ReadTransaction, WriteTransaction } from './database.ts'
import type { Build } from './precompile.ts'

export interface StoredApi {
  definition: Api
  createdAt: number
  updatedAt: number
  /** Raised by every change, from 1. */
  revision: number
}

export async function getApi(transaction: ReadTransaction, build: Build, slug: string): Promise<StoredApi | null> {
  const row = await transaction.first(build.selectFrom('apis').selectAll().where('slug', '=', slug).compile())
  return row ? toApi(row) : null
}

/** All of them, by slug; Keywright's own are not among them, for they are code. */
export async function listApis(transaction: ReadTransaction, build: Build): Promise<StoredApi[]> {
  const rows = await transaction.all(build.selectFrom('apis').selectAll().orderBy('slug').compile())
  return rows.map(toApi)
}

/** Creates or replaces the definition of that slug. */
export async function putApi(transaction: WriteTransaction, build: Build, definition: Api, now: number): Promise<void> {
  const text = JSON.stringify(definition)
  const query = build
    .insertInto('apis')
    .values({ slug: definition.slug, definition: text, created_at: now, updated_at: now, revision: 1 })
    .onConflict((conflict) => conflict.column('slug').doUpdateSet((eb) => ({ definition: text, updated_at: now, revision: eb('apis.revision', '+', 1) })))
  await transaction.run(query.compile())
}

/** @returns false when there is none. */
export async function deleteApi(transaction: WriteTransaction, build: Build, slug: string): Promise<boolean> {
  return (await transaction.run(build.deleteFrom('apis').where('slug', '=', slug).compile())).changes === 1
}

function toApi(row: { definition: string; created_at: number; updated_at: number; revision: number }): StoredApi {
  return { definition: JSON.parse(row.definition) as Api, createdAt: row.created_at, updatedAt: row.updated_at, revision: row.revision }
}
