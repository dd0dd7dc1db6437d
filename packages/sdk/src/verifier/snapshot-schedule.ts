import type { Replica } from '@keywright/core/replica/replica.ts'
import { fileProblemOf } from './problems.ts'
import type { Changes } from './replica-keeper.ts'
import { type LoadedSnapshot, removeSnapshotFile, takeBackSnapshotFile, type SnapshotFacts, type SnapshotOwner, takeSnapshotFile } from './snapshot-file.ts'
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
  /** How long whoever goes on from a file may decide by it: its bound, or Infinity where it serves on. */
  heirMs: () => number
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
  #takingBack: Promise<void> | null = null
  #isTakingPlace = false
  #writtenAt: number | null = null
  #written = ''
  /** Counts what makes files outdated. */
  #changes = 0
  /** A file of this verifier may be there. */
  #isKept = false
  /** That file, and until when somebody may decide by it who took it just now; null: it is not known. */
  #own: { file: string; until: number } | null = null
  /** Somebody took a file of this verifier, which is there yet, and may decide by it until then. */
  #heirUntil: number | null = null
  #isOutdated = false
  /** Said once each: a full disk is full for a while. */
  readonly #problems: { file: string | null; removal: string | null; heir: string | null } = { file: null, removal: null, heir: null }

  constructor(parts: ScheduleParts) {
    this.#parts = parts
    this.#writer = new SnapshotWriter(parts.path, parts.verifierKey)
  }

  /** A file is left from which another process may go on, or one has gone on already. */
  get isKept(): boolean {
    return this.#isKept || this.#heirUntil !== null
  }

  /** A file may be there that does not hold all by which decisions are made, or somebody else may decide by one. */
  get isOutdated(): boolean {
    return this.#isOutdated || this.#heirUntil !== null
  }

  /** What is wrong with the file; null again as soon as one was written. */
  get problem(): string | null {
    return this.#problems.removal ?? this.#problems.heir ?? this.#problems.file
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
    if (this.#heirUntil !== null && now >= this.#heirUntil) {
      this.#heirUntil = null
      this.#problems.heir = null
      this.#parts.settled()
    }
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
    const begunAt = this.#parts.steady()
    this.#writtenAt = begunAt
    let changes = -1
    try {
      const file = await this.#writer.write(replica, facts.api, now, {
        facts: () => {
          changes = this.#changes
          const later = this.#parts.current()
          return later?.replica === replica ? later.facts : null
        },
        mayTakePlace: async () => {
          await this.#removing
          await this.#takeBack()
          return (this.#isTakingPlace = changes === this.#changes)
        },
      })
      this.#problems.file = null
      if (file === null) return
      this.#isKept = true
      this.#own = { file, until: begunAt + this.#parts.heirMs() }
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
      if (this.#own === null) await removeSnapshotFile(this.#parts.path)
      else await this.#takeBack()
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

  /** The file of this verifier is about to be replaced, or is outdated: whoever took it goes on by it. */
  #takeBack(): Promise<void> {
    this.#takingBack ??= this.#takeOwnBack().finally(() => (this.#takingBack = null))
    return this.#takingBack
  }

  async #takeOwnBack(): Promise<void> {
    if (this.#own === null) return
    const { file, until } = this.#own
    const isBack = await takeBackSnapshotFile(this.#parts.path, file)
    this.#own = null
    this.#isKept = false
    if (isBack) return
    this.#heirUntil = Math.max(this.#heirUntil ?? 0, until)
    this.#tell(
      'heir',
      `The snapshot file ${this.#parts.path} was taken or removed while this process still uses it. Whoever took it may decide by it until its bound is over, so the server is told of no change as confirmed before. Give each process a file of its own.`,
    )
  }

  /** What is there, if anything, lacks nothing. */
  #becameCurrent(): void {
    this.#isOutdated = false
    this.#problems.removal = null
    this.#parts.settled()
  }

  #tell(about: 'file' | 'removal' | 'heir', message: string): void {
    if (message === this.#problems[about]) return
    this.#problems[about] = message
    this.#parts.problem(message)
  }
}
