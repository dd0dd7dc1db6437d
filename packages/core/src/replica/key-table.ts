import type { Limit } from '../configuration/fields.ts'
import { decodeIdBody, encodeIdBody, ID_PREFIXES } from '../id.ts'
import { STORED_STATUSES, type StoredStatus } from '../lifecycle.ts'
import type { Instant } from '../time.ts'
import type { Grant, SecretVersionRecord } from './change.ts'
import { DIGEST_WORDS, printBase64urlDigest } from './digest.ts'
import { DigestIndex, type DigestStore } from './digest-index.ts'
import { NameHeap } from './name-heap.ts'

/** References of the index: twice the row, or twice the place among older versions plus one. */
const IS_OLDER = 1
const NO_SECRET = -1

/**
 * The words of a row: 64 bytes, so that a decision about a key waits for one cache line instead of one for every fact.
 * The digest stands in words 0 to 7.
 */
const ROW_WORDS = 16
const ORGANIZATION = 8
const PROFILE = 9
const SCOPES = 10
const ADDRESSES = 11
const NAME = 12
/** Number of the newest version, times four, plus the number of the stored status. */
const VERSION_AND_STATUS = 13
/** Words 14 and 15 are one double: the expiry. */
const EXPIRY_DOUBLE = 7
const ROW_DOUBLES = ROW_WORDS / 2
const ID_BYTES = 16

const ID_OFFSET = ID_PREFIXES.key.length + 1

/** What a found secret refers to: a row, and the version of its key that was presented. Reused by every look-up. */
export interface FoundSecret {
  row: number
  version: number
  /** When this version ends; Infinity: with the key. */
  endsAt: Instant
}

/**
 * One row a key, in one typed array; the newest secret version stands in the row, older ones in a table of their own, because
 * almost no key has any. Ids are asked for rarely and stand apart. What few keys have (limits, grants, an end of the newest
 * version) stands in sparse maps.
 */
export class KeyTable implements DigestStore {
  #capacity: number
  #rows = 0
  #words: Uint32Array
  /** The same memory as `#words`. */
  #doubles: Float64Array
  #ids: Uint8Array
  #heap: NameHeap
  readonly limits = new Map<number, Limit[]>()
  readonly grants = new Map<number, Grant>()
  /** Only where it is not 0; removed keys have none, for nothing of theirs returns. */
  readonly epochs = new Map<number, number>()
  readonly #newestEnds = new Map<number, Instant>()

  #older = 0
  #olderDigests = new Uint32Array(16 * DIGEST_WORDS)
  #olderRows = new Uint32Array(16)
  #olderVersions = new Uint32Array(16)
  #olderEnds = new Float64Array(16)
  readonly #index: DigestIndex

  /** @param seed eight random 32-bit words. @param expected how many keys to make room for. */
  constructor(seed: Uint32Array, expected = 0) {
    this.#capacity = Math.max(expected, 16)
    this.#words = new Uint32Array(this.#capacity * ROW_WORDS)
    this.#doubles = new Float64Array(this.#words.buffer)
    this.#ids = new Uint8Array(this.#capacity * ID_BYTES)
    this.#heap = new NameHeap(expected * 12)
    this.#index = new DigestIndex(this, seed, expected)
  }

  get size(): number {
    return this.#rows
  }

