import type { Replica } from '@keywright/core/replica/replica.ts'
import { fileProblemOf } from './problems.ts'
import type { Changes } from './replica-keeper.ts'
import { type LoadedSnapshot, removeSnapshotFile, type SnapshotFacts, type SnapshotOwner, takeSnapshotFile } from './snapshot-file.ts'
import { SnapshotWriter } from './snapshot-writer.ts'

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
  /** A file that lacks something is gone, after `isOutdated`. */
  settled: () => void
}

/**
 * Writes the snapshot file now and then, and takes it at the start. Whatever goes wrong with it is said, and stops no decision.
 *
 * A change that the file does not hold outdates it, and it is removed before the server is told that the change is here: else a process that is
 * killed right then would go on from the file, and let in what was confirmed as refused everywhere.
 */
export class SnapshotSchedule {
  readonly #parts: ScheduleParts
  readonly #writer: SnapshotWriter
  #running: Promise<void> | null = null
  #removing: Promise<void> | null = null
  #isTakingPlace = false
  #writtenAt: number | null = null
  #written = ''
  /** Counts what makes files outdated. */
  #changes = 0
  /** A file of this verifier may be there. */
  #isKept = false
  #isOutdated = false
  /** Said once each: a full disk is full for a while. */
  readonly #problems: { file: string | null; removal: string | null } = { file: null, removal: null }

  constructor(parts: ScheduleParts) {
    this.#parts = parts
    this.#writer = new SnapshotWriter(parts.path, parts.verifierKey)
  }

  /** A file is left from which another process may go on. */
  get isKept(): boolean {
    return this.#isKept
  }

  /** A file may be there that does not hold all by which decisions are made. */
  get isOutdated(): boolean {
    return this.#isOutdated
  }

  /** What is wrong with the file; null again as soon as one was written. */
  get problem(): string | null {
    return this.#problems.removal ?? this.#problems.file
  }

  async load(): Promise<LoadedSnapshot | null> {
    try {
      return await takeSnapshotFile(this.#parts.path, this.#parts.verifierKey, this.#parts.owner)
    } catch (error) {
      this.#tell('file', `The snapshot file ${this.#parts.path} is not used: ${fileProblemOf(error)}.`)
      return null
    }
  }

  /** The replica by which decisions are made has applied these. */
  applied(changes: Changes): void {
    this.#writer.applied(changes)
    if (changes.changes.length > 0) this.outdate()
  }

  /** No file from before may be gone on from. */
  outdate(): void {
    this.#changes++
    if (!this.#isKept && !this.#isTakingPlace) return
    this.#isOutdated = true
    void this.#remove()
  }

  /** Writes when it is time and there is something new. @param boundMs a tenth of it lies between two files. */
  onTick(boundMs: number): void {
    if (this.#isOutdated) void this.#remove()
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
    await this.#removing
  }

  /** What is in it may not be used any more. */
  async remove(): Promise<void> {
    this.#changes++
    this.#isOutdated = true
    await this.#remove()
  }

  async #write(): Promise<void> {
    const current = this.#parts.current()
    if (current === null) return
    const { replica, facts, now } = current
    const state = `${facts.cursor.number} ${facts.cursor.mark} ${facts.freshFrom} ${facts.instances.length}`
    if (state === this.#written) return
    this.#writtenAt = this.#parts.steady()
    let changes = -1
    try {
      const isThere = await this.#writer.write(replica, facts.api, now, {
        facts: () => {
          changes = this.#changes
          const later = this.#parts.current()
          return later?.replica === replica ? later.facts : null
        },
        mayTakePlace: async () => {
          await this.#removing
          return (this.#isTakingPlace = changes === this.#changes)
        },
      })
      this.#problems.file = null
      if (!isThere) return
      this.#isKept = true
      this.#written = state
      if (changes === this.#changes) this.#becameCurrent()
    } catch (error) {
      // It may have taken its place before something failed.
      if (this.#isTakingPlace) this.#isKept = true
      const left = this.#isOutdated
        ? 'The one from before is outdated'
        : this.#isKept
          ? 'The one from before stays'
          : 'There is none now, so a restart while the server is away would wait for it'
      this.#tell('file', `The snapshot file ${this.#parts.path} cannot be written: ${fileProblemOf(error)}. ${left}.`)
    } finally {
      this.#isTakingPlace = false
    }
  }

  #remove(): Promise<void> {
    this.#removing ??= this.#removeOutdated().finally(() => (this.#removing = null))
    return this.#removing
  }

  async #removeOutdated(): Promise<void> {
    // What is about to take its place lacks something as well.
    if (this.#isTakingPlace) await this.#running
    try {
      await removeSnapshotFile(this.#parts.path)
      this.#isKept = false
      this.#written = ''
      this.#becameCurrent()
    } catch (error) {
      this.#tell(
        'removal',
        `The snapshot file ${this.#parts.path} is outdated and cannot be removed: ${fileProblemOf(error)}. Until it is, the server is told of no change as confirmed.`,
      )
    }
  }

  /** What is there, if anything, lacks nothing. */
  #becameCurrent(): void {
    this.#isOutdated = false
    this.#problems.removal = null
    this.#parts.settled()
  }

  #tell(about: 'file' | 'removal', message: string): void {
    if (message === this.#problems[about]) return
    this.#problems[about] = message
    this.#parts.problem(message)
  }
}
