import { createHmac, type Hmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, lstat, open, readdir, rename, rm, truncate, utimes } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Cursor } from '@keywright/core/replica/change.ts'
import type { Replica } from '@keywright/core/replica/replica.ts'
import type { PartKind } from '@keywright/core/replica/snapshot-frame.ts'
import { applyPart, emptyReplica } from './replica-keeper.ts'

export const MAGIC = Buffer.from('KEYWRIGHT-REPLICA-1\n')
/** With it, files of every version begin. */
const ANY_MAGIC = 'KEYWRIGHT-REPLICA-'
/** Larger than any part of ours. */
const MOST_RECORD_BYTES = 134_217_728
const MAC_BYTES = 32
export const RECORD_KINDS = { changes: 0, keys: 1, facts: 2 } as const
/** What a process that was killed left half done is nobody's after so long. */
const LEFT_OVER_MS = 3_600_000

/** What a file is about; it is refused by anything else. */
export interface SnapshotOwner {
  /** Origin and path of the server. */
  url: string
  api: string
}

export interface SnapshotFacts extends SnapshotOwner {
  installation: string
  cursor: Cursor
  /** When the last ping was sent that the server answered, by the wall clock. */
  freshFrom: number
  boundMs: number
  /** Verifiers that decide no more, and whose bound the file carries on. The one that wrote it is among them when it was closed then. */
  instances: string[]
  keys: number
  /** What had passed when it was written. */
  now: number
}

export interface LoadedSnapshot {
  replica: Replica
  facts: SnapshotFacts
}

/** A file cannot be used; the message says why, and never holds anything of it. */
export class SnapshotRefused extends Error {
  override readonly name = 'SnapshotRefused'
}

/**
 * Takes the file away and reads it, so that of several processes that start at once only one goes on from it: each is known to the server by its
 * own bound. The file is believed only when the verifier key has signed it: whoever can write to the folder must not be able to add keys.
 * @returns null when there is none. @throws SnapshotRefused; errors of the file system.
 */
