import { addressGroup } from '../network/address.ts'
import { redactSecrets } from '../secret/redact.ts'
import type { Decision } from '../verification/decision.ts'
import { FoundKey } from '../verification/found-key.ts'
import { AllowedCalls } from './allowed-calls.ts'
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
const MOST_SEEN = 50_000
const MOST_COUNTS = 50_000
const MOST_REFUSALS = 200
const MOST_KNOWN_KINDS = 100_000
const HOUR = 3_600_000

/**
 * Adds up verifications in memory until they are flushed. Written after the decision; nothing here can change it. Bounded:
 * past the bound, calls are added to a remainder without key and address, never dropped, so an attack stays visible.
 */
export class UsageRecorder {
  /** Calls let through of keys in a replica, which is nearly all there are. */
  readonly #allowed = new AllowedCalls()
  readonly #lastSeen = new Map<string, LastSeen & { keyId: string }>()
  readonly #counts = new Map<string, UsageCount>()
  /** The remainder that was added to last: when there is no room, nearly every call adds to the same. */
  #lastRemainder: UsageCount | null = null
  #refusals: FirstRefusal[] = []
  #moreRefusals = 0
  #remainder = 0
  #hour = 0
  #known = new Set<string>()

  record(decision: Decision, call: { address: string | null; client: string | null }, now: number): void {
    const { key } = decision
    const minute = Math.floor(now / 60_000)
    if (decision.valid && key instanceof FoundKey) {
      if (!this.#allowed.add(key, call, now)) this.#addToRemainder('allowed', minute, 1)
      return
    }
    const keyId = key?.id ?? ''
    const version = key?.secretVersion ?? 0
    if (decision.valid) {
      this.#see({ keyId, version, at: now, address: call.address, client: call.client, calls: 1 })
      this.#count({ minute, keyId, version, decision: 'allowed', address: '', calls: 1 })
      return
    }
    const address = call.address === null ? '' : addressGroup(call.address)
    this.#count({ minute, keyId, version, decision: decision.reason, address, calls: 1 })
    this.#note({ keyId, organizationId: key?.organizationId ?? null, reason: decision.reason, detail: decision.detail, address }, now)
  }

  /**
   * Takes what there is; the caller stores it, or gives it back with `restore`.
   * @param most so many of each kind at most; what is left is for the next time. One secret version may be in it more than once.
   */
  take(most = Number.POSITIVE_INFINITY): UsageBatch {
    const lastSeen: UsageBatch['lastSeen'] = []
    const counts: UsageCount[] = []
    for (const { keyId, version, minute, at, address, client, calls } of this.#allowed.take(most)) {
      lastSeen.push({ keyId, version, at, address, client, calls })
      counts.push({ minute, keyId, version, decision: 'allowed', address: '', calls })
    }
    takeFirst(this.#lastSeen, most, lastSeen)
    takeFirst(this.#counts, most, counts)
    this.#lastRemainder = null
    // What a client calls itself is anybody's text; a secret in it must not be stored. Here, and not with each call: it takes time.
    const clients = new Map<string, string>()
    for (const seen of lastSeen) {
      if (seen.client === null) continue
      const client = clients.get(seen.client) ?? redactSecrets(seen.client).slice(0, LONGEST_CLIENT)
      clients.set(seen.client, client)
      seen.client = client
    }
    const batch = { lastSeen, counts, refusals: this.#refusals.splice(0, most), moreRefusals: this.#moreRefusals }
    this.#moreRefusals = 0
    return batch
  }

  /** Puts back what could not be stored, so that nothing is lost while there is room. */
  restore(batch: UsageBatch): void {
    for (const seen of batch.lastSeen) this.#see(seen)
    for (const count of batch.counts) this.#count(count)
    for (const refusal of batch.refusals) this.#keep(refusal)
    this.#moreRefusals += batch.moreRefusals
  }

  /** Rows that wait to be stored. */
  get backlog(): number {
    return this.#allowed.size + this.#lastSeen.size + this.#counts.size + this.#refusals.length
  }

  /** Verifications that were added to a remainder, since the start. */
  get remainder(): number {
    return this.#remainder
  }

  get isEmpty(): boolean {
    return this.backlog === 0 && this.#moreRefusals === 0
  }

  /** The later call says from where; one that is put back was earlier. */
  #see(call: LastSeen & { keyId: string }): void {
    const place = `${call.keyId} ${call.version}`
    const known = this.#lastSeen.get(place)
    if (known === undefined) {
      if (this.#lastSeen.size < MOST_SEEN) this.#lastSeen.set(place, { ...call })
      return
    }
    const calls = known.calls + call.calls
    if (call.at >= known.at) Object.assign(known, call)
    known.calls = calls
  }

  #count(count: UsageCount): void {
    const place = `${count.minute} ${count.keyId} ${count.version} ${count.decision} ${count.address}`
    if (this.#counts.has(place) || this.#counts.size < MOST_COUNTS) this.#add(place, count)
    else this.#addToRemainder(count.decision, count.minute, count.calls)
  }

  #addToRemainder(decision: string, minute: number, calls: number): void {
    this.#remainder += calls
    const last = this.#lastRemainder
    if (last?.minute === minute && last.decision === decision) last.calls += calls
    else this.#lastRemainder = this.#add(`remainder ${minute} ${decision}`, { minute, keyId: '', version: 0, decision, address: '', calls })
  }

  /** @returns what it was added to. */
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

/** Moves the first entries of a map to a list, until that has so many. */
function takeFirst<T>(from: Map<string, T>, most: number, to: T[]): void {
  for (const [place, entry] of from) {
    if (to.length >= most) return
    from.delete(place)
    to.push(entry)
  }
}
