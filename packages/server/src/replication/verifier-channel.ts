import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { constants, deflateRaw } from 'node:zlib'
import type { Change, Cursor, LogEntry } from '@keywright/core/replica/change.ts'
import { writeKeyBlock } from '@keywright/core/replica/key-block.ts'
import type { Replica } from '@keywright/core/replica/replica.ts'
import { type PartKind, writeSnapshotFrame } from '@keywright/core/replica/snapshot-frame.ts'
import type { ServerMessage } from '@keywright/core/replica/stream.ts'
import { VerifierView } from '@keywright/core/replica/verifier-view.ts'

/** Rows of the replica in one part of a snapshot: some hundred kilobytes, some milliseconds. */
const ROWS_IN_PART = 8192
/** Bytes of parts that are kept for others who ask for the same. */
const MOST_KEPT_BYTES = 268_435_456
/** How far the log may have gone on before a snapshot is begun anew. */
const OLDEST_SNAPSHOT_CHANGES = 20_000
const OLDEST_SNAPSHOT_MS = 60_000

const deflate = promisify(deflateRaw)

/** What verifiers of the same APIs are sent: made once for all of them. */
export class VerifierChannel {
  readonly replica: Replica
  readonly view: VerifierView
  #snapshot: { shared: SharedSnapshot; madeAt: number } | null = null

  constructor(replica: Replica, apis: Iterable<string>) {
    this.replica = replica
    this.view = new VerifierView(replica, apis)
  }

  /**
   * A snapshot that may be shared: whoever comes within a minute gets the same parts.
   * @param steady milliseconds of a monotonic clock. @param now for what ends by itself.
   */
  snapshot(now: number, steady: number): SharedSnapshot {
    const kept = this.#snapshot
    if (kept !== null && steady - kept.madeAt < OLDEST_SNAPSHOT_MS && this.replica.cursor.number - kept.shared.from.number < OLDEST_SNAPSHOT_CHANGES)
      return kept.shared
    const shared = new SharedSnapshot(this, now)
    this.#snapshot = { shared, madeAt: steady }
    return shared
  }

  /** The snapshot of that name, if it is still there. */
  snapshotNamed(name: string): SharedSnapshot | null {
    return this.#snapshot?.shared.name === name ? this.#snapshot.shared : null
  }

  /** Gives the memory of an old snapshot back. */
  sweep(steady: number): void {
    if (this.#snapshot !== null && steady - this.#snapshot.madeAt > OLDEST_SNAPSHOT_MS) this.#snapshot = null
  }

  /** Entries as verifiers of this channel get them. The replica must have them. @param known see `VerifierView.translate`. */
  frame(entries: readonly LogEntry[], known?: Set<number>): { frame: ChangesFrame; reload: boolean } {
    const changes: Change[] = []
    let reload = false
    for (const { change } of entries) {
      const told = this.view.translate(change, known)
      changes.push(...told.changes)
      reload ||= told.reload
    }
    const first = entries[0] as LogEntry
    const last = entries.at(-1) as LogEntry
    const from = first.number - 1
    const to = { number: last.number, mark: last.mark }
    return { frame: { from, to, text: JSON.stringify({ type: 'changes', from, to, changes } satisfies ServerMessage) }, reload }
  }

  /** An API of this channel is among what changed. */
  touchesApi(entries: readonly LogEntry[]): boolean {
    return entries.some(({ change }) => change.kind === 'api' && this.view.apis.has(change.api.slug))
  }
}

export interface ChangesFrame {
  from: number
  to: Cursor
  text: string
}

/**
 * A snapshot that is written while the replica changes: each part is as new as the moment in which it was first asked for, and never older than
 * `from`. Whoever has all parts and then the changes from `from` on, has everything.
 */
export class SharedSnapshot {
  readonly name = randomBytes(12).toString('base64url')
  readonly from: Cursor
  readonly keys: number
  readonly #channel: VerifierChannel
  readonly #opening: Change[][]
  readonly #parts: (Promise<Uint8Array | null> | undefined)[] = []
  #keptBytes = 0

  constructor(channel: VerifierChannel, now: number) {
    this.#channel = channel
    this.from = channel.replica.cursor
    this.keys = channel.replica.keys.size
    this.#opening = [...channel.view.opening(now)]
  }

  get partCount(): number {
    return this.#opening.length + Math.ceil(this.keys / ROWS_IN_PART)
  }

  /** A frame; null where a part holds nothing for this channel. */
  part(number: number): Promise<Uint8Array | null> {
    const kept = this.#parts[number]
    if (kept !== undefined) return kept
    const made = this.#make(number)
    if (this.#keptBytes < MOST_KEPT_BYTES) {
      this.#parts[number] = made
      void made.then(
        (frame) => (this.#keptBytes += frame?.byteLength ?? 0),
        () => (this.#parts[number] = undefined),
      )
    }
    return made
  }

  async #make(number: number): Promise<Uint8Array | null> {
    const changes = this.#opening[number]
    const kind: PartKind = changes === undefined ? 'keys' : 'changes'
    const bytes = changes === undefined ? this.#keyBlock(number - this.#opening.length) : Buffer.from(JSON.stringify(changes))
    // Digests cannot be compressed; more effort than the least only costs time.
    return bytes === null ? null : writeSnapshotFrame(kind, number, await deflate(bytes, { level: constants.Z_BEST_SPEED }))
  }

  #keyBlock(index: number): Uint8Array | null {
    const { replica, view } = this.#channel
    return writeKeyBlock(replica, view.types, index * ROWS_IN_PART, Math.min((index + 1) * ROWS_IN_PART, this.keys))
  }
}