  /** Bytes of all typed arrays: what a key costs, without what many keys share. */
  get byteLength(): number {
    const arrays = [this.#words, this.#ids, this.#olderDigests, this.#olderRows, this.#olderVersions, this.#olderEnds]
    return arrays.reduce((sum, array) => sum + array.byteLength, 0) + this.#index.byteLength + this.#heap.byteLength
  }

  wordsOf(reference: number): Uint32Array {
    return reference & IS_OLDER ? this.#olderDigests : this.#words
  }

  offsetOf(reference: number): number {
    return (reference >> 1) * (reference & IS_OLDER ? DIGEST_WORDS : ROW_WORDS)
  }

  /** Row of the key that has a version with this digest, or -1; fills `into`. */
  find(digest: Uint32Array, into: FoundSecret): number {
    const reference = this.#index.find(digest)
    if (reference < 0) return NO_SECRET
    if (!(reference & IS_OLDER)) {
      const row = reference >> 1
      into.row = row
      into.version = this.version(row)
      into.endsAt = this.newestEndsAt(row)
      return row
    }
    const older = reference >> 1
    into.row = this.#olderRows[older] as number
    into.version = this.#olderVersions[older] as number
    into.endsAt = this.#olderEnds[older] as number
    return into.row
  }

  /** When the newest version ends; Infinity: with the key. */
  newestEndsAt(row: number): Instant {
    return this.#newestEnds.size === 0 ? Number.POSITIVE_INFINITY : (this.#newestEnds.get(row) ?? Number.POSITIVE_INFINITY)
  }

  /** All versions that are not the newest of their key. */
  *olderVersions(): Generator<FoundSecret> {
    for (let at = 0; at < this.#older; at++)
      yield { row: this.#olderRows[at] as number, version: this.#olderVersions[at] as number, endsAt: this.#olderEnds[at] as number }
  }

  /** Those of some rows that are not the newest of their key, by row. */
  olderVersionsOf(first: number, end: number): Map<number, SecretVersionRecord[]> {
    const found = new Map<number, SecretVersionRecord[]>()
    for (let at = 0; at < this.#older; at++) {
      const row = this.#olderRows[at] as number
      if (row < first || row >= end) continue
      const endsAt = this.#olderEnds[at] as number
      const version = {
        number: this.#olderVersions[at] as number,
        digest: printBase64urlDigest(this.#olderDigests, at * DIGEST_WORDS),
        endsAt: endsAt === Number.POSITIVE_INFINITY ? null : endsAt,
      }
      const others = found.get(row)
      if (others) others.push(version)
      else found.set(row, [version])
    }
    return found
  }

  /** The 16 bytes of a key's id. */
  idBytes(row: number): Uint8Array {
    return this.#ids.subarray(row * ID_BYTES, (row + 1) * ID_BYTES)
  }

  /** The same as `addRow`, with the id as its 16 bytes. */
  addRowOf(id: Uint8Array, digest: Uint32Array, version: number, endsAt: Instant | null): number {
    if (this.#rows === this.#capacity) this.#grow()
    const row = this.#rows++
    this.#ids.set(id, row * ID_BYTES)
    this.#setNewest(row, digest, version, endsAt)
    return row
  }

  /** A new row with its newest secret version; everything else is set by the setters. */
  addRow(id: string, digest: Uint32Array, version: number, endsAt: Instant | null): number {
    const bytes = new Uint8Array(ID_BYTES)
    decodeIdBody(id.slice(ID_OFFSET), bytes, 0)
    return this.addRowOf(bytes, digest, version, endsAt)
  }

  /** Makes `digest` the newest version of the row; the one before must have been kept by `keepOlder` already. */
  setNewest(row: number, digest: Uint32Array, version: number, endsAt: Instant | null): void {
    if (this.version(row) === version) {
      this.#setNewestEnd(row, endsAt)
      return
    }
    this.#setNewest(row, digest, version, endsAt)
  }

  #setNewest(row: number, digest: Uint32Array, version: number, endsAt: Instant | null): void {
    this.#words.set(digest, row * ROW_WORDS)
    const at = row * ROW_WORDS + VERSION_AND_STATUS
    this.#words[at] = version * 4 + ((this.#words[at] as number) & 3)
    this.#setNewestEnd(row, endsAt)
    this.#index.set(digest, row * 2)
  }

  #setNewestEnd(row: number, endsAt: Instant | null): void {
    if (endsAt === null) this.#newestEnds.delete(row)
    else this.#newestEnds.set(row, endsAt)
  }

  /** Keeps a version that is not the newest, so that its secret goes on being known; changes its end when it is kept already. */
  keepOlder(row: number, digest: Uint32Array, version: number, endsAt: Instant | null): void {
    const reference = this.#index.find(digest)
    if (reference >= 0 && reference & IS_OLDER) {
      this.#olderEnds[reference >> 1] = endsAt ?? Number.POSITIVE_INFINITY
      return
    }
    if (this.#older === this.#olderRows.length) this.#growOlder()
    const at = this.#older++
    this.#olderDigests.set(digest, at * DIGEST_WORDS)
    this.#olderRows[at] = row
    this.#olderVersions[at] = version
    this.#olderEnds[at] = endsAt ?? Number.POSITIVE_INFINITY
    this.#index.set(digest, at * 2 + IS_OLDER)
  }

  id(row: number): string {
    return `${ID_PREFIXES.key}_${encodeIdBody(this.#ids, row * ID_BYTES)}`
  }
  version(row: number): number {
    return (this.#words[row * ROW_WORDS + VERSION_AND_STATUS] as number) >>> 2
  }
  organization(row: number): number {
    return this.#words[row * ROW_WORDS + ORGANIZATION] as number
  }
  profile(row: number): number {
    return this.#words[row * ROW_WORDS + PROFILE] as number
  }
  scopes(row: number): number {
    return this.#words[row * ROW_WORDS + SCOPES] as number
  }
  addresses(row: number): number {
    return this.#words[row * ROW_WORDS + ADDRESSES] as number
  }
  status(row: number): StoredStatus {
    return STORED_STATUSES[(this.#words[row * ROW_WORDS + VERSION_AND_STATUS] as number) & 3] as StoredStatus
  }
  /** Infinity: never. */
  expiresAt(row: number): Instant {
    return this.#doubles[row * ROW_DOUBLES + EXPIRY_DOUBLE] as number
  }
  name(row: number): string {
    return this.#heap.read(this.#words[row * ROW_WORDS + NAME] as number)
  }

  /** Sets what is not about secrets. The numbers are those of the replica's shared values. */
  setFacts(
    row: number,
    facts: { organization: number; profile: number; scopes: number; addresses: number; status: StoredStatus; expiresAt: Instant | null; name: string },
  ): void {
    const at = row * ROW_WORDS
    this.#words[at + ORGANIZATION] = facts.organization
    this.#words[at + PROFILE] = facts.profile
    this.#words[at + SCOPES] = facts.scopes
    this.#words[at + ADDRESSES] = facts.addresses
    this.#words[at + VERSION_AND_STATUS] = this.version(row) * 4 + STORED_STATUSES.indexOf(facts.status)
    this.#doubles[row * ROW_DOUBLES + EXPIRY_DOUBLE] = facts.expiresAt ?? Number.POSITIVE_INFINITY
    if (this.name(row) !== facts.name) {
      this.#heap.discard(this.#words[at + NAME] as number)
      this.#words[at + NAME] = this.#heap.add(facts.name)
      if (this.#heap.wantsCompaction) this.#compactNames()
    }
  }

  #compactNames(): void {
    const heap = new NameHeap(this.#heap.byteLength / 2)
    for (let at = NAME; at < this.#rows * ROW_WORDS; at += ROW_WORDS) this.#words[at] = heap.add(this.#heap.read(this.#words[at] as number))
    this.#heap = heap
  }

  #grow(): void {
    this.#capacity = Math.ceil(this.#capacity * 1.25) + 16
    this.#words = grown(this.#words, this.#capacity * ROW_WORDS)
    this.#doubles = new Float64Array(this.#words.buffer)
    this.#ids = grown(this.#ids, this.#capacity * ID_BYTES)
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
