import fc from 'fast-check'
import { expect, test } from 'vitest'
import { api as apiSchema } from '../configuration/api.ts'
import { keyType, type KeyType } from '../configuration/key-type.ts'
import { digest, SEED, START, storedDigest, World } from '../verification/testing/world.ts'
import { RateLimiter } from '../rate-limit/rate-limiter.ts'
import { verify } from '../verification/verify.ts'
import type { Change, KeyRecord, LogEntry, OrganizationRecord } from './change.ts'
import { KeyBlock, writeKeyBlock } from './key-block.ts'
import { Replica } from './replica.ts'
import { VerifierView } from './verifier-view.ts'

const HOUR = 3_600_000
const TYPES = ['ucd', 'sms']
const SCOPES = [[], ['read'], ['read', 'write'], ['write']]
/** Lists of which we know without arithmetic whether they hold 10.0.0.1. */
const LISTS: ['any' | string[], boolean][] = [
  ['any', true],
  [['10.0.0.0/8'], true],
  [['11.0.0.1', '2001:db8::/32'], false],
  [[], false],
]
const organizationIds = [0, 1, 2].map((index) => `org_0000000000000000000000000${index}`)

/** What a verifier must know, as plain objects; written from product.md, not from the replica. */
class Model {
  readonly keys = new Map<string, KeyRecord>()
  readonly organizations = new Map<string, OrganizationRecord>()
  readonly types = new Map<string, KeyType>()
  readonly lists = new Map<string, 'any' | string[]>()
  readonly issued: { secret: string; id: string; number: number }[] = []

  apply(change: Change): void {
    if (change.kind === 'key') this.keys.set(change.key.id, change.key)
    else if (change.kind === 'organization') this.organizations.set(change.organization.id, change.organization)
    else if (change.kind === 'keyType') this.types.set(change.keyType.slug, change.keyType)
    else if (change.kind === 'keyTypeRemoved') this.types.delete(change.slug)
    else if (change.kind === 'addressList') {
      const { organizationId, type, addresses } = change.addressList
      this.lists.set(`${organizationId} ${type}`, addresses === 'any' ? 'any' : addresses.map((entry) => entry.cidr))
    }
  }

  decide({ id, number }: { id: string; number: number }, now: number, scope: string): string {
    const key = this.keys.get(id) as KeyRecord
    const version = key.versions.find((each) => each.number === number)
    const type = this.types.get(key.type)
    const organization = this.organizations.get(key.organizationId)
    const holds = (list: 'any' | string[]) => LISTS.find(([each]) => each === list || String(each) === String(list))?.[1]
    const sunset = type?.sunset.filter((rule) => rule.origin === null || rule.origin === key.origin) ?? []
    if (version && version.endsAt !== null && now >= version.endsAt) return 'replaced'
    if (key.status !== 'active') return key.status
    if (key.expiresAt !== null && now >= key.expiresAt) return 'expired'
    if (sunset.some((rule) => now >= rule.retiredAt)) return 'retired'
    if (organization?.status === 'suspended') return 'organization_suspended'
    if (organization?.status !== 'active') return 'removed'
    if (!type) return 'wrong_type'
    if (!holds(key.addresses) || !holds(this.lists.get(`${key.organizationId} ${key.type}`) ?? 'any')) return 'ip_not_allowed'
    if (!key.scopes.includes(scope) || !type.scopes.offered.some((each) => each.scope === scope)) return 'insufficient_scope'
    return 'allowed'
  }
}

/** One step of a history: which kind, and three numbers from which everything else follows. */
const step = fc.tuple(
  fc.constantFrom('issue', 'replace', 'update', 'status', 'type', 'typeRemoved', 'organization', 'list', 'time'),
  fc.nat(1000),
  fc.nat(1000),
  fc.nat(1000),
)
const pick = <Item>(items: readonly Item[], index: number): Item => items[index % items.length] as Item

