import type { Limit } from '../configuration/fields.ts'
import { STORED_STATUSES, type StoredStatus } from '../lifecycle.ts'
import type { Instant } from '../time.ts'
import type { KeyRecord, SecretVersionRecord } from './change.ts'
import { DIGEST_WORDS } from './digest.ts'
import type { Replica } from './replica.ts'

/** What few keys have. */
export interface MoreOfKey {
  limits?: Limit[]
  epoch?: number
  /** End of the newest version. */
  endsAt?: Instant
  /** Versions that are not the newest. */
  older?: SecretVersionRecord[]
}

interface Shared {
  size: number
  /** Ids of organizations, and values that keys share; the columns hold their places in these lists. */
  organizations: string[]
  profiles: Pick<KeyRecord, 'type' | 'environment' | 'origin'>[]
  scopes: Pick<KeyRecord, 'type' | 'scopes'>[]
  addresses: (readonly string[] | 'any')[]
  /** Place of a key in the block, and what it has beside its row. */
  more: [number, MoreOfKey][]
}

/** Bytes of a key in the columns: id 16, digest 32, expiry 8, and five numbers of 4. */
const KEY_BYTES = 76
const COLUMNS = { id: 0, digest: 16, expiresAt: 48, versionAndStatus: 56, organization: 60, profile: 64, scopes: 68, addresses: 72 }

/**
 * Many keys as bytes: a length (4 bytes, little-endian as everything here), JSON of what they share, then columns. Names, grants and secrets
 * are never in it.
 */
export class KeyBlock {
  readonly size: number
  readonly organizations: readonly string[]
  readonly profiles: Shared['profiles']
  readonly scopes: Shared['scopes']
  readonly addresses: Shared['addresses']
  readonly more: ReadonlyMap<number, MoreOfKey>
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #digest = new Uint32Array(DIGEST_WORDS)

  private constructor(shared: Shared, columns: Uint8Array) {
    this.size = shared.size
    this.organizations = shared.organizations
    this.profiles = shared.profiles
    this.scopes = shared.scopes
    this.addresses = shared.addresses
    this.more = new Map(shared.more)
    this.#bytes = columns
    this.#view = new DataView(columns.buffer, columns.byteOffset, columns.byteLength)
  }

  /** @throws TypeError when the bytes are no block. */
  static read(bytes: Uint8Array): KeyBlock {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const jsonBytes = bytes.byteLength < 4 ? -1 : view.getUint32(0, true)
    if (jsonBytes < 0 || 4 + jsonBytes > bytes.byteLength) throw new TypeError('a block of keys is cut off')
    const shared = readShared(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(4, 4 + jsonBytes)))
    const columns = bytes.subarray(4 + jsonBytes)
    if (columns.byteLength !== shared.size * KEY_BYTES) throw new TypeError('a block of keys has columns of another length')
    const block = new KeyBlock(shared, columns)
    for (let at = 0; at < block.size; at++) {
      if (
        block.organization(at) >= block.organizations.length ||
        block.profile(at) >= block.profiles.length ||
        block.scopeSet(at) >= block.scopes.length ||
        block.addressSet(at) >= block.addresses.length
      )
        throw new TypeError('a block of keys refers to what is not in it')
    }
    return block
  }

  /** Eight words; the same array is filled by each call. */
  digest(at: number): Uint32Array {
    for (let word = 0; word < DIGEST_WORDS; word++) this.#digest[word] = this.#view.getUint32(this.size * COLUMNS.digest + at * 32 + word * 4, true)
    return this.#digest
  }
  id(at: number): Uint8Array {
    return this.#bytes.subarray(at * 16, at * 16 + 16)
  }
  /** Null: never. */
  expiresAt(at: number): Instant | null {
    const value = this.#view.getFloat64(this.size * COLUMNS.expiresAt + at * 8, true)
    return value === Number.POSITIVE_INFINITY ? null : value
  }
  version(at: number): number {
    return this.#number(COLUMNS.versionAndStatus, at) >>> 2
  }
  status(at: number): StoredStatus {
    return STORED_STATUSES[this.#number(COLUMNS.versionAndStatus, at) & 3] as StoredStatus
  }
  organization(at: number): number {
    return this.#number(COLUMNS.organization, at)
  }
  profile(at: number): number {
    return this.#number(COLUMNS.profile, at)
  }
  scopeSet(at: number): number {
    return this.#number(COLUMNS.scopes, at)
  }
  addressSet(at: number): number {
    return this.#number(COLUMNS.addresses, at)
  }

  #number(column: number, at: number): number {
    return this.#view.getUint32(this.size * column + at * 4, true)
  }
}

/**
 * The keys in rows from `first` to before `end` whose type is among `types` (null: all), as a block's bytes; null when there is none.
 */
