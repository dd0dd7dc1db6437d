import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { NOTHING, ROWS, type Failure, type Segment, type SerializedError, type SqlValue, type Statement, ROLLBACK, ROLLBACK_TO, RELEASE } from './protocol.ts'

const STATEMENTS_KEPT = 256

interface Prepared {
  statement: StatementSync
  hasRows: boolean
}

/** One SQLite connection with its prepared statements. Lives in the worker. */
export class Connection {
  readonly database: DatabaseSync
  /** Least recently used first. */
  readonly #prepared = new Map<string, Prepared>()

  constructor(file: string, options: { readonly: boolean; timeoutMilliseconds: number }) {
    this.database = new DatabaseSync(file, { readOnly: options.readonly, timeout: options.timeoutMilliseconds, enableForeignKeyConstraints: true })
    this.database.exec('PRAGMA trusted_schema = OFF; PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY')
  }

  /** Runs segments in order; what wanted something is pushed on `results`. */
  run(segments: readonly Segment[], results: unknown[]): Failure[] | null {
    let failures: Failure[] | null = null
    for (const [index, segment] of segments.entries()) {
      let position = 0
      try {
        for (; position < segment.statements.length; position++) this.#execute(segment.statements[position] as Statement, results)
      } catch (error) {
        failures ??= []
        failures.push({ segment: index, statement: position, error: serializeError(error) })
        if (!segment.recover || !this.database.isTransaction) break
        this.#undoUnit()
        if (!this.database.isTransaction) break
      }
    }
    return failures
  }

  rollback(): void {
    if (this.database.isTransaction) this.database.exec(ROLLBACK)
  }

  close(): void {
    this.#prepared.clear()
    this.database.close()
  }

  #execute([sql, parameters, wanted]: Statement, results: unknown[]): void {
    const prepared = this.#prepare(sql)
    const values = parameters as SqlValue[]
    if (wanted === NOTHING) prepared.statement.run(...values)
    else if (wanted === ROWS && prepared.hasRows) results.push(prepared.statement.all(...values))
    else {
      const { changes } = prepared.statement.run(...values)
      results.push(wanted === ROWS ? [] : changes)
    }
  }

  #prepare(sql: string): Prepared {
    let prepared = this.#prepared.get(sql)
    if (prepared) this.#prepared.delete(sql)
    else {
      const statement = this.database.prepare(sql)
      prepared = { statement, hasRows: statement.columns().length > 0 }
      if (this.#prepared.size >= STATEMENTS_KEPT) this.#prepared.delete(this.#prepared.keys().next().value as string)
    }
    this.#prepared.set(sql, prepared)
    return prepared
  }

  #undoUnit(): void {
    try {
      this.database.exec(`${ROLLBACK_TO}; ${RELEASE}`)
    } catch {
      // The savepoint itself could not be made or undone: nothing of this transaction can be trusted.
      this.rollback()
    }
  }
}

export function serializeError(error: unknown): SerializedError {
  const known = error as { message?: string; code?: string; errcode?: number }
  return { message: known.message ?? String(error), code: known.code ?? null, errcode: known.errcode ?? null }
}
