import type { Limit } from '../configuration/fields.ts'
import { decodeIdBody, encodeIdBody, ID_PREFIXES } from '../id.ts'
import { STORED_STATUSES, type StoredStatus } from '../lifecycle.ts'
import type { Instant } from '../time.ts'
import type { Grant } from './change.ts'
import { DIGEST_WORDS } from './digest.ts'
import { DigestIndex, type DigestStore } from './digest-index.ts'
import { NameHeap } from './name-heap.ts'

const OLDER = 0x40000000
const NO_SECRET = -1
const ID_OFFSET = ID_PREFIXES.key.length + 1

/** What a found secret refers to: a row, and the version of its key that was presented. Reused by every look-up. */
export interface FoundSecret {
  row: number
  version: number
  /** When this version ends; Infinity: with the key. */
  endsAt: Instant
}

/**
 * One row a key, in columns of typed arrays; the newest secret version stands in the row, older ones in a table of their own,
 * because almost no key has any. What few keys have (limits, grants, an end of the newest version) stands in sparse maps.
 */
export class KeyTable implements DigestStore {
  #capacity: number
  #rows = 0
  #digests: Uint32Array
  #ids: Uint8Array
  #versions: Uint32Array
  #organizations: Uint32Array
  #profiles: Uint32Array
  #scopes: Uint32Array
  #addresses: Uint32Array
  #names: Uint32Array
  #statuses: Uint8Array
  #expiries: Float64Array
  #heap: NameHeap
  readonly limits = new Map<number, Limit[]>()
  readonly grants = new Map<number, Grant>()
  readonly #newestEnds = new Map<number, Instant>()

  #older = 0
  #olderDigests = new Uint32Array(16 * DIGEST_WORDS)
  #olderRows = new Uint32Array(16)
  #olderVersions = new Uint32Array(16)
  #olderEnds = new Float64Array(16)
  readonly #index: DigestIndex

  constructor(seed: Uint32Array, expected = 0) {
    this.#capacity = Math.max(expected, 16)
    this.#digests = new Uint32Array(this.#capacity * DIGEST_WORDS)
    this.#ids = new Uint8Array(this.#capacity * 16)
    this.#versions = new Uint32Array(this.#capacity)
    this.#organizations = new Uint32Array(this.#capacity)
    this.#profiles = new Uint32Array(this.#capacity)
    this.#scopes = new Uint32Array(this.#capacity)
    this.#addresses = new Uint32Array(this.#capacity)
    this.#names = new Uint32Array(this.#capacity)
    this.#statuses = new Uint8Array(this.#capacity)
    this.#expiries = new Float64Array(this.#capacity)
    this.#heap = new NameHeap(expected * 12)
    this.#index = new DigestIndex(this, seed, expected)
  }

  get size(): number {
    return this.#rows
  }