export function writeKeyBlock(replica: Replica, types: ReadonlySet<string> | null, first: number, end: number): Uint8Array | null {
  const { keys } = replica
  const isTaken = new Map<number, boolean>()
  const rows: number[] = []
  for (let row = first; row < Math.min(end, keys.size); row++) {
    const profile = keys.profile(row)
    let taken = isTaken.get(profile)
    if (taken === undefined) isTaken.set(profile, (taken = types === null || types.has(replica.profiles.get(profile).type.slug)))
    if (taken) rows.push(row)
  }
  if (rows.length === 0) return null
  const organizations = new Places<string>()
  const profiles = new Places<Shared['profiles'][number]>()
  const scopes = new Places<Shared['scopes'][number]>()
  const addresses = new Places<readonly string[] | 'any'>()
  const older = keys.olderVersionsOf(first, end)
  const more: [number, MoreOfKey][] = []
  const columns = new Uint8Array(rows.length * KEY_BYTES)
  const view = new DataView(columns.buffer)
  const put = (column: number, at: number, value: number) => view.setUint32(rows.length * column + at * 4, value, true)
  for (const [at, row] of rows.entries()) {
    columns.set(keys.idBytes(row), at * 16)
    const words = keys.wordsOf(row * 2)
    const offset = keys.offsetOf(row * 2)
    for (let word = 0; word < DIGEST_WORDS; word++) view.setUint32(rows.length * COLUMNS.digest + at * 32 + word * 4, words[offset + word] as number, true)
    view.setFloat64(rows.length * COLUMNS.expiresAt + at * 8, keys.expiresAt(row), true)
    put(COLUMNS.versionAndStatus, at, keys.version(row) * 4 + STORED_STATUSES.indexOf(keys.status(row)))
    put(
      COLUMNS.organization,
      at,
      organizations.of(keys.organization(row), () => replica.organizationOf(row).id),
    )
    put(
      COLUMNS.profile,
      at,
      profiles.of(keys.profile(row), () => {
        const { type, environment, origin } = replica.profileOf(row)
        return { type: type.slug, environment, origin }
      }),
    )
    put(
      COLUMNS.scopes,
      at,
      scopes.of(keys.scopes(row), () => {
        const { type, held } = replica.scopesOf(row)
        return { type: type.slug, scopes: [...held] }
      }),
    )
    put(
      COLUMNS.addresses,
      at,
      addresses.of(keys.addresses(row), () => replica.addressTextsOf(row)),
    )
    const extra = moreOf(replica, row, older.get(row))
    if (extra !== null) more.push([at, extra])
  }
  const shared: Shared = {
    size: rows.length,
    organizations: organizations.values,
    profiles: profiles.values,
    scopes: scopes.values,
    addresses: addresses.values,
    more,
  }
  const json = new TextEncoder().encode(JSON.stringify(shared))
  const bytes = new Uint8Array(4 + json.byteLength + columns.byteLength)
  new DataView(bytes.buffer).setUint32(0, json.byteLength, true)
  bytes.set(json, 4)
  bytes.set(columns, 4 + json.byteLength)
  return bytes
}

function moreOf({ keys }: Replica, row: number, older: SecretVersionRecord[] | undefined): MoreOfKey | null {
  const limits = keys.limits.get(row)
  const epoch = keys.epochs.get(row)
  const endsAt = keys.newestEndsAt(row)
  if (limits === undefined && epoch === undefined && endsAt === Number.POSITIVE_INFINITY && older === undefined) return null
  return {
    ...(limits === undefined ? {} : { limits }),
    ...(epoch === undefined ? {} : { epoch }),
    ...(endsAt === Number.POSITIVE_INFINITY ? {} : { endsAt }),
    ...(older === undefined ? {} : { older }),
  }
}

/** Gives the values of a block their places, in order of appearance. */
class Places<Value> {
  readonly values: Value[] = []
  readonly #places = new Map<number, number>()

  of(number: number, read: () => Value): number {
    let place = this.#places.get(number)
    if (place === undefined) {
      place = this.values.push(read()) - 1
      this.#places.set(number, place)
    }
    return place
  }
}

function readShared(text: string): Shared {
  const value = JSON.parse(text) as Partial<Record<keyof Shared, unknown>> | null
  const fail = (): never => {
    throw new TypeError('a block of keys has a head that is none')
  }
  if (typeof value !== 'object' || value === null) return fail()
  const { size, organizations, profiles, scopes, addresses, more } = value
  if (!Number.isSafeInteger(size) || (size as number) < 0) return fail()
  if (![organizations, profiles, scopes, addresses, more].every(Array.isArray)) return fail()
  if (!(organizations as unknown[]).every((id) => typeof id === 'string')) return fail()
  if (!(profiles as Shared['profiles']).every((each) => typeof each?.type === 'string' && typeof each.environment === 'string')) return fail()
  if (!(scopes as Shared['scopes']).every((each) => typeof each?.type === 'string' && isTexts(each.scopes))) return fail()
  if (!(addresses as unknown[]).every((each) => each === 'any' || isTexts(each))) return fail()
  if (!(more as unknown[]).every((each) => Array.isArray(each) && Number.isSafeInteger(each[0]) && typeof each[1] === 'object' && each[1] !== null))
    return fail()
  return value as unknown as Shared
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}
