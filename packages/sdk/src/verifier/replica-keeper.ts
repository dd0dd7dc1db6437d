import { randomBytes } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import type { Change, Cursor } from '@keywright/core/replica/change.ts'
import { KeyBlock } from '@keywright/core/replica/key-block.ts'
import { Replica } from '@keywright/core/replica/replica.ts'
import { type PartKind, readSnapshotFrame } from '@keywright/core/replica/snapshot-frame.ts'
import { checkChange } from './server-message.ts'

/** A part of a snapshot becomes at most this large: more is no part of ours. */
const MOST_PART_BYTES = 134_217_728
/** Room is made at once for so many keys at most; beyond, it grows. */
const MOST_EXPECTED_KEYS = 20_000_000

export interface Changes {
  from: number
  to: Cursor
  changes: readonly Change[]
}

interface Loading {
  replica: Replica
  /** The server's name for the snapshot. */
  snapshot: string
  from: Cursor
  /** The part that comes next. */
  next: number
  /** Not to be used before the changes up to here are in; null: parts are still coming. */
  until: number | null
}

/** The replica by which decisions are made, and the one that is being loaded to take its place. */
export class ReplicaKeeper {
  #replica: Replica | null = null
  #loading: Loading | null = null
  /** Hears of every list of changes that went into `replica`. */
  onApplied: (applied: Changes) => void = () => {}
  /** Another replica has taken the place of `replica`. */
  onExchanged: () => void = () => {}

  /** Null: there is none, and nothing can be decided. */
  get replica(): Replica | null {
    return this.#replica
  }

  get cursor(): Cursor | null {
    return this.#replica?.cursor ?? null
  }

  /** What decisions are made by is about to be replaced. */
  get isLoading(): boolean {
    return this.#loading !== null
  }

  /** Where a snapshot was cut off. */
  get resumePoint(): { snapshot: string; next: number } | null {
    return this.#loading === null || this.#loading.until !== null ? null : { snapshot: this.#loading.snapshot, next: this.#loading.next }
  }

  /** Takes what a file held. */
  adopt(replica: Replica): void {
    this.#replica = replica
  }

  drop(): void {
    this.#replica = null
    this.#loading = null
  }

  /** A snapshot follows, from its beginning or from where it was cut off. */
  begin({ snapshot, from, next, keys }: { snapshot: string; from: Cursor; next: number; keys: number }): void {
    if (next > 0 && this.#loading?.snapshot === snapshot && this.#loading.next === next) return
    if (next > 0) throw new TypeError('the server goes on with a snapshot that was not begun')
    this.#loading = { replica: emptyReplica(keys), snapshot, from, next: 0, until: null }
  }

  /** @throws TypeError, RangeError or Error when it is no part of the snapshot that was begun. */
  part(frame: Uint8Array): void {
    const loading = this.#loading
    const { kind, part, deflated } = readSnapshotFrame(frame)
    if (loading === null || loading.until !== null || part < loading.next) throw new TypeError('a part of a snapshot comes out of turn')
    applyPart(loading.replica, kind, inflateRawSync(deflated, { maxOutputLength: MOST_PART_BYTES }))
    loading.next = part + 1
  }

  /** All parts are here. @returns how far the replica by which decisions are made is now; null: not yet. */
  end(until: number): number | null {
    if (this.#loading === null) throw new TypeError('a snapshot ends that was not begun')
    this.#loading.replica.findParents()
    this.#loading.replica.startAt(this.#loading.from)
    this.#loading.until = until
    return this.#exchange()
  }

  /** What a broken snapshot left is of no use. */
  discardLoading(): void {
    this.#loading = null
  }

  /**
   * @returns how far the replica by which decisions are made is now; null: where it was.
   * @throws TypeError when changes are missing in between.
   */
  apply(applied: Changes): number | null {
    const target = this.#loading?.replica ?? this.#replica
    if (target === null || (this.#loading !== null && this.#loading.until === null)) throw new TypeError('changes come before there is anything to change')
    if (applied.to.number <= target.cursor.number) return null
    if (applied.from !== target.cursor.number) throw new TypeError(`changes after ${target.cursor.number} are missing`)
    for (const change of applied.changes) applyOne(target, change)
    target.startAt(applied.to)
    if (this.#loading !== null) return this.#exchange()
    this.onApplied(applied)
    return applied.to.number
  }

  #exchange(): number | null {
    const loading = this.#loading
    if (loading === null || loading.until === null || loading.replica.cursor.number < loading.until) return null
    this.#replica = loading.replica
    this.#loading = null
    this.onExchanged()
    return loading.replica.cursor.number
  }
}

export function emptyReplica(expectedKeys: number): Replica {
  return new Replica(new Uint32Array(new Uint8Array(randomBytes(32)).buffer), Math.min(Math.max(0, expectedKeys), MOST_EXPECTED_KEYS))
}

export function applyPart(replica: Replica, kind: PartKind, bytes: Uint8Array): void {
  if (kind === 'keys') replica.addKeys(KeyBlock.read(bytes))
  else for (const change of JSON.parse(Buffer.from(bytes).toString('utf8')) as Change[]) applyOne(replica, change)
}

function applyOne(replica: Replica, change: Change): void {
  checkChange(change)
  try {
    replica.applyChange(change)
  } catch (error) {
    throw new TypeError(`a change (${change.kind}) cannot be used: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}