  /** Bytes of all typed arrays: what a key costs, without what many keys share. */
  get byteLength(): number {
    const columns = [this.#digests, this.#ids, this.#versions, this.#organizations, this.#profiles, this.#scopes, this.#addresses, this.#names, this.#statuses, this.#expiries]
    const older = [this.#olderDigests, this.#olderRows, this.#olderVersions, this.#olderEnds]
    return [...columns, ...older].reduce((sum, column) => sum + column.byteLength, 0) + this.#index.byteLength + this.#heap.byteLength
  }

  wordsOf(reference: number): Uint32Array {
    return reference >= OLDER ? this.#olderDigests : this.#digests
  }

  offsetOf(reference: number): number {
    return (reference >= OLDER ? reference - OLDER : reference) * DIGEST_WORDS
  }

  /** Row of the key that has a version with this digest, or -1; fills `into`. */
  find(digest: Uint32Array, into: FoundSecret): number {
    const reference = this.#index.find(digest)
    if (reference < 0) return NO_SECRET
    if (reference < OLDER) {
      into.row = reference
      into.version = this.#versions[reference] as number
      into.endsAt = this.#newestEnds.size === 0 ? Number.POSITIVE_INFINITY : (this.#newestEnds.get(reference) ?? Number.POSITIVE_INFINITY)
      return reference
    }
    const older = reference - OLDER
    into.row = this.#olderRows[older] as number
    into.version = this.#olderVersions[older] as number
    into.endsAt = this.#olderEnds[older] as number
    return into.row
  }

  /** A new row with its newest secret version; everything else is set by the setters. */
  addRow(id: string, digest: Uint32Array, version: number, endsAt: Instant | null): number {
    if (this.#rows === this.#capacity) this.#grow()
    const row = this.#rows++
    decodeIdBody(id.slice(ID_OFFSET), this.#ids, row * 16)
    this.#setNewest(row, digest, version, endsAt)
    return row
  }

  /** Makes `digest` the newest version of the row; the one before must have been kept by `keepOlder` already. */
  setNewest(row: number, digest: Uint32Array, version: number, endsAt: Instant | null): void {
    if (this.#versions[row] === version) {
      this.#setNewestEnd(row, endsAt)
      return
    }
    this.#setNewest(row, digest, version, endsAt)
  }

  #setNewest(row: number, digest: Uint32Array, version: number, endsAt: Instant | null): void {
    this.#digests.set(digest, row * DIGEST_WORDS)
    this.#versions[row] = version
    this.#setNewestEnd(row, endsAt)
    this.#index.set(digest, row)
  }

  #setNewestEnd(row: number, endsAt: Instant | null): void {
    if (endsAt === null) this.#newestEnds.delete(row)
    else this.#newestEnds.set(row, endsAt)
  }

  /** Keeps a version that is not the newest, so that its secret goes on being known; changes its end when it is kept already. */
  keepOlder(row: number, digest: Uint32Array, version: number, endsAt: Instant | null): void {
    const reference = this.#index.find(digest)
    if (reference >= OLDER) {
      this.#olderEnds[reference - OLDER] = endsAt ?? Number.POSITIVE_INFINITY
      return
    }
    if (this.#older === this.#olderRows.length) this.#growOlder()
    const at = this.#older++
    this.#olderDigests.set(digest, at * DIGEST_WORDS)
    this.#olderRows[at] = row
    this.#olderVersions[at] = version
    this.#olderEnds[at] = endsAt ?? Number.POSITIVE_INFINITY
    this.#index.set(digest, OLDER + at)
  }

  id(row: number): string {
    return `${ID_PREFIXES.key}_${encodeIdBody(this.#ids, row * 16)}`
  }
  version(row: number): number {
    return this.#versions[row] as number
  }
  organization(row: number): number {
    return this.#organizations[row] as number
  }
  profile(row: number): number {
    return this.#profiles[row] as number
  }
  scopes(row: number): number {
    return this.#scopes[row] as number
  }
  addresses(row: number): number {
    return this.#addresses[row] as number
  }
  status(row: number): StoredStatus {
    return STORED_STATUSES[this.#statuses[row] as number] as StoredStatus
  }
  /** Infinity: never. */
  expiresAt(row: number): Instant {
    return this.#expiries[row] as number
  }
  name(row: number): string {
    return this.#heap.read(this.#names[row] as number)
  }

  /** Sets what is not about secrets. The numbers are those of the replica's shared values. */
  setFacts(row: number, facts: { organization: number; profile: number; scopes: number; addresses: number; status: StoredStatus; expiresAt: Instant | null; name: string }): void {
    this.#organizations[row] = facts.organization
    this.#profiles[row] = facts.profile
    this.#scopes[row] = facts.scopes
    this.#addresses[row] = facts.addresses
    this.#statuses[row] = STORED_STATUSES.indexOf(facts.status)
    this.#expiries[row] = facts.expiresAt ?? Number.POSITIVE_INFINITY
    if (this.name(row) !== facts.name) {
      this.#heap.discard(this.#names[row] as number)
      this.#names[row] = this.#heap.add(facts.name)
      if (this.#heap.wantsCompaction) this.#compactNames()
    }
  }

  #compactNames(): void {
    const heap = new NameHeap(this.#heap.byteLength / 2)
    for (let row = 0; row < this.#rows; row++) this.#names[row] = heap.add(this.#heap.read(this.#names[row] as number))
    this.#heap = heap
  }

  #grow(): void {
    this.#capacity = Math.ceil(this.#capacity * 1.25) + 16
    this.#digests = grown(this.#digests, this.#capacity * DIGEST_WORDS)
    this.#ids = grown(this.#ids, this.#capacity * 16)
    this.#versions = grown(this.#versions, this.#capacity)
    this.#organizations = grown(this.#organizations, this.#capacity)
    this.#profiles = grown(this.#profiles, this.#capacity)
    this.#scopes = grown(this.#scopes, this.#capacity)
    this.#addresses = grown(this.#addresses, this.#capacity)
    this.#names = grown(this.#names, this.#capacity)
    this.#statuses = grown(this.#statuses, this.#capacity)
    this.#expiries = grown(this.#expiries, this.#capacity)
  }

  #growOlder(): void {
    const capacity = Math.ceil(this.#olderRows.length * 1.25) + 16
    this.#olderDigests = grown(this.#olderDigests, capacity * DIGEST_WORDS)
    this.#olderRows = grown(this.#olderRows, capacity)
    this.#olderVersions = grown(this.#olderVersions, capacity)
    this.#olderEnds = grown(this.#olderEnds, capacity)
  }
}

function grown<Column extends Uint8Array | Uint32Array | Float64Array>(column: Column, length: number): Column {
  const larger = new (column.constructor as new (length: number) => Column)(length)
  larger.set(column)
  return larger
}
