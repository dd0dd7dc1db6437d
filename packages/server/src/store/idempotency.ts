import type { CompiledQuery } from 'kysely'
import type { ReadTransaction, WriteTransaction } from './database.ts'
import { type Build, precompileInsert } from './precompile.ts'
import type { Schema } from './schema.ts'

export interface IdempotencyRecord {
  /** SHA-256, hex, over caller, organization, path and key. */
  scope: string
  /** SHA-256, hex, of the body. */
  bodyDigest: string
  operation: string
  /** What is answered to a repetition; without a secret. */
  answer: Record<string, unknown>
  createdAt: number
  expiresAt: number
}

const insertRow = precompileInsert('idempotency_records', ['scope', 'body_digest', 'operation', 'answer', 'created_at', 'expires_at'])

export function insertIdempotencyRecordQuery(build: Build, record: IdempotencyRecord): CompiledQuery<unknown> {
  const { scope, bodyDigest, operation, answer, createdAt, expiresAt } = record
  return insertRow(build, { scope, body_digest: bodyDigest, operation, answer: JSON.stringify(answer), created_at: createdAt, expires_at: expiresAt })
}

export function idempotencyRecordQuery(build: Build, scope: string): CompiledQuery<Schema['idempotency_records']> {
  return build.selectFrom('idempotency_records').selectAll().where('scope', '=', scope).compile()
}

export function deleteIdempotencyRecordQuery(build: Build, scope: string): CompiledQuery<unknown> {
  return build.deleteFrom('idempotency_records').where('scope', '=', scope).compile()
}

/** @returns whether any record has expired: so that nothing is written when there is nothing to do. */
export async function hasExpiredRecords(reader: ReadTransaction, build: Build, now: number): Promise<boolean> {
  return (await reader.first(build.selectFrom('idempotency_records').select('scope').where('expires_at', '<=', now).limit(1).compile())) !== undefined
}

export async function deleteExpiredRecords(transaction: WriteTransaction, build: Build, now: number): Promise<number> {
  return (await transaction.run(build.deleteFrom('idempotency_records').where('expires_at', '<=', now).compile())).changes
}
