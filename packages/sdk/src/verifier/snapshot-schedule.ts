import type { Replica } from '@keywright/core/replica/replica.ts'
import type { Changes } from './replica-keeper.ts'
import { type LoadedSnapshot, type SnapshotFacts, type SnapshotOwner, SnapshotWriter, takeSnapshotFile } from './snapshot-file.ts'

const SHORTEST_MS = 1_000
const LONGEST_MS = 60_000

interface ScheduleParts {
  path: string
  verifierKey: string
  owner: SnapshotOwner
  steady: () => number
  /** What there is to write; null: nothing that holds. */
  current: () => { replica: Replica; facts: SnapshotFacts; now: number } | null
  problem: (message: string) => void
}

/** Writes the snapshot file now and then, and takes it at the start. Whatever goes wrong with it is said, and stops nothing. */
export class SnapshotSchedule {
  readonly #parts: ScheduleParts
  readonly #writer: SnapshotWriter
  #running: Promise<void> | null = null
  #writtenAt: number | null = null
  #written = ''
  /** A file of this verifier may be there. */
  #isKept = false
  #failed = ''

  constructor(parts: ScheduleParts) {
    this.#parts = parts
    this.#writer = new SnapshotWriter(parts.path, parts.verifierKey)
  }

  /** A file is left from which another process may go on. */
  get isKept(): boolean {
    return this.#isKept
  }

  async load(): Promise<LoadedSnapshot | null> {
    try {
      return await takeSnapshotFile(this.#parts.path, this.#parts.verifierKey, this.#parts.owner)
    } catch (error) {
      this.#parts.problem(`The snapshot file ${this.#parts.path} is not used: ${messageOf(error)}.`)
      return null
    }
  }

  applied(changes: Changes): void {
    this.#writer.applied(changes)
  }

  /** Writes when it is time and there is something new. @param boundMs a tenth of it lies between two files. */
  onTick(boundMs: number): void {
    const now = this.#parts.steady()
    const everyMs = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, boundMs / 10))
    if (this.#running === null && (this.#writtenAt === null || now - this.#writtenAt >= everyMs)) void this.write()
  }

  /** Writes what there is, unless that was written already. */
  write(): Promise<void> {
    this.#running ??= this.#write().finally(() => (this.#running = null))
    return this.#running
  }

  /** The last file, before the process ends. */
  async finish(): Promise<void> {
    await this.#running
    await this.write()
  }

  /** What is in it may not be used any more. */
  async remove(): Promise<void> {
    this.#isKept = false
    await this.#running
    await this.#writer
      .remove()
      .catch((error: unknown) => this.#parts.problem(`The snapshot file ${this.#parts.path} could not be removed: ${messageOf(error)}.`))
    this.#isKept = false
  }

  async #write(): Promise<void> {
    const current = this.#parts.current()
    if (current === null) return
    const { replica, facts, now } = current
    const state = `${facts.cursor.number} ${facts.cursor.mark} ${facts.freshFrom}`
    if (state === this.#written) return
    this.#writtenAt = this.#parts.steady()
    try {
      await this.#writer.write(replica, facts.api, now, () => {
        const later = this.#parts.current()
        return later?.replica === replica ? later.facts : null
      })
      this.#written = state
      this.#isKept = true
      this.#failed = ''
    } catch (error) {
      const message = messageOf(error)
      // A full disk is full for a while: said once.
      if (message !== this.#failed) this.#parts.problem(`The snapshot file ${this.#parts.path} cannot be written: ${message}. The one from before stays.`)
      this.#failed = message
    }
  }
}

function messageOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') return `there is no room on the disk (${code})`
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return `this process may not do that there (${code})`
  return code === undefined ? message : `${message} (${code})`
}
