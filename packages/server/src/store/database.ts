import type { CompiledQuery, Kysely } from 'kysely'
import type { Schema } from './schema.ts'

/** Reads. Every call is one round trip to the store, `batch` too. */
export interface ReadTransaction {
  all<Row>(query: CompiledQuery<Row>): Promise<Row[]>
  first<Row>(query: CompiledQuery<Row>): Promise<Row | undefined>
  /** Several queries in one round trip; their rows in the same order. */
  batch<Rows extends readonly unknown[]>(queries: { [Index in keyof Rows]: CompiledQuery<Rows[Index]> }): Promise<{ [Index in keyof Rows]: Rows[Index][] }>
}

/** A unit of work: all of it is stored, or nothing. */
export interface WriteTransaction extends ReadTransaction {
  /** Runs with the next query of this unit, or before its commit; in order. For statements whose rows nobody reads. */
  defer(query: CompiledQuery<unknown>): void
  /** Rows changed by a statement. */
  run(query: CompiledQuery<unknown>): Promise<{ changes: number }>
}

export interface Database extends AsyncDisposable {
  /** Builds queries (`.compile()`); cannot run any. */
  readonly build: Kysely<Schema>
  /** Reads what is committed; each query sees its own moment. */
  readonly reader: ReadTransaction
  /** Reads through a connection of its own that sees one moment throughout, however long it takes. */
  snapshot<Value>(use: (reader: ReadTransaction) => Promise<Value>): Promise<Value>
  /**
   * Runs one unit of work. Units that wait at the same time share one `BEGIN IMMEDIATE` and one durable commit, each in its own
   * savepoint; the promise settles after the commit, or when the unit threw and nothing of it is stored.
   * @throws AppError `disk_full`, `storage_unavailable`.
   */
  write<Value>(unit: (transaction: WriteTransaction) => Promise<Value>): Promise<Value>
  /** Calls back when another process has committed. @returns a function that stops it. */
  onForeignCommit(listener: () => void): () => void
}
