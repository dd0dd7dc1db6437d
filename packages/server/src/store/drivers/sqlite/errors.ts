import { AppError } from '@keywright/core/problem-code.ts'
import type { SerializedError } from './protocol.ts'

/** SQLite's primary result codes that mean "the store, not the statement". */
const BUSY = 5
const STORAGE: Record<number, string> = {
  [BUSY]: 'Another process holds the database. Try again.',
  6: 'The database is locked. Try again.',
  8: 'The database cannot be written: its file, its folder or its file system is read-only.',
  10: 'The disk reported an error. Nothing was stored.',
  11: 'The database file is damaged. Restore a backup.',
  14: 'The database file cannot be opened.',
  26: 'The file is not a Keywright database.',
}
const FULL = 13
/** SQLITE_IOERR_SHMSIZE: the file beside the log could not be made as large as it must be, which on a full disk is the first thing that fails. */
const NO_ROOM_FOR_SHARED_MEMORY = 4874
/** Extended codes of a violated PRIMARY KEY, UNIQUE and rowid. */
const UNIQUE = new Set([1555, 2067, 2579])

/** What a statement failed with; `code` and `errcode` as node:sqlite gives them. */
export class SqliteError extends Error {
  readonly code: string
  /** SQLite's extended result code; 0 when it was not SQLite that failed. */
  readonly errcode: number

  constructor(error: SerializedError) {
    super(error.message)
    this.name = 'SqliteError'
    this.code = error.code ?? 'ERR_SQLITE_ERROR'
    this.errcode = error.errcode ?? 0
  }
}

export function isBusy(error: SerializedError): boolean {
  return error.errcode !== null && (error.errcode & 0xff) === BUSY
}

/** A full disk and an unusable store become an AppError; anything else is the caller's and stays a SqliteError. */
export function toError(error: SerializedError): Error {
  const cause = new SqliteError(error)
  const primary = cause.errcode & 0xff
  if (primary === FULL || cause.errcode === NO_ROOM_FOR_SHARED_MEMORY) return new AppError('disk_full', 'The disk is full. Nothing was stored.', { cause })
  const storage = STORAGE[primary]
  return storage === undefined ? cause : new AppError('storage_unavailable', storage, { cause })
}

/** As `toError`, for what failed outside any statement: there is nobody else to blame than the store. */
export function toStorageError(error: SerializedError, sentence: string): AppError {
  const mapped = toError(error)
  return mapped instanceof AppError ? mapped : new AppError('storage_unavailable', `${sentence} (${error.message})`, { cause: mapped })
}

/**
 * The columns of a violated UNIQUE or PRIMARY KEY constraint as `table.column`, e.g. `['organization_names.name']`.
 * @returns null when the error is anything else.
 */
export function uniqueColumns(error: unknown): string[] | null {
  if (!(error instanceof SqliteError) || !UNIQUE.has(error.errcode)) return null
  return error.message
    .slice(error.message.indexOf(':') + 1)
    .split(',')
    .map((column) => column.trim())
}

/** True when the error is a violated UNIQUE or PRIMARY KEY constraint, of this `table.column` when one is given. */
export function isUniqueViolation(error: unknown, column?: string): boolean {
  const columns = uniqueColumns(error)
  return columns !== null && (column === undefined || columns.includes(column))
}
