import { addressGroup } from '../network/address.ts'
import { redactSecrets } from '../secret/redact.ts'
import type { Replica } from '../replica/replica.ts'
import type { Decision } from '../verification/decision.ts'
import { FoundKey } from '../verification/found-key.ts'
import type { LastSeen, UsageCount } from './usage.ts'

/** The first refusal of its kind within an hour: worth an audit event of its own. */
export interface FirstRefusal {
  keyId: string
  organizationId: string | null
  reason: string
  detail: string | null
  address: string
}

/** What has happened since the last flush. */
export interface UsageBatch {
  lastSeen: (LastSeen & { keyId: string })[]
  counts: UsageCount[]
  refusals: FirstRefusal[]
  /** First refusals beyond the bound, which have no event of their own. */
  moreRefusals: number
}

const LONGEST_CLIENT = 200
const MOST_COUNTS = 50_000
const MOST_REFUSALS = 200
const MOST_KNOWN_KINDS = 100_000
const HOUR = 3_600_000

/**
 * Adds up verifications in memory until they are flushed. Written after the decision; nothing here can change it. Bounded:
 * past the bound, refusals are added to a remainder without address, never dropped, so an attack stays visible.
 */
export class UsageRecorder {
  #lastSeen = new Map<string, LastSeen & { keyId: string }>()
  #counts = new Map<string, UsageCount>()
  /** By key: what its last allowed call was counted in. Most calls are like the one before, and need no other look-up. */
  #recent = new Map<string, { seen: LastSeen; count: UsageCount }>()
  /** The same by row of a replica. */
  #recentRows = new Map<number, { seen: LastSeen; count: UsageCount }>()
  #replica: Replica | null = null
  #refusals: FirstRefusal[] = []
  #moreRefusals = 0
  #remainder = 0
  #hour = 0
  #known = new Set<string>()

  record(decision: Decision, call: { address: string | null; client: string | null; cost?: number }, now: number): void {
    const { key } = decision
    if (decision.valid && key instanceof FoundKey && this.#repeats(key, call, now)) return
    const keyId = key?.id ?? ''
    const version = key?.secretVersion ?? 0
    const minute = Math.floor(now / 60_000)
    if (decision.valid) {
      const recent = this.#recent.get(keyId)
      if (recent !== undefined && recent.count.minute === minute && recent.count.version === version) {
        touch(recent.seen, call, now)
        recent.count.calls++
        return
      }
      const place = `${keyId} ${version}`
      let seen = this.#lastSeen.get(place)
      if (seen) touch(seen, call, now)
      else this.#lastSeen.set(place, (seen = { keyId, version, at: now, address: call.address, client: call.client, calls: 1 }))
      const count = this.#count({ minute, keyId, version, decision: 'allowed', address: '', calls: 1 })
      // What went into a remainder, which is of no key, is looked up each time.
      if (count.keyId === keyId) {
        this.#recent.set(keyId, { seen, count })
        if (key instanceof FoundKey) this.#remember(key, { seen, count })
      }
      return
    }
    const address = call.address === null ? '' : addressGroup(call.address)
    this.#count({ minute, keyId, version, decision: decision.reason, address, calls: 1 })
    this.#note({ keyId, organizationId: key?.organizationId ?? null, reason: decision.reason, detail: decision.detail, address }, now)
  }

  /** Most calls are like one before, of the same key in the same minute: its row says so, and no id has to be written. */
  #repeats(key: FoundKey, call: { address: string | null; client: string | null }, now: number): boolean {
    if (key.replica !== this.#replica) return false
    const recent = this.#recentRows.get(key.row)
    if (recent === undefined || recent.count.version !== key.secretVersion || now >= (recent.count.minute + 1) * 60_000 || now < recent.count.minute * 60_000)
      return false
    touch(recent.seen, call, now)
    recent.count.calls++
    return true
  }

  #remember(key: FoundKey, recent: { seen: LastSeen; count: UsageCount }): void {
    if (key.replica !== this.#replica) {
      this.#replica = key.replica
      this.#recentRows.clear()
    }
    this.#recentRows.set(key.row, recent)
  }

  /** Takes what there is; the caller stores it, or gives it back with `restore`. */
  take(): UsageBatch {
    // What a client calls itself is anybody's text; a secret in it must not be stored. Here, and not with each call: it takes time.
    const lastSeen = [...this.#lastSeen.values()].map((seen) => ({
      ...seen,
      client: seen.client === null ? null : redactSecrets(seen.client).slice(0, LONGEST_CLIENT),
    }))
    const batch = { lastSeen, counts: [...this.#counts.values()], refusals: this.#refusals, moreRefusals: this.#moreRefusals }
    this.#lastSeen = new Map()
    this.#counts = new Map()
    this.#recent = new Map()
    this.#recentRows = new Map()
    this.#refusals = []
    this.#moreRefusals = 0
    return batch
  }

  /** Puts back what could not be stored, so that nothing is lost while there is room. */
  restore(batch: UsageBatch): void {
    for (const entry of batch.lastSeen) {
      const place = `${entry.keyId} ${entry.version}`
      const seen = this.#lastSeen.get(place)
      if (seen) seen.calls += entry.calls
      else if (this.#lastSeen.size < MOST_COUNTS) this.#lastSeen.set(place, entry)
    }
    for (const count of batch.counts) this.#count(count)
    for (const refusal of batch.refusals) this.#keep(refusal)
    this.#moreRefusals += batch.moreRefusals
  }

  /** Rows that wait to be stored. */
  get backlog(): number {
    return this.#lastSeen.size + this.#counts.size + this.#refusals.length
  }

  /** Refusals that were added to a remainder, since the start. */
  get remainder(): number {
    return this.#remainder
  }

  get isEmpty(): boolean {
    return this.#counts.size === 0 && this.#moreRefusals === 0
  }

  /** @returns what it was added to. */
  #count(count: UsageCount): UsageCount {
    const place = `${count.minute} ${count.keyId} ${count.version} ${count.decision} ${count.address}`
    if (this.#counts.has(place) || this.#counts.size < MOST_COUNTS) return this.#add(place, count)
    this.#remainder += count.calls
    return this.#add(`remainder ${count.minute} ${count.decision}`, { ...count, keyId: '', version: 0, address: '' })
  }

  #add(place: string, count: UsageCount): UsageCount {
    let known = this.#counts.get(place)
    if (known) known.calls += count.calls
    else this.#counts.set(place, (known = { ...count }))
    return known
  }

  #note(refusal: FirstRefusal, now: number): void {
    const hour = Math.floor(now / HOUR)
    if (hour !== this.#hour) {
      this.#hour = hour
      this.#known = new Set()
    }
    const kind = `${refusal.keyId} ${refusal.reason} ${refusal.address}`
    if (this.#known.has(kind)) return
    if (this.#known.size < MOST_KNOWN_KINDS) this.#known.add(kind)
    this.#keep(refusal)
  }

  #keep(refusal: FirstRefusal): void {
    if (this.#refusals.length < MOST_REFUSALS) this.#refusals.push(refusal)
    else this.#moreRefusals++
  }
}

function touch(seen: LastSeen, call: { address: string | null; client: string | null }, now: number): void {
  seen.at = now
  seen.address = call.address
  seen.client = call.client
  seen.calls++
}
