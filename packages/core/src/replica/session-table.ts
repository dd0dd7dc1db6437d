import type { Instant } from '../time.ts'
import type { EndedSessionRecord, KeyRecord, SigningKeyRecord } from './change.ts'
import type { KeyTable } from './key-table.ts'

/** A key that may have sessions: where it stands, and what ends them. */
export interface SessionParent {
  readonly row: number
  readonly epoch: number
  /** Number of each secret version -> when it ends; Infinity: with the key. */
  readonly versions: Map<number, Instant>
}

/** What only session tokens need of a replica: public keys, sessions ended alone, and the keys of types that mint, by id. */
export class SessionTable {
  readonly #signingKeys = new Map<string, SigningKeyRecord>()
  /** Key id and session id -> when the token expires. */
  readonly #ended = new Map<string, Instant>()
  readonly #parents = new Map<string, SessionParent>()

  setSigningKey(record: SigningKeyRecord): void {
    this.#signingKeys.set(record.kid, record)
  }

  /** The signing key of that id, as long as a token of it may live. */
  signingKey(kid: string, now: Instant): SigningKeyRecord | undefined {
    const record = this.#signingKeys.get(kid)
    return record === undefined || (record.acceptedUntil !== null && now >= record.acceptedUntil) ? undefined : record
  }

  /** All whose tokens are accepted, the one that signs now first. */
  signingKeys(now: Instant): SigningKeyRecord[] {
    const accepted = [...this.#signingKeys.keys()].flatMap((kid) => this.signingKey(kid, now) ?? [])
    const endOf = (record: SigningKeyRecord) => record.acceptedUntil ?? Number.POSITIVE_INFINITY
    return accepted.toSorted((left, right) => (endOf(left) === endOf(right) ? 0 : endOf(right) - endOf(left)))
  }

  /** The key that signs; null when none was made yet. */
  currentSigningKey(): SigningKeyRecord | null {
    for (const record of this.#signingKeys.values()) if (record.acceptedUntil === null) return record
    return null
  }

  setEnded({ keyId, sessionId, expiresAt }: EndedSessionRecord): void {
    this.#ended.set(`${keyId} ${sessionId}`, expiresAt)
  }

  isEnded(keyId: string, sessionId: string): boolean {
    return this.#ended.size > 0 && this.#ended.has(`${keyId} ${sessionId}`)
  }

  /** Sessions ended alone whose tokens may live. */
  *ended(now: Instant): Generator<EndedSessionRecord> {
    for (const [place, expiresAt] of this.#ended) {
      const [keyId = '', sessionId = ''] = place.split(' ')
      if (now < expiresAt) yield { keyId, sessionId, expiresAt }
    }
  }

  get endedSize(): number {
    return this.#ended.size
  }

  parent(keyId: string): SessionParent | undefined {
    return this.#parents.get(keyId)
  }

  setParent(row: number, record: KeyRecord): void {
    const versions = new Map(record.versions.map(({ number, endsAt }) => [number, endsAt ?? Number.POSITIVE_INFINITY]))
    this.#parents.set(record.id, { row, epoch: record.epoch ?? 0, versions })
  }

  /** A type begins to mint: its keys are found by id from now on. */
  addParents(keys: KeyTable, isOfType: (row: number) => boolean): void {
    const versions = new Map<number, Map<number, Instant>>()
    for (let row = 0; row < keys.size; row++) if (isOfType(row)) versions.set(row, new Map([[keys.version(row), keys.newestEndsAt(row)]]))
    if (versions.size === 0) return
    for (const { row, version, endsAt } of keys.olderVersions()) versions.get(row)?.set(version, endsAt)
    for (const [row, ends] of versions) this.#parents.set(keys.id(row), { row, epoch: keys.epochs.get(row) ?? 0, versions: ends })
  }

  /** A type mints no more: its sessions have nobody to be decided on. */
  removeParents(isOfType: (row: number) => boolean): void {
    for (const [keyId, { row }] of this.#parents) if (isOfType(row)) this.#parents.delete(keyId)
  }

  /** Forgets what can matter no more: the tokens have expired. */
  prune(now: Instant): void {
    for (const [place, expiresAt] of this.#ended) if (now >= expiresAt) this.#ended.delete(place)
    for (const [kid, { acceptedUntil }] of this.#signingKeys) if (acceptedUntil !== null && now >= acceptedUntil) this.#signingKeys.delete(kid)
  }
}
