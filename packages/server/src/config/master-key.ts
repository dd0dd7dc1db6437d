import { createHash } from 'node:crypto'
import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '@keywright/core/problem-code.ts'
import { syncFolder } from '../kernel/sync-folder.ts'

/** The key under which all stored secrets lie, and its name. */
export interface MasterKey {
  /** 16 hex digits that name the key without telling it. */
  id: string
  /** 32 bytes. */
  bytes: Uint8Array
}

export interface MasterKeyPlace {
  /** `master.key` in the data folder. */
  file: string
  /** From the environment; null: none. */
  given: { bytes: Uint8Array; source: string } | null
  /** What the database's setting `masterKeyId` says; null: a database that has never had a key. */
  wantedId: string | null
}

const KEY_BYTES = 32

/** Base64 of 32 bytes -> bytes; null when it is anything else. */
export function parseMasterKey(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9+/]{43}=$/.test(text.trim())) return null
  const bytes = new Uint8Array(Buffer.from(text, 'base64'))
  return bytes.length === KEY_BYTES ? bytes : null
}

export function masterKeyId(bytes: Uint8Array): string {
  return createHash('sha256').update('keywright-master-key:').update(bytes).digest('hex').slice(0, 16)
}

/**
 * The master key that this database was made with; a new one only for a database that has never had any. The caller stores the
 * id of the key it gets in the database before anything is sealed with it.
 * @throws AppError `invalid_configuration` with a sentence that says which key is wanted and where it was looked for.
 */
export function obtainMasterKey(place: MasterKeyPlace, random: (count: number) => Uint8Array): MasterKey {
  const { file, given, wantedId } = place
  const stored = readKeyFile(file)
  const found = given ? masterKeyOf(given.bytes) : stored
  if (!found) {
    if (wantedId !== null)
      throw refusal(
        `This database needs the master key ${wantedId}, and there is none: neither in ${file} nor in KEYWRIGHT_MASTER_KEY or KEYWRIGHT_MASTER_KEY_FILE. Put the file back from where you keep it (it is in no backup of the database).`,
      )
    return createKeyFile(file, new Uint8Array(random(KEY_BYTES)))
  }
  const source = given?.source ?? file
  if (wantedId !== null && found.id !== wantedId) {
    const elsewhere = given && stored?.id === wantedId ? ` The right one lies in ${file}; unset KEYWRIGHT_MASTER_KEY.` : whereabouts(file, wantedId)
    throw refusal(`This database needs the master key ${wantedId}, and ${source} holds ${found.id}.${elsewhere}`)
  }
  if (wantedId === null && stored && stored.id !== found.id) {
    throw refusal(
      `${source} holds the master key ${found.id}, and ${file} holds ${stored.id}. Remove one of them: this new database cannot tell which is meant.`,
    )
  }
  return found
}

/** A rotation leaves keys beside the one in use. */
function whereabouts(file: string, wantedId: string): string {
  if (existsSync(`${file}.next`) && readKeyFile(`${file}.next`)?.id === wantedId)
    return ` The right one lies in ${file}.next: a rotation was interrupted. Run "keywright master-key rotate" again to finish it.`
  if (!existsSync(`${file}.${wantedId}`)) return ''
  return ` The right one lies in ${file}.${wantedId}: copy it to ${file} (keeping what is there), and rotate the master key again afterwards.`
}

/** The key with its name. */
export function masterKeyOf(bytes: Uint8Array): MasterKey {
  return { id: masterKeyId(bytes), bytes }
}

/** The key in a file that only its owner may read; null: there is no such file. @throws AppError `invalid_configuration`. */
export function readKeyFile(file: string): MasterKey | null {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return null
    throw refusal(`The master key ${file} cannot be read (${code}).`)
  }
  try {
    const mode = fstatSync(descriptor).mode & 0o777
    if (process.platform !== 'win32' && (mode & 0o177) !== 0) {
      throw refusal(`The master key ${file} has the permissions ${mode.toString(8).padStart(4, '0')}, so others may read or change it. Run: chmod 600 ${file}`)
    }
    const bytes = parseMasterKey(readFileSync(descriptor, 'utf8'))
    if (!bytes)
      throw refusal(
        `The file ${file} does not hold a master key (32 bytes in base64). If the very first start was interrupted, delete the file and start again.`,
      )
    return masterKeyOf(bytes)
  } finally {
    closeSync(descriptor)
  }
}

/** Durable before anything can be sealed with it: a lost key is lost data. */
export function createKeyFile(file: string, bytes: Uint8Array): MasterKey {
  let descriptor: number
  try {
    descriptor = openSync(file, 'wx', 0o600)
  } catch (error) {
    throw refusal(`The master key ${file} cannot be created (${(error as NodeJS.ErrnoException).code}).`)
  }
  try {
    writeSync(descriptor, `${Buffer.from(bytes).toString('base64')}\n`)
    fsyncSync(descriptor)
  } catch (error) {
    rmSync(file, { force: true })
    throw refusal(`The master key ${file} cannot be written (${(error as NodeJS.ErrnoException).code}).`)
  } finally {
    closeSync(descriptor)
  }
  syncFolder(dirname(file))
  return masterKeyOf(bytes)
}

function refusal(sentence: string): AppError {
  return new AppError('invalid_configuration', sentence)
}