function* changesOf(model: Model, world: World, [kind, a, b, c]: [string, number, number, number]): Generator<Change> {
  const ids = [...model.keys.keys()]
  const facts = {
    scopes: pick(SCOPES, a),
    addresses: pick(LISTS, b)[0],
    name: `name ${'é'.repeat(c % 9)}${c}`,
    expiresAt: c % 3 === 0 ? world.now + (c - 300) * 1000 : null,
  }
  if (kind === 'issue' || (ids.length === 0 && ['replace', 'update', 'status'].includes(kind))) {
    const secret = world.secret()
    const id = `key_${String(ids.length).padStart(26, '0')}`
    model.issued.push({ secret, id, number: 1 })
    yield {
      kind: 'key',
      key: {
        id,
        organizationId: pick(organizationIds, a),
        environment: pick(['live', 'test'], b),
        type: pick(TYPES, c),
        origin: pick([null, 'old'], b),
        status: pick(['active', 'active', 'pending'] as const, a),
        limits: null,
        grant: null,
        epoch: 0,
        versions: [{ number: 1, digest: storedDigest(secret), endsAt: null }],
        ...facts,
      },
    }
    return
  }
  const key = model.keys.get(pick(ids, a)) as KeyRecord
  if (kind === 'replace') {
    const secret = world.secret()
    const end = b % 2 === 0 ? world.now : world.now + HOUR
    const number = key.versions.length + 1
    model.issued.push({ secret, id: key.id, number })
    yield {
      kind: 'key',
      key: {
        ...key,
        versions: [
          ...key.versions.map((version) => ({ ...version, endsAt: Math.min(version.endsAt ?? end, end) })),
          { number, digest: storedDigest(secret), endsAt: c % 7 === 0 ? world.now + HOUR : null },
        ],
      },
    }
  } else if (kind === 'update') yield { kind: 'key', key: { ...key, ...facts } }
  else if (kind === 'status') yield { kind: 'key', key: { ...key, status: pick(['active', 'inactive', 'removed'] as const, b) } }
  else if (kind === 'type') {
    const retired = { deprecatedAt: new Date(START).toISOString(), retiredAt: new Date(START + 2 * HOUR).toISOString(), origin: pick([null, 'old'], c) }
    yield {
      kind: 'keyType',
      keyType: keyType.parse({ slug: pick(TYPES, a), prefix: pick(TYPES, a), scopes: { offered: pick(SCOPES, b) }, sunset: c % 3 === 0 ? [retired] : [] }),
    }
  } else if (kind === 'typeRemoved') yield { kind: 'keyTypeRemoved', slug: pick(TYPES, a) }
  else if (kind === 'organization')
    yield {
      kind: 'organization',
      organization: {
        id: pick(organizationIds, a),
        slug: `slug-${a % 3}`,
        aliases: [],
        status: pick(['active', 'active', 'suspended', 'removed'] as const, b),
        entitlements: [],
      },
    }
  else if (kind === 'list') {
    const list = pick(LISTS, b)[0]
    yield {
      kind: 'addressList',
      addressList: {
        organizationId: pick(organizationIds, a),
        type: pick(TYPES, c),
        addresses: list === 'any' ? 'any' : list.map((cidr) => ({ cidr, label: null })),
      },
    }
  } else world.now += b * 5000
}

/** @param types those that the replica was told of; null: all, with names. */
function expectSame(replica: Replica, model: Model, now: number, types: readonly string[] | null = null): void {
  for (const made of model.issued) {
    const key = model.keys.get(made.id) as KeyRecord
    if (types !== null && !types.includes(key.type)) {
      expect(verify({ replica, limiter: new RateLimiter(), now, digest }, null, { secret: made.secret, address: null })).toMatchObject({ reason: 'unknown' })
      continue
    }
    for (const scope of ['read', 'write']) {
      const decision = verify({ replica, limiter: new RateLimiter(), now, digest }, null, { secret: made.secret, address: '10.0.0.1', requiredScopes: [scope] })
      expect([made.id, made.number, scope, decision.valid ? 'allowed' : decision.reason]).toEqual([made.id, made.number, scope, model.decide(made, now, scope)])
      expect({ ...decision.key?.toJSON?.() }).toEqual({
        id: key.id,
        name: types === null ? key.name : '',
        type: key.type,
        environment: key.environment,
        secretVersion: made.number,
        expiresAt: key.expiresAt,
        grant: null,
        organizationId: key.organizationId,
        organization: model.organizations.get(key.organizationId)?.slug ?? key.organizationId,
        scopes: key.scopes.filter((held) => model.types.get(key.type)?.scopes.offered.some((each) => each.scope === held)),
      })
    }
  }
}

