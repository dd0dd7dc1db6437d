import type { KeyRecord, LogEntry } from '@keywright/core/replica/change.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { LineWriter } from '../kernel/checked-lines.ts'
import type { Clock } from '../kernel/clock.ts'
import { readRevocations, type RevocationLine, type Revocations } from '../kernel/revocation-lines.ts'
import { changeLogHead, changeLogTail, holdsCursor, readChanges } from '../store/change-log.ts'
import type { Database } from '../store/database.ts'

const PAGE = 1000
const DAY = 86_400_000
const NO_MARK = '0'.repeat(16)

export interface JournalLimits {
  /** Beyond this many bytes the file is written anew, with one line for each thing. */
  bytes: number
  /** Lines older than this are left out then; a restore of an older backup says so. */
  days: number
}

const LIMITS: JournalLimits = { bytes: 8_388_608, days: 400 }

/**
 * A file beside the database that holds what was revoked, so that a restore of an older database can revoke it again. Fed from
 * the change log, so that no use case can forget it; `flush` settles when everything that was committed before is on disk, and
 * the caller is answered only then.
 */
export class RevocationJournal implements AsyncDisposable {
  readonly #file: string
  readonly #database: Database
  readonly #clock: Clock
  readonly #installation: string
  readonly #limits: JournalLimits
  #writer: LineWriter
  #since: number
  #place: { number: number; mark: string }
  #states: Map<string, RevocationLine>
  #pending: RevocationLine[] = []
  /** There are entries of the log between our place and what the feed has read. */
  #behind = true
  #rewriteAt: number
  #running: Promise<void> | null = null
  #next: Promise<void> | null = null

  private constructor(parts: JournalParts, writer: LineWriter, from: Omit<Beginning, 'writer'>) {
    this.#file = parts.file
    this.#database = parts.database
    this.#clock = parts.clock
    this.#installation = parts.installation
    this.#limits = parts.limits ?? LIMITS
    this.#writer = writer
    this.#since = from.since
    this.#place = from.place
    this.#states = from.states
    this.#rewriteAt = Math.max(this.#limits.bytes, writer.length * 2)
  }

