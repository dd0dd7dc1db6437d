import type { Limit } from '../configuration/fields.ts'
import type { SunsetRule } from '../configuration/key-type.ts'
import { RESERVED_APIS, RESERVED_KEY_TYPES } from '../configuration/reserved.ts'
import { type AddressSet, compileAddressSet } from '../network/address-set.ts'
import { compileApi, type CompiledApi } from '../verification/compiled-api.ts'
import type { AddressListRecord, Change, Cursor, KeyRecord, LogEntry, SecretVersionRecord } from './change.ts'
import { compileType, type CompiledType, effectiveScopes, sunsetFor } from './compiled-type.ts'
import { DIGEST_WORDS, readBase64urlDigest } from './digest.ts'
import type { KeyBlock } from './key-block.ts'
import { type FoundSecret, KeyTable } from './key-table.ts'
import { Interned } from './interned.ts'
import { type OrganizationEntry, OrganizationTable } from './organization-table.ts'
import { SessionTable } from './session-table.ts'

/** A key type that may not be known (yet): then nothing of it is accepted. */
export interface TypeEntry {
  readonly slug: string
  compiled: CompiledType | null
  /** Number of an organization -> the number of its address list for this type; absent: any address. */
  readonly lists: number[]
}

/** What keys of one type, environment and origin share. */
export interface Profile {
  readonly type: TypeEntry
  readonly environment: string
  readonly origin: string | null
  sunset: SunsetRule | null
}

/** Scopes of keys of one type: those written into the key, and those of them that the type still offers. */
export interface ScopeSet {
  readonly type: TypeEntry
  readonly held: readonly string[]
  effective: readonly string[]
}

/** Number of the address set that holds every address. */
const ANY_ADDRESS = 0

const START: Cursor = { number: 0, mark: '0000000000000000' }

/**
 * Everything a verifier needs to decide, in memory: the same in server, gateway and SDK. Fed only by `apply`, from the change
 * log, in its order.
 */
export class Replica {
  readonly keys: KeyTable
  readonly profiles = new Interned<Profile>()
  readonly scopeSets = new Interned<ScopeSet>()
  readonly addressSets = new Interned<AddressSet | 'any'>()
  readonly organizations = new OrganizationTable()
  readonly sessions = new SessionTable()
  readonly #types = new Map<string, TypeEntry>()
  readonly #apis = new Map<string, CompiledApi>()
  #cursor: Cursor = START
  readonly #found: FoundSecret = { row: 0, version: 0, endsAt: 0 }

  /** @param seed eight random 32-bit words for the digest index. @param expectedKeys makes room for so many at once. */
  constructor(seed: Uint32Array, expectedKeys = 0) {
    this.keys = new KeyTable(seed, expectedKeys)
    this.#addressSet('any')
    for (const keyType of RESERVED_KEY_TYPES) this.applyChange({ kind: 'keyType', keyType })
    for (const api of RESERVED_APIS) this.applyChange({ kind: 'api', api })
  }

  /** How far the log has been applied. */
  get cursor(): Cursor {
    return this.#cursor
  }

  /** Says that everything up to this place is in: after a snapshot has been applied as changes. */
  startAt(cursor: Cursor): void {
    this.#cursor = cursor
  }

