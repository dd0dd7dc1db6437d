/**
 * What the main thread and the store's worker say to each other. A round trip costs more than most statements, so one message
 * carries everything that can go together.
 */
export type SqlValue = null | number | bigint | string | Uint8Array

/** What the main thread wants back of a statement: nothing, its rows, or how many rows it changed. */
export const NOTHING = 0
export const ROWS = 1
export const CHANGES = 2
export type Wanted = typeof NOTHING | typeof ROWS | typeof CHANGES

export type Statement = readonly [sql: string, parameters: readonly SqlValue[], wanted: Wanted]

export interface Segment {
  statements: readonly Statement[]
  /** When a statement fails: roll the savepoint back and go on with the next segment. Otherwise the message ends there. */
  recover: boolean
}

/** `write`, `read`, or the number of a snapshot. */
export type ConnectionName = 'write' | 'read' | number

export type Request =
  | { id: number; kind: 'run'; connection: ConnectionName; segments: readonly Segment[]; begins: boolean; ends: boolean }
  | { id: number; kind: 'open-snapshot' | 'close-snapshot'; snapshot: number }
  | { id: number; kind: 'listen'; on: boolean }
  | { id: number; kind: 'close' }

export interface Failure {
  /** Index of the segment; -1: the transaction was gone already, nothing was tried. */
  segment: number
  /** Index of the statement within the segment. */
  statement: number
  error: SerializedError
}

export interface SerializedError {
  message: string
  code: string | null
  /** SQLite's extended result code. */
  errcode: number | null
}

export interface Reply {
  id: number
  /** One for each statement that wanted rows (objects) or changes (a number), in order. */
  results: unknown[]
  failures: Failure[] | null
  /** Whether the connection is inside a transaction now. */
  inTransaction: boolean
}

export interface Opened {
  kind: 'opened'
  error: SerializedError | null
}

export interface ForeignCommit {
  kind: 'foreign-commit'
}

export type FromWorker = Reply | Opened | ForeignCommit

export interface WorkerOptions {
  file: string
  readonly: boolean
  /** Tests: the most pages the file may have, so that the disk seems full. */
  maxPages: number | null
}

export const BEGIN = 'BEGIN IMMEDIATE'
/** One name is enough: units run one after another, and each closes its savepoint before the next opens its own. */
export const SAVEPOINT = 'SAVEPOINT unit'
export const ROLLBACK_TO = 'ROLLBACK TO unit'
export const RELEASE = 'RELEASE unit'
export const COMMIT = 'COMMIT'
export const ROLLBACK = 'ROLLBACK'

export function control(sql: string): Statement {
  return [sql, [], NOTHING]
}
