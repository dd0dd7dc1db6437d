import { closeSync, constants, copyFileSync, fsyncSync, openSync, readSync, rmSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '@keywright/core/problem-code.ts'
import { serializeError } from './connection.ts'
import { toStorageError } from './errors.ts'

const HEAD = 'SQLite format 3\0'

/**
 * Copies a database as of one moment while others write it, in pages that hold something: what was deleted is not in the copy.
 * `VACUUM INTO` reads in one transaction, so writers neither wait for it nor disturb it. Blocks the thread.
 * @param stamp a setting that is put into the copy.
 */
export function copyDatabase(from: string, to: string, stamp: { name: string; value: string }): void {
  closeSync(openSync(to, 'wx', 0o600))
  try {
    using source = new DatabaseSync(from, { readOnly: true, timeout: 5000 })
    source.prepare('VACUUM INTO ?').run(to)
    using copy = new DatabaseSync(to)
    copy.prepare('INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value').run(stamp.name, stamp.value)
    proveWhole(copy, to)
  } catch (error) {
    rmSync(to, { force: true })
    if (error instanceof AppError) throw error
    // Where not even a page is free, SQLite may say no more than that reading or writing failed.
    const full = [from, to].some((file) => statfsSync(dirname(file)).bavail === 0)
    throw full
      ? new AppError('disk_full', 'The disk is full. Nothing was stored.', { cause: error })
      : toStorageError(serializeError(error), 'The copy failed.')
  }
  syncFile(to)
}

/** Takes a file as it is, for its owner only, and proves that it is a whole database. @throws AppError `storage_unavailable`; then there is no copy. */
export function takeDatabaseFile(from: string, to: string): void {
  try {
    refuseOtherFiles(from)
    rmSync(to, { force: true })
    closeSync(openSync(to, 'wx', 0o600))
    copyFileSync(from, to, constants.COPYFILE_FICLONE)
    using database = new DatabaseSync(to)
    proveWhole(database, from)
  } catch (error) {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${to}${suffix}`, { force: true })
    if (error instanceof AppError) throw error
    const { code, errcode } = error as { code?: string; errcode?: number }
    if (errcode === undefined)
      throw new AppError('storage_unavailable', `The file ${from} cannot be read (${code ?? 'error'}). Nothing was changed.`, { cause: error })
    throw new AppError('storage_unavailable', `The file ${from} is damaged: ${(error as Error).message}. Nothing was changed.`, { cause: error })
  }
  syncFile(to)
}

/** Folds the write-ahead log into the file, so that the file alone is the database. @returns false when that cannot be done. */
export function foldLog(file: string): boolean {
  try {
    using database = new DatabaseSync(file, { timeout: 0 })
    const row = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number }
    return row.busy === 0
  } catch {
    return false
  }
}

export function syncFile(file: string): void {
  const descriptor = openSync(file, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function refuseOtherFiles(file: string): void {
  const descriptor = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(HEAD.length)
    readSync(descriptor, bytes, 0, bytes.length, 0)
    if (bytes.toString('latin1') !== HEAD) throw new AppError('storage_unavailable', `The file ${file} is not a backup made by Keywright. Nothing was changed.`)
  } finally {
    closeSync(descriptor)
  }
}

function proveWhole(database: DatabaseSync, file: string): void {
  const findings = (database.prepare('PRAGMA integrity_check(5)').all() as { integrity_check: string }[]).map((row) => row.integrity_check)
  if (findings.length !== 1 || findings[0] !== 'ok')
    throw new AppError('storage_unavailable', `The file ${file} is damaged: ${findings.join('; ')}. Nothing was changed.`)
  const [broken] = database.prepare('PRAGMA foreign_key_check').all()
  if (broken !== undefined)
    throw new AppError('storage_unavailable', `The file ${file} is damaged: rows refer to rows that are not there. Nothing was changed.`)
}
