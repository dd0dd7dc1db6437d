import { closeSync, existsSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '@keywright/core/problem-code.ts'

/** The folder that holds everything one installation stores. */
export interface DataFolder {
  /** Absolute. */
  path: string
  databaseFile: string
  masterKeyFile: string
  /** What was revoked, for a restore. */
  journalFile: string
}

/**
 * Makes the folder (0700) when it is missing and proves that it can be written.
 * @throws AppError `storage_unavailable` with a sentence that names the folder.
 */
export function openDataFolder(folder: string): DataFolder {
  const path = resolve(folder)
  try {
    makeFolder(path)
    if (!statSync(path).isDirectory()) throw new Error('it is not a folder')
    const probe = join(path, `.write-test-${process.pid}`)
    closeSync(openSync(probe, 'w', 0o600))
    rmSync(probe)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    throw new AppError(
      'storage_unavailable',
      `The data folder ${path} cannot be used: ${REASONS[code ?? ''] ?? message}. Set KEYWRIGHT_DATA to a folder that the user running Keywright may write.`,
      { cause },
    )
  }
  return filesIn(path)
}

/** The files of a data folder, whether they are there or not. @param path absolute. */
export function filesIn(path: string): DataFolder {
  return { path, databaseFile: join(path, 'keywright.db'), masterKeyFile: join(path, 'master.key'), journalFile: join(path, 'revocations.journal') }
}

/** Not `recursive: true`: where a file system answers "no such file" to a mkdir in a folder that is there (/proc), Node tries for ever. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && statSync(path).isDirectory()) return
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw error
    makeFolder(dirname(path))
    makeFolder(path)
  }
}

const REASONS: Record<string, string> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'its file system is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'it is a file',
  ENOENT: 'the file system does not let a folder be made there',
}

/**
 * Takes the folder for this process until the lock is disposed or the process ends, however it ends: the operating system
 * drops an SQLite lock with its process, so there is no stale lock file after `kill -9`. Host commands that work beside a
 * running server do not take it.
 * @throws AppError `storage_unavailable` when another process has it.
 */
export function lockDataFolder(folder: DataFolder): Disposable {
  const file = join(folder.path, 'lock.db')
  let database: DatabaseSync | null = null
  try {
    database = new DatabaseSync(file, { timeout: 0 })
    // Without a journal file the lock is the only thing this database ever does.
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (cause) {
    database?.close()
    const { errcode, message } = cause as { errcode?: number; message: string }
    if (errcode !== undefined && (errcode & 0xff) === 5) {
      throw new AppError(
        'storage_unavailable',
        `Another Keywright server uses the data folder ${folder.path}. Stop it first, or set KEYWRIGHT_DATA to another folder.`,
        { cause },
      )
    }
    throw new AppError('storage_unavailable', `The lock ${file} cannot be taken: ${message}.`, { cause })
  }
  const held = database
  return {
    [Symbol.dispose]() {
      if (held.isOpen) held.close()
    },
  }
}
