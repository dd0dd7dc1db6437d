import { createHmac, type Hmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Cursor } from '@keywright/core/replica/change.ts'
import { writeKeyBlock } from '@keywright/core/replica/key-block.ts'
import type { Replica } from '@keywright/core/replica/replica.ts'
import type { PartKind } from '@keywright/core/replica/snapshot-frame.ts'
import { VerifierView } from '@keywright/core/replica/verifier-view.ts'
import { applyPart, type Changes, emptyReplica } from './replica-keeper.ts'

const MAGIC = Buffer.from('KEYWRIGHT-REPLICA-1\n')
const ROWS_IN_PART = 8192
/** Larger than any part of ours. */
const MOST_RECORD_BYTES = 134_217_728
const MAC_BYTES = 32
const KINDS = { changes: 0, keys: 1, facts: 2 } as const

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
  /** Verifiers whose bound the file carries on: the one that wrote it, and those that it went on from. */
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
  const taken = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  try {
    await rename(path, taken)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  try {
    const loaded = await readSnapshot(taken, verifierKey, owner)
    await rm(taken)
    return loaded
  } catch (error) {
    // It may be another's: it is out of the way, and can be looked at.
    await rename(taken, `${path}.refused`).catch(() => {})
    throw error
  }
}

async function readSnapshot(path: string, verifierKey: string, owner: SnapshotOwner): Promise<LoadedSnapshot> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const { mode, size } = await file.stat()
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
  if (end < MAGIC.length || !(await read(MAGIC.length)).equals(MAGIC)) throw new SnapshotRefused('it is no file of a replica, or of another version')
  let facts: SnapshotFacts | null = null
  let replica: Replica | null = null
  for (;;) {
    if (at >= end) break
    const head = await read(5)
    const body = await read(head.readUInt32LE(1))
    if (head[0] === KINDS.facts) facts = JSON.parse(body.toString('utf8')) as SnapshotFacts
    else {
      // Facts of the beginning say how much room to make; those at the end are the ones that hold.
      replica ??= emptyReplica(facts?.keys ?? 0)
      const kind: PartKind = head[0] === KINDS.keys ? 'keys' : 'changes'
      applyPart(replica, kind, body)
    }
  }
  if (facts === null || replica === null) throw new SnapshotRefused('it is cut off')
  if (facts.url !== owner.url || facts.api !== owner.api) throw new SnapshotRefused('it is of another server or another API')
  replica.findParents()
  replica.startAt(facts.cursor)
  return { replica, facts }
}

/** Writes a replica while it goes on changing: what changes meanwhile is written after it, so the file is as of its end. */
export class SnapshotWriter {
  readonly #path: string
  readonly #verifierKey: string
  #meanwhile: Changes[] | null = null

  constructor(path: string, verifierKey: string) {
    this.#path = path
    this.#verifierKey = verifierKey
  }

  get isWriting(): boolean {
    return this.#meanwhile !== null
  }

  /** The replica has applied these. */
  applied(changes: Changes): void {
    this.#meanwhile?.push(changes)
  }

  /**
   * @param facts asked at the beginning and, for what holds, at the end; null: nothing that could be written holds any more.
   * @throws errors of the file system; then the file from before is still there.
   */
  async write(replica: Replica, api: string, now: number, facts: () => SnapshotFacts | null): Promise<void> {
    const begun = facts()
    if (begun === null || this.#meanwhile !== null) return
    this.#meanwhile = []
    const temporary = `${this.#path}.${process.pid}.new`
    try {
      await rm(temporary, { force: true })
      const file = await open(temporary, 'wx', 0o600)
      try {
        if (!(await this.#writeTo(file, replica, api, now, begun, facts))) return
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(temporary, this.#path)
      await syncFolder(dirname(this.#path))
    } finally {
      this.#meanwhile = null
      await rm(temporary, { force: true }).catch(() => {})
    }
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true })
  }

  async #writeTo(file: FileHandle, replica: Replica, api: string, now: number, begun: SnapshotFacts, facts: () => SnapshotFacts | null): Promise<boolean> {
    const mac = macOf(this.#verifierKey)
    const put = async (bytes: Uint8Array) => {
      mac.update(bytes)
      await file.write(bytes)
    }
    const record = async (kind: keyof typeof KINDS, body: Uint8Array) => {
      const head = Buffer.alloc(5)
      head[0] = KINDS[kind]
      head.writeUInt32LE(body.byteLength, 1)
      await put(head)
      await put(body)
    }
    const json = (value: unknown) => Buffer.from(JSON.stringify(value))
    await put(MAGIC)
    await record('facts', json(begun))
    const rows = replica.keys.size
    for (const changes of new VerifierView(replica, [api]).opening(now)) await record('changes', json(changes))
    for (let row = 0; row < rows; row += ROWS_IN_PART) {
      const block = writeKeyBlock(replica, null, row, Math.min(row + ROWS_IN_PART, rows))
      if (block !== null) await record('keys', block)
    }
    // No await between the last changes and the facts: they belong together.
    for (;;) {
      const changes = (this.#meanwhile ?? []).splice(0).flatMap((each) => each.changes)
      if (changes.length > 0) {
        await record('changes', json(changes))
        continue
      }
      const ended = facts()
      if (ended === null) return false
      await record('facts', json(ended))
      // What came while that was written is not in it, nor in its cursor.
      await file.write(mac.digest())
      return true
    }
  }
}

/** Signed with the verifier key, which is nowhere in it. */
function macOf(verifierKey: string): Hmac {
  return createHmac('sha256', `keywright snapshot file\n${verifierKey}`)
}

/** Windows opens no folders, and has nothing to sync them with. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, constants.O_RDONLY)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
