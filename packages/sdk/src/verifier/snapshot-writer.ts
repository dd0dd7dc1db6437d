import { type FileHandle, lstat, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { writeKeyBlock } from '@keywright/core/replica/key-block.ts'
import type { Replica } from '@keywright/core/replica/replica.ts'
import { VerifierView } from '@keywright/core/replica/verifier-view.ts'
import type { Changes } from './replica-keeper.ts'
import { asideOf, fileIdOf, isThere, MAGIC, macOf, RECORD_KINDS, type SnapshotFacts, syncFolder } from './snapshot-file.ts'

const ROWS_IN_PART = 8192

/** What a writer asks while it writes. */
export interface SnapshotSource {
  /** Asked at the beginning and, for what holds, at the end; null: nothing that could be written holds any more. */
  facts: () => SnapshotFacts | null
  /** All is written. Whether it may take its place: nothing has come since that is not in it. */
  mayTakePlace: () => Promise<boolean>
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

  /** The replica has applied these. */
  applied(changes: Changes): void {
    this.#meanwhile?.push(changes)
  }

  /**
   * @returns which file took its place (`fileIdOf`); null: none did, and what was there is still there.
   * @throws SnapshotRefused where something stands that is no snapshot file; errors of the file system. Then the file from before is still there.
   */
  async write(replica: Replica, api: string, now: number, source: SnapshotSource): Promise<string | null> {
    const begun = source.facts()
    if (begun === null || this.#meanwhile !== null) return null
    this.#meanwhile = []
    const aside = asideOf(this.#path)
    try {
      await isThere(this.#path)
      const file = await open(aside, 'wx', 0o600)
      try {
        if (!(await this.#writeTo(file, replica, api, now, begun, source))) return null
        await file.sync()
      } finally {
        await file.close()
      }
      // By its name and after it was closed, as it will be looked at again: some file systems set the time of the last change only then.
      const id = fileIdOf(await lstat(aside, { bigint: true }))
      if (!(await source.mayTakePlace())) return null
      await rename(aside, this.#path)
      await syncFolder(dirname(this.#path))
      return id
    } finally {
      this.#meanwhile = null
      await rm(aside, { force: true }).catch(() => {})
    }
  }

  async #writeTo(file: FileHandle, replica: Replica, api: string, now: number, begun: SnapshotFacts, { facts }: SnapshotSource): Promise<boolean> {
    const mac = macOf(this.#verifierKey)
    const put = async (bytes: Uint8Array) => {
      mac.update(bytes)
      await writeAll(file, bytes)
    }
    const record = async (kind: keyof typeof RECORD_KINDS, body: Uint8Array) => {
      const head = Buffer.alloc(5)
      head[0] = RECORD_KINDS[kind]
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
      await writeAll(file, mac.digest())
      return true
    }
  }
}

/** On a disk that is nearly full, a write may take a part and say so instead of failing: then a file without its end would take the good one's place. */
async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength;) at += (await file.write(bytes, at)).bytesWritten
}