test('after any history, every secret ever made gets the decision and the facts a plain model gives', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 45 }), fc.array(fc.nat(), { minLength: 8, maxLength: 8 }), (steps, seed) => {
      const world = new World()
      const replica = new Replica(Uint32Array.from(seed))
      const model = new Model()
      const log: LogEntry[] = []
      for (const each of steps) {
        for (const change of changesOf(model, world, each)) {
          log.push({ number: log.length + 1, mark: '0123456789abcdef', change })
          // Everything so far once more, in its order: entries that are in already change nothing.
          replica.apply(log)
          // The whole new state of one thing: applying it twice changes nothing either.
          replica.applyChange(change)
          model.apply(change)
        }
        expectSame(replica, model, world.now)
      }
      // A second replica that comes later, from the log in two parts, or from the newest state alone (a snapshot), says the same.
      const late = new Replica(SEED)
      late.apply(log.slice(0, 7))
      late.apply(log.slice(3))
      expectSame(late, model, world.now)
      const snapshot = new Replica(SEED, model.keys.size)
      for (const key of model.keys.values()) snapshot.applyChange({ kind: 'key', key })
      for (const definition of model.types.values()) snapshot.applyChange({ kind: 'keyType', keyType: definition })
      for (const organization of model.organizations.values()) snapshot.applyChange({ kind: 'organization', organization })
      for (const { change } of log) if (change.kind === 'addressList') snapshot.applyChange(change)
      expectSame(snapshot, model, world.now)
    }),
    { numRuns: 120 },
  )
}, 60_000)

/** A verifier elsewhere: a snapshot that is written while the history goes on, then the changes since its beginning, then each as it comes. */
class Follower {
  readonly replica = new Replica(SEED)
  readonly types: readonly string[]
  readonly #view: VerifierView
  readonly #source: Replica
  readonly #from: number
  readonly #rows: number
  #nextRow = 0
  #following = false

  constructor(source: Replica, api: string, types: readonly string[], now: number) {
    this.types = types
    this.#source = source
    this.#view = new VerifierView(source, [api])
    this.#from = source.cursor.number
    this.#rows = source.keys.size
    for (const changes of this.#view.opening(now)) for (const change of changes) this.replica.applyChange(throughJson(change))
  }

  /** One more part of the snapshot; after the last one, what has changed since it was begun. */
  goOn(log: readonly LogEntry[]): void {
    if (this.#following) return
    const block = writeKeyBlock(this.#source, this.#view.types, this.#nextRow, Math.min(this.#nextRow + 2, this.#rows))
    if (block !== null) this.replica.addKeys(KeyBlock.read(block))
    this.#nextRow += 2
    if (this.#nextRow < this.#rows) return
    this.replica.findParents()
    const known = new Set<number>()
    for (const { change } of log.slice(this.#from)) this.#tell(change, known)
    this.#following = true
  }

  /** A change that the source has. @returns whether this verifier is up to date. */
  hears(change: Change): boolean {
    if (this.#following) this.#tell(change)
    return this.#following
  }

  #tell(change: Change, known?: Set<number>): void {
    for (const told of this.#view.translate(change, known).changes) {
      this.replica.applyChange(throughJson(told))
      // It comes twice: that changes nothing.
      this.replica.applyChange(throughJson(told))
    }
  }
}

const throughJson = (change: Change): Change => JSON.parse(JSON.stringify(change)) as Change

test('a verifier elsewhere, begun at any moment by a snapshot that is written while the history goes on, decides as a plain model', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 45 }), fc.nat(10), fc.integer({ min: 1, max: 5 }), (steps, begin, pace) => {
      const world = new World()
      const source = new Replica(SEED)
      const model = new Model()
      const log: LogEntry[] = []
      const followers: Follower[] = []
      const tell = (change: Change) => {
        log.push({ number: log.length + 1, mark: '0123456789abcdef', change })
        source.apply(log.slice(-1))
        model.apply(change)
        for (const follower of followers) if (follower.hears(change)) expectSame(follower.replica, model, world.now, follower.types)
      }
      for (const [slug, accepts] of [
        ['both', TYPES],
        ['one', ['sms']],
      ] as const)
        tell({ kind: 'api', api: apiSchema.parse({ slug, accepts: [...accepts] }) })
      for (const [index, each] of steps.entries()) {
        for (const change of changesOf(model, world, each)) tell(change)
        if (index === begin) followers.push(new Follower(source, 'both', TYPES, world.now), new Follower(source, 'one', ['sms'], world.now))
        if (index % pace === 0) for (const follower of followers) follower.goOn(log)
      }
      for (let rest = 0; rest < 50; rest++) for (const follower of followers) follower.goOn(log)
      for (const follower of followers) expectSame(follower.replica, model, world.now, follower.types)
    }),
    { numRuns: 80 },
  )
}, 60_000)