  /**
   * Opens the journal, or begins it, and brings it up to the change log.
   * @throws AppError `storage_unavailable` when the database is not the one, or older than the one, that the journal belongs to.
   */
  static async open(parts: JournalParts): Promise<RevocationJournal> {
    const read = await readRevocations(parts.file)
    const { writer, ...from } = read.begin === null ? await begin(parts) : await goOn(parts, read)
    const journal = new RevocationJournal(parts, writer, from)
    await journal.flush()
    if (journal.#writer.length > journal.#limits.bytes) await journal.#rewrite()
    return journal
  }

  get bytes(): number {
    return this.#writer.length
  }

  /** Entries of the change log, as the replica gets them. */
  take(entries: readonly LogEntry[]): void {
    if (this.#behind) return // flush reads them itself
    for (const entry of entries) {
      if (entry.number <= this.#place.number) continue
      if (entry.number !== this.#place.number + 1) {
        this.#behind = true
        return
      }
      this.#look(entry)
    }
  }

  /** Settles when every revocation that was committed before the call is on disk. @throws AppError `storage_unavailable`, `disk_full`. */
  flush(): Promise<void> {
    if (this.#running === null) {
      if (!this.#behind && this.#pending.length === 0) return Promise.resolve()
      return (this.#running = this.#write().finally(() => (this.#running = null)))
    }
    return (this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#next = null
        return this.flush()
      }))
  }

  /** Remembers how far it has looked, so that the next start need not look again. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.flush()
      const { number, mark } = this.#place
      if (number > 0) await this.#writer.append([{ kind: 'place', change: [number, mark], at: this.#clock.now() }])
    } catch {
      // What is missing here is in the change log, and the next start reads it.
    }
    await this.#writer.close()
  }

  #look(entry: LogEntry): void {
    this.#place = { number: entry.number, mark: entry.mark }
    const line = this.#lineOf(entry)
    if (line === null) return
    const before = this.#states.get(line.id)
    // Of a thing that was never revoked there is nothing to tell.
    if (before === undefined ? !tells(line) : sameState(before, line)) return
    this.#states.set(line.id, line)
    this.#pending.push(line)
  }

  #lineOf({ number, mark, change }: LogEntry): Extract<RevocationLine, { id: string }> | null {
    const common = { change: [number, mark] as [number, string], at: this.#clock.now() }
    if (change.kind === 'key')
      return { kind: 'key', ...common, id: change.key.id, status: change.key.status, ended: endedVersions(change.key), epoch: change.key.epoch ?? 0 }
    if (change.kind === 'sessionEnded') {
      const { keyId, sessionId, expiresAt } = change.session
      return { kind: 'session', ...common, id: sessionId, keyId, expiresAt }
    }
    if (change.kind === 'organization') return { kind: 'organization', ...common, id: change.organization.id, status: change.organization.status }
    return null
  }

  async #write(): Promise<void> {
    if (this.#behind) await this.#catchUp()
    const lines = this.#pending
    if (lines.length === 0) return
    this.#pending = []
    try {
      await this.#writer.append(lines as unknown as Record<string, unknown>[])
    } catch (cause) {
      this.#pending = [...lines, ...this.#pending]
      const full = (cause as NodeJS.ErrnoException).code === 'ENOSPC'
      throw new AppError(
        full ? 'disk_full' : 'storage_unavailable',
        'The change is stored and holds on this server, but the journal of revocations cannot be written: after a restore of a backup it might not hold. It is tried again.',
        { cause },
      )
    }
    if (this.#writer.length > this.#rewriteAt) await this.#rewrite()
  }

  async #catchUp(): Promise<void> {
    for (;;) {
      const entries = await readChanges(this.#database.reader, this.#database.build, this.#place, PAGE)
      for (const entry of entries) this.#look(entry)
      if (entries.length < PAGE) break
    }
    // No await since the last page: whatever is committed from now on comes from the feed, or leaves a gap that it shows.
    this.#behind = false
  }

  /** One line for each thing, and none that is too old. */
  async #rewrite(): Promise<void> {
    const oldest = this.#clock.now() - this.#limits.days * DAY
    const kept: RevocationLine[] = []
    for (const [id, line] of this.#states) {
      if (line.kind === 'session' ? line.expiresAt > this.#clock.now() : line.at >= oldest) kept.push(line)
      else {
        this.#states.delete(id)
        if (line.kind !== 'begin' && line.kind !== 'session') this.#since = Math.max(this.#since, line.change[0])
      }
    }
    kept.sort((a, b) => (a.kind === 'begin' || b.kind === 'begin' ? 0 : a.change[0] - b.change[0]))
    const { number, mark } = this.#place
    const now = this.#clock.now()
    const lines: RevocationLine[] = [
      { kind: 'begin', installation: this.#installation, since: this.#since, at: now },
      ...kept,
      { kind: 'place', change: [number, mark], at: now },
    ]
    const writer = await LineWriter.replace(this.#file, lines as unknown as Record<string, unknown>[])
    await this.#writer.close()
    this.#writer = writer
    this.#rewriteAt = Math.max(this.#limits.bytes, writer.length * 2)
  }
}

interface Beginning {
  writer: LineWriter
  since: number
  place: { number: number; mark: string }
  states: Map<string, RevocationLine>
}

interface JournalParts {
  file: string
  database: Database
  clock: Clock
  /** Id of the installation. */
  installation: string
  limits?: JournalLimits
}

async function begin(parts: JournalParts): Promise<Beginning> {
  const { database, clock, installation } = parts
  const tail = await changeLogTail(database.reader, database.build)
  const since = tail === null ? 0 : tail.number - 1
  const line: RevocationLine = { kind: 'begin', installation, since, at: clock.now() }
  const writer = await LineWriter.replace(parts.file, [line as unknown as Record<string, unknown>])
  return { writer, states: new Map(), since, place: { number: since, mark: NO_MARK } }
}

async function goOn(parts: JournalParts, read: Revocations): Promise<Beginning> {
  const { database, installation } = parts
  const { number, mark } = { number: read.place?.[0] ?? read.begin?.since ?? 0, mark: read.place?.[1] ?? NO_MARK }
  const [head, tail] = [await changeLogHead(database.reader, database.build), await changeLogTail(database.reader, database.build)]
  const trimmed = tail === null || number < tail.number
  const held = read.place === null || trimmed || (await holdsCursor(database.reader, database.build, { number, mark }))
  if (read.begin?.installation !== installation || number > head.number || !held) {
    throw new AppError(
      'storage_unavailable',
      `The database in the data folder is not the one that ${parts.file} goes on from: it was exchanged for an older or another one, and what was revoked since would work again. Put the old database back, or use "keywright restore FILE", which revokes it again.`,
    )
  }
  const writer = await LineWriter.open(parts.file, read.goodBytes)
  return { writer, states: new Map(read.states), since: read.begin?.since ?? 0, place: { number, mark } }
}

function endedVersions(key: KeyRecord): [number, number][] {
  return key.versions.flatMap(({ number, endsAt }) => (endsAt === null ? [] : [[number, endsAt] as [number, number]]))
}

function tells(line: RevocationLine): boolean {
  if (line.kind === 'key') return line.status === 'inactive' || line.status === 'removed' || line.ended.length > 0 || line.epoch > 0
  return line.kind === 'session' || (line.kind === 'organization' && line.status !== 'active')
}

function sameState(a: RevocationLine, b: RevocationLine): boolean {
  if (a.kind === 'key' && b.kind === 'key') return a.status === b.status && a.epoch === b.epoch && JSON.stringify(a.ended) === JSON.stringify(b.ended)
  return a.kind === 'session' || (a.kind === 'organization' && b.kind === 'organization' && a.status === b.status)
}