  /**
   * Applies entries of the log. Entries that are in already are passed over, so an older record never overwrites a newer one.
   * @throws Error when an entry is missing in between: the caller must read the log again from `cursor`.
   */
  apply(entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      if (entry.number <= this.#cursor.number) continue
      if (entry.number !== this.#cursor.number + 1) throw new Error(`change ${this.#cursor.number + 1} is missing before ${entry.number}`)
      this.applyChange(entry.change)
      this.#cursor = { number: entry.number, mark: entry.mark }
    }
  }

  /**
   * Adds a block of keys that are not here yet, in a fraction of the time that their records would take.
   * @throws TypeError when one of them is here, or shares a digest.
   */
  addKeys(block: KeyBlock): void {
    const { keys } = this
    const uses = (numbers: readonly (() => number)[], table: Interned<unknown>) => {
      const known: (number | undefined)[] = []
      return (index: number) => {
        const number = known[index]
        if (number === undefined) return (known[index] = (numbers[index] as () => number)())
        table.reuse(number)
        return number
      }
    }
    const organizations = block.organizations.map((id) => this.organizations.numberOf(id))
    const profile = uses(
      block.profiles.map((each) => () => this.#profile(each)),
      this.profiles,
    )
    const scopes = uses(
      block.scopes.map((each) => () => this.#scopeSet(each)),
      this.scopeSets,
    )
    const addresses = uses(
      block.addresses.map((each) => () => this.#addressSet(each)),
      this.addressSets,
    )
    for (let at = 0; at < block.size; at++) {
      const digest = block.digest(at)
      if (keys.find(digest, this.#found) >= 0) throw new TypeError('a block of keys holds one that is here already')
      const more = block.more.get(at)
      const row = keys.addRowOf(block.id(at), digest, block.version(at), more?.endsAt ?? null)
      for (const { number, digest: text, endsAt } of more?.older ?? []) {
        const older = new Uint32Array(DIGEST_WORDS)
        if (!readBase64urlDigest(text, older)) throw new TypeError(`key ${keys.id(row)} has a digest that is none`)
        if (keys.find(older, this.#found) >= 0) throw new TypeError('two keys share a digest')
        keys.keepOlder(row, older, number, endsAt)
      }
      keys.setFacts(row, {
        organization: organizations[block.organization(at)] as number,
        profile: profile(block.profile(at)),
        scopes: scopes(block.scopeSet(at)),
        addresses: addresses(block.addressSet(at)),
        status: block.status(at),
        expiresAt: block.expiresAt(at),
        name: '',
      })
      setOrDelete(keys.limits, row, more?.limits ?? null)
      setOrDelete(keys.epochs, row, more?.epoch ?? null)
    }
  }

  /** After blocks of keys: those that may have sessions are found by id from now on. */
  findParents(): void {
    this.sessions.addParents(this.keys, (row) => Boolean(this.profileOf(row).type.compiled?.definition.mints))
  }

  applyChange(change: Change): void {
    if (change.kind === 'key') this.#applyKey(change.key)
    else if (change.kind === 'organization') this.organizations.apply(change.organization)
    else if (change.kind === 'addressList') this.#applyAddressList(change.addressList)
    else if (change.kind === 'keyType') this.#setType(change.keyType.slug, compileType(change.keyType))
    else if (change.kind === 'keyTypeRemoved') this.#setType(change.slug, null)
    else if (change.kind === 'api') this.#apis.set(change.api.slug, compileApi(change.api))
    else if (change.kind === 'apiRemoved') this.#apis.delete(change.slug)
    else if (change.kind === 'signingKey') this.sessions.setSigningKey(change.signingKey)
    else this.sessions.setEnded(change.session)
  }

  /** Key types that are configured. */
  *types(): Generator<CompiledType> {
    for (const { compiled } of this.#types.values()) if (compiled) yield compiled
  }

  *apis(): Generator<CompiledApi> {
    yield* this.#apis.values()
  }

  /** What organizations have listed for keys of a type, where it is not `any`. */
  *addressLists(type: string): Generator<{ organizationId: string; addresses: readonly string[] | 'any' }> {
    for (const [organization, number] of (this.#types.get(type)?.lists ?? []).entries()) {
      const addresses = this.#addressesIn(number)
      if (addresses !== 'any') yield { organizationId: this.organizations.get(organization).id, addresses }
    }
  }

  /** The networks of a key's own list. */
  addressTextsOf(row: number): readonly string[] | 'any' {
    return this.#addressesIn(this.keys.addresses(row))
  }

  #addressesIn(number: number): readonly string[] | 'any' {
    const name = this.addressSets.nameOf(number)
    return name === 'any' ? 'any' : name === '' ? [] : name.split(',')
  }

  api(slug: string): CompiledApi | undefined {
    return this.#apis.get(slug)
  }

  type(slug: string): CompiledType | null {
    return this.#types.get(slug)?.compiled ?? null
  }

  /** The organization with that id, slug or alias. */
  organizationNamed(name: string): OrganizationEntry | undefined {
    return this.organizations.named(name)
  }

  /** Looks a digest up (eight words). The answer is reused by the next call; null when no key has or had it. */
  find(digest: Uint32Array): FoundSecret | null {
    return this.keys.find(digest, this.#found) < 0 ? null : this.#found
  }

  organizationOf(row: number): OrganizationEntry {
    return this.organizations.get(this.keys.organization(row))
  }
  profileOf(row: number): Profile {
    return this.profiles.get(this.keys.profile(row))
  }
  scopesOf(row: number): ScopeSet {
    return this.scopeSets.get(this.keys.scopes(row))
  }
  addressesOf(row: number): AddressSet | 'any' {
    return this.addressSets.get(this.keys.addresses(row))
  }
  /** What the owner has listed for keys of this type; it holds beside the key's own list. */
  organizationListOf(row: number): AddressSet | 'any' {
    const { lists } = this.profileOf(row).type
    const organization = this.keys.organization(row)
    return this.addressSets.get(organization < lists.length ? (lists[organization] as number) : ANY_ADDRESS)
  }
  /** The limits that hold for a key: the type's, each replaced by the key's own for the same interval. */
  limitsOf(row: number): readonly Limit[] {
    const byType = this.profileOf(row).type.compiled?.definition.limits ?? []
    const own = this.keys.limits.size === 0 ? undefined : this.keys.limits.get(row)
    return own === undefined ? byType : [...own, ...byType.filter((limit) => !own.some((ours) => ours.per === limit.per))]
  }

  #applyKey(record: KeyRecord): void {
    const { keys } = this
    // Everything that may throw comes first: a record is applied whole or not at all.
    const digests = this.#readDigests(record)
    let row = this.#rowOf(record, digests)
    const facts = {
      organization: this.organizations.numberOf(record.organizationId),
      addresses: this.#addressSet(record.addresses),
      profile: this.#profile(record),
      scopes: this.#scopeSet(record),
      status: record.status,
      expiresAt: record.expiresAt,
      name: record.name,
    }
    const newest = record.versions.at(-1) as SecretVersionRecord
    const newestDigest = digests.at(-1) as Uint32Array
    const before = row < 0 ? null : { profile: keys.profile(row), scopes: keys.scopes(row), addresses: keys.addresses(row) }
    if (row < 0) row = keys.addRow(record.id, newestDigest, newest.number, newest.endsAt)
    for (const [index, version] of record.versions.slice(0, -1).entries()) keys.keepOlder(row, digests[index] as Uint32Array, version.number, version.endsAt)
    keys.setNewest(row, newestDigest, newest.number, newest.endsAt)
    keys.setFacts(row, facts)
    if (before) {
      this.profiles.release(before.profile)
      this.scopeSets.release(before.scopes)
      this.addressSets.release(before.addresses)
    }
    setOrDelete(keys.limits, row, record.limits)
    setOrDelete(keys.grants, row, record.grant)
    setOrDelete(keys.epochs, row, record.status === 'removed' ? null : record.epoch || null)
    if (this.profileOf(row).type.compiled?.definition.mints) this.sessions.setParent(row, record)
  }

  #readDigests(record: KeyRecord): Uint32Array[] {
    if (record.versions.length === 0) throw new TypeError(`key ${record.id} has no secret version`)
    return record.versions.map((version) => {
      const digest = new Uint32Array(DIGEST_WORDS)
      if (!readBase64urlDigest(version.digest, digest)) throw new TypeError(`key ${record.id} has a digest that is none`)
      return digest
    })
  }

  /** Row of the key, found by any of its versions; -1 when it is new. */
  #rowOf(record: KeyRecord, digests: readonly Uint32Array[]): number {
    let found = -1
    for (const digest of digests) {
      const row = this.keys.find(digest, this.#found)
      if (row < 0) continue
      if (this.keys.id(row) !== record.id) throw new TypeError(`keys ${record.id} and ${this.keys.id(row)} share a digest`)
      found = row
    }
    return found
  }

  #profile({ type, environment, origin }: Pick<KeyRecord, 'type' | 'environment' | 'origin'>): number {
    return this.profiles.acquire(`${type}\n${environment}\n${origin ?? ''}\n${origin === null}`, () => {
      const entry = this.#type(type)
      return { type: entry, environment, origin, sunset: entry.compiled && sunsetFor(entry.compiled.definition, origin) }
    })
  }

  #scopeSet({ type, scopes }: Pick<KeyRecord, 'type' | 'scopes'>): number {
    return this.scopeSets.acquire(`${type}\n${scopes.join(' ')}`, () => {
      const entry = this.#type(type)
      return { type: entry, held: scopes, effective: effectiveScopes(entry.compiled, scopes) }
    })
  }

  #addressSet(addresses: readonly string[] | 'any'): number {
    return this.addressSets.acquire(addresses === 'any' ? 'any' : addresses.join(','), () => (addresses === 'any' ? 'any' : compileAddressSet(addresses)))
  }

  #type(slug: string): TypeEntry {
    let entry = this.#types.get(slug)
    if (!entry) this.#types.set(slug, (entry = { slug, compiled: null, lists: [] }))
    return entry
  }

  #setType(slug: string, compiled: CompiledType | null): void {
    const entry = this.#type(slug)
    const minted = Boolean(entry.compiled?.definition.mints)
    const mints = Boolean(compiled?.definition.mints)
    entry.compiled = compiled
    const isOfType = (row: number) => this.profileOf(row).type === entry
    if (mints && !minted) this.sessions.addParents(this.keys, isOfType)
    else if (minted && !mints) this.sessions.removeParents(isOfType)
    for (const profile of this.profiles.values()) if (profile.type === entry) profile.sunset = compiled && sunsetFor(compiled.definition, profile.origin)
    for (const set of this.scopeSets.values()) if (set.type === entry) set.effective = effectiveScopes(compiled, set.held)
  }

  #applyAddressList({ organizationId, type, addresses }: AddressListRecord): void {
    const { lists } = this.#type(type)
    const organization = this.organizations.numberOf(organizationId)
    const list = this.#addressSet(addresses === 'any' ? 'any' : addresses.map((entry) => entry.cidr))
    while (lists.length <= organization) lists.push(this.#addressSet('any'))
    this.addressSets.release(lists[organization] as number)
    lists[organization] = list
  }
}

function setOrDelete<Value>(map: Map<number, Value>, row: number, value: Value | null): void {
  if (value === null) map.delete(row)
  else map.set(row, value)
}
