import { AsyncLocalStorage } from 'node:async_hooks'
import type { CompiledQuery, Kysely } from 'kysely'
import { AppError } from '@keywright/core/problem-code.ts'
import type { Database, ReadTransaction, WriteTransaction } from '../../database.ts'
import type { Schema } from '../../schema.ts'
import { buildOnlySqlite } from './dialect.ts'
import type { Unit } from './group.ts'
import { ROWS } from './protocol.ts'
import { toStatement } from './statement.ts'
import { WorkerLink } from './worker-link.ts'
import { WriteQueue } from './write-queue.ts'

export interface SqliteOptions {
  /** Path of the database file; created when missing, unless `readonly`. */
  file: string
  readonly?: boolean
  /** Tests only: the most pages the file may have, so that the disk seems full. */
  maxPages?: number
}

/**
 * Opens a SQLite database in a worker thread.
 * @throws AppError `storage_unavailable` when the file cannot be opened or is not a database.
 */
export async function openSqlite(options: SqliteOptions): Promise<Database> {
  const link = await WorkerLink.open({ file: options.file, readonly: options.readonly ?? false, maxPages: options.maxPages ?? null })
  return new SqliteDatabase(link)
}

export class SqliteDatabase implements Database {
  readonly build: Kysely<Schema> = buildOnlySqlite()
  readonly reader: ReadTransaction
  readonly #link: WorkerLink
  readonly #unit = new AsyncLocalStorage<{ unit: Unit }>()
  readonly #queue: WriteQueue
  readonly #listeners = new Set<() => void>()
  #lastSnapshot = 0
  #closing: Promise<void> | null = null

  constructor(link: WorkerLink) {
    this.#link = link
    this.#queue = new WriteQueue(link, this.#unit)
    this.reader = new Reader(link, 'read', () => this.#assertOutsideUnit('database.reader'))
    link.onForeignCommit = () => {
      for (const listener of this.#listeners) listener()
    }
  }

  async write<Value>(unit: (transaction: WriteTransaction) => Promise<Value>): Promise<Value> {
    this.#assertOutsideUnit('database.write')
    if (this.#closing) throw new AppError('shutting_down', 'The store is closing.')
    return this.#queue.add(unit)
  }

  async snapshot<Value>(use: (reader: ReadTransaction) => Promise<Value>): Promise<Value> {
    this.#assertOutsideUnit('database.snapshot')
    const snapshot = ++this.#lastSnapshot
    await this.#link.command({ kind: 'open-snapshot', snapshot })
    try {
      return await use(new Reader(this.#link, snapshot, () => {}))
    } finally {
      await this.#link.command({ kind: 'close-snapshot', snapshot })
    }
  }

  onForeignCommit(listener: () => void): () => void {
    const own = () => listener() // the same function may listen twice
    this.#listeners.add(own)
    if (this.#listeners.size === 1) this.#listen(true)
    return () => {
      if (this.#listeners.delete(own) && this.#listeners.size === 0) this.#listen(false)
    }
  }

  /** Finishes what was accepted, folds the log into the file, ends the worker. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#queue.idle().then(() => this.#link.close())
    return this.#closing
  }

  #listen(on: boolean): void {
    // A worker that is gone has told everybody who awaits an answer.
    this.#link.command({ kind: 'listen', on }).catch(() => {})
  }

  /** Inside a unit the outer database would not see the unit's own changes, and a nested write would wait for itself for ever. */
  #assertOutsideUnit(what: string): void {
    const current = this.#unit.getStore()
    if (current && !current.unit.finished) throw new Error(`${what} was used inside a unit of work. Use the transaction that the unit was given.`)
  }
}

class Reader implements ReadTransaction {
  readonly #link: WorkerLink
  readonly #connection: 'read' | number
  readonly #check: () => void

  constructor(link: WorkerLink, connection: 'read' | number, check: () => void) {
    this.#link = link
    this.#connection = connection
    this.#check = check
  }

  async all<Row>(query: CompiledQuery<Row>): Promise<Row[]> {
    this.#check()
    return (await this.#link.query(this.#connection, [toStatement(query, ROWS)]))[0] as Row[]
  }

  async first<Row>(query: CompiledQuery<Row>): Promise<Row | undefined> {
    return (await this.all(query))[0]
  }

  async batch<Rows extends readonly unknown[]>(queries: { [Index in keyof Rows]: CompiledQuery<Rows[Index]> }): Promise<{
    [Index in keyof Rows]: Rows[Index][]
  }> {
    this.#check()
    const statements = (queries as readonly CompiledQuery<unknown>[]).map((query) => toStatement(query, ROWS))
    return (await this.#link.query(this.#connection, statements)) as { [Index in keyof Rows]: Rows[Index][] }
  }
}