export async function takeSnapshotFile(path: string, verifierKey: string, owner: SnapshotOwner): Promise<LoadedSnapshot | null> {
  await removeLeftovers(path).catch(() => {})
  if (!(await isThere(path))) return null
  const taken = asideOf(path)
  try {
    await rename(path, taken)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  try {
    await utimes(taken, new Date(), new Date())
    const loaded = await readSnapshot(taken, verifierKey, owner)
    await rm(taken)
    return loaded
  } catch (error) {
    // It may be another verifier's: it is out of the way, and can be looked at.
    await rename(taken, `${path}.refused`).catch(() => {})
    throw error
  }
}

/** A name beside the file that nobody else takes. */
export function asideOf(path: string): string {
  return `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
}

/**
 * Whether a snapshot file, of whatever version, stands there. What else stands there is somebody's: it is neither taken away nor written over.
 * @throws SnapshotRefused when it is something else; errors of the file system.
 */
export async function isThere(path: string): Promise<boolean> {
  try {
    const stats = await lstat(path)
    if (stats.isDirectory()) throw new SnapshotRefused('it is a folder; name a file')
    if (!stats.isFile()) throw new SnapshotRefused('it is no plain file')
    if (stats.size === 0 || (await beginsAsOne(path))) return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
  throw new SnapshotRefused('it is something else than a snapshot file, and is left as it is; name another file, or remove it')
}

async function beginsAsOne(path: string): Promise<boolean> {
  const file = await openToRead(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(ANY_MAGIC.length), 0, ANY_MAGIC.length, 0)
    return buffer.subarray(0, bytesRead).toString('latin1') === ANY_MAGIC
  } finally {
    await file.close()
  }
}

/** Which file it is, whatever it is called. The number alone is given to another as soon as a file is removed. */
export function fileIdOf({ dev, ino, mtimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${mtimeNs}`
}

/**
 * Takes back the file that was left there, unless somebody has gone on from it already. Whoever takes it changes its name, so only one of both gets it.
 * @param file see `fileIdOf`. @returns false when it was taken, or removed by somebody. @throws errors of the file system.
 */
export async function takeBackSnapshotFile(path: string, file: string): Promise<boolean> {
  const aside = asideOf(path)
  try {
    await rename(path, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    // The folder may be closed to this process while the file is open to it.
    if (fileIdOf(await lstat(path, { bigint: true })) !== file) return false
    await truncate(path).catch(() => {
      throw error
    })
    return true
  }
  if (fileIdOf(await lstat(aside, { bigint: true })) === file) {
    await rm(aside, { force: true })
    await syncFolder(dirname(path))
    return true
  }
  // What somebody else has left there.
  await rename(aside, path)
  return false
}

/** Removes the file, or at least what is in it; what is no snapshot file stays. @throws errors of the file system. */
export async function removeSnapshotFile(path: string): Promise<void> {
  try {
    if (!(await isThere(path))) return
  } catch (error) {
    if (error instanceof SnapshotRefused || (error as NodeJS.ErrnoException).code === 'ENOTDIR') return
    throw error
  }
  try {
    await rm(path, { force: true })
  } catch (error) {
    // The folder may be closed to this process while the file is open to it.
    await truncate(path).catch(() => {
      throw error
    })
  }
  await syncFolder(dirname(path))
}

/** Windows opens no folders, and has nothing to sync them with. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, constants.O_RDONLY)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Signed with the verifier key, which is nowhere in it. */
export function macOf(verifierKey: string): Hmac {
  return createHmac('sha256', `keywright snapshot file\n${verifierKey}`)
}

/** No link is followed, and nothing waited for: what stands there may have been put there by somebody else. */
function openToRead(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
}

async function readSnapshot(path: string, verifierKey: string, owner: SnapshotOwner): Promise<LoadedSnapshot> {
  const file = await openToRead(path)
  try {
    const stats = await file.stat()
    if (!stats.isFile()) throw new SnapshotRefused('it is no plain file')
    const { mode, size } = stats
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw new SnapshotRefused('others may read or write it; it must be of mode 0600')
    const mac = macOf(verifierKey)
    const facts = await readBody(file, size - MAC_BYTES, mac, owner)
    const expected = mac.digest()
    const signature = Buffer.alloc(MAC_BYTES)
    await file.read(signature, 0, MAC_BYTES, size - MAC_BYTES)
    if (!timingSafeEqual(expected, signature)) throw new SnapshotRefused('it is damaged, or was not written with this verifier key')
    return facts
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError) throw new SnapshotRefused('it is damaged')
    throw error
  } finally {
    await file.close()
  }
}

/** Nothing that is read here is used before the signature over all of it is found to be right. */
async function readBody(file: FileHandle, end: number, mac: Hmac, owner: SnapshotOwner): Promise<LoadedSnapshot> {
  let at = 0
  const read = async (length: number): Promise<Buffer> => {
    if (length > MOST_RECORD_BYTES || at + length > end) throw new SnapshotRefused('it is cut off')
    const bytes = Buffer.alloc(length)
    const { bytesRead } = await file.read(bytes, 0, length, at)
    if (bytesRead !== length) throw new SnapshotRefused('it is cut off')
    at += length
    mac.update(bytes)
    return bytes
  }
  if (end < MAGIC.length) throw new SnapshotRefused('it is cut off')
  if (!(await read(MAGIC.length)).equals(MAGIC)) throw new SnapshotRefused('it was written by another version of the SDK')
  let facts: SnapshotFacts | null = null
  let replica: Replica | null = null
  for (;;) {
    if (at >= end) break
    const head = await read(5)
    const body = await read(head.readUInt32LE(1))
    if (head[0] === RECORD_KINDS.facts) facts = JSON.parse(body.toString('utf8')) as SnapshotFacts
    else {
      // Facts of the beginning say how much room to make; those at the end are the ones that hold.
      replica ??= emptyReplica(facts?.keys ?? 0)
      const kind: PartKind = head[0] === RECORD_KINDS.keys ? 'keys' : 'changes'
      applyPart(replica, kind, body)
    }
  }
  if (facts === null || replica === null) throw new SnapshotRefused('it is cut off')
  if (!isWhole(facts)) throw new SnapshotRefused('it is damaged')
  if (facts.url !== owner.url || facts.api !== owner.api) throw new SnapshotRefused('it is of another server or another API')
  replica.findParents()
  replica.startAt(facts.cursor)
  return { replica, facts }
}

/** Signed it may be by another version, which wrote down less. */
function isWhole({ installation, cursor, freshFrom, boundMs, instances, now }: SnapshotFacts): boolean {
  return (
    typeof installation === 'string' &&
    Number.isSafeInteger((cursor as Cursor | undefined)?.number) &&
    typeof cursor.mark === 'string' &&
    [freshFrom, boundMs, now].every((value) => Number.isFinite(value)) &&
    Array.isArray(instances) &&
    instances.every((instance) => typeof instance === 'string')
  )
}

/** Files that a process which was killed was reading or writing. */
async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path)
  const start = `${basename(path)}.`
  for (const name of await readdir(folder)) {
    if (!name.startsWith(start) || !/^\d+\.[0-9a-f]{8}$/.test(name.slice(start.length))) continue
    const left = join(folder, name)
    if (Date.now() - (await lstat(left)).mtimeMs > LEFT_OVER_MS) await rm(left, { force: true })
  }
}
