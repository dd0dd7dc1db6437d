import type { Replica } from '../replica/replica.ts'
import type { FoundKey } from '../verification/found-key.ts'
import type { LastSeen } from './usage.ts'

/** Calls of one secret version that were let through within one minute. */
export interface AllowedCount extends LastSeen {
  keyId: string
  /** Whole minutes since 1970. */
  minute: number
}

/** About 20 MB, where each call comes from an address of its own. */
const MOST_ROWS = 100_000

/**
 * Adds up calls that were let through, by the row of their key: whoever calls again costs a look-up, whoever calls for the first time an object, and the
 * id becomes text only when the sum is taken. In bounded memory.
 */
export class AllowedCalls {
  /** Rows are of this one; it only adds rows, so a row stays its key's. */
  #replica: Replica | null = null
  /** By row; the id is not written yet. */
  readonly #open = new Map<number, AllowedCount>()
  /** Of a minute, a secret version or a replica that is over. */
  #ended: AllowedCount[] = []

  get size(): number {
    return this.#open.size + this.#ended.length
  }

  /** @returns false where there is no room: the call was not added. */
  add(key: FoundKey, call: { address: string | null; client: string | null }, now: number): boolean {
    if (key.replica !== this.#replica) {
      this.#endAll()
      this.#replica = key.replica
    }
    const { row, secretVersion: version } = key
    const known = this.#open.get(row)
    if (known !== undefined && known.version === version && now < (known.minute + 1) * 60_000 && now >= known.minute * 60_000) {
      known.at = now
      known.address = call.address
      known.client = call.client
      known.calls++
      return true
    }
    if (this.size >= MOST_ROWS) return false
    if (known !== undefined) this.#end(row, known)
    this.#open.set(row, { keyId: '', version, minute: Math.floor(now / 60_000), at: now, address: call.address, client: call.client, calls: 1 })
    return true
  }

  /** Takes out so many of them, oldest first. */
  take(most: number): AllowedCount[] {
    const taken = this.#ended.splice(0, most)
    for (const [row, count] of this.#open) {
      if (taken.length >= most) break
      count.keyId = (this.#replica as Replica).keys.id(row)
      this.#open.delete(row)
      taken.push(count)
    }
    // A replica that was replaced must not be held only for what it was once asked.
    if (this.#open.size === 0) this.#replica = null
    return taken
  }

  #endAll(): void {
    for (const [row, count] of this.#open) this.#end(row, count)
    this.#open.clear()
  }

  #end(row: number, count: AllowedCount): void {
    count.keyId = (this.#replica as Replica).keys.id(row)
    this.#ended.push(count)
  }
}
