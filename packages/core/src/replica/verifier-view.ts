import type { Api } from '../configuration/api.ts'
import { isReservedSlug } from '../configuration/reserved.ts'
import type { KeyType } from '../configuration/key-type.ts'
import { plainKeyType } from '../configuration/plain-key-type.ts'
import type { Instant } from '../time.ts'
import type { Change } from './change.ts'
import type { Replica } from './replica.ts'

/** How many organizations or address lists go into one list of changes. */
const PART = 500

/**
 * What a verifier of some APIs is told of a replica: keys of the types they accept, the organizations that have such keys, and the policy that
 * decides about them. Without names of keys and grants, and of types and APIs only what decisions read.
 */
export class VerifierView {
  readonly #replica: Replica
  readonly apis: ReadonlySet<string>
  readonly types: ReadonlySet<string>
  /** Numbers of organizations that have keys of these types. */
  readonly #organizations = new Set<number>()

  constructor(replica: Replica, apis: Iterable<string>) {
    this.#replica = replica
    this.apis = new Set(apis)
    this.types = new Set(acceptedTypes(replica, this.apis))
    const { keys } = replica
    const isTaken: (boolean | undefined)[] = []
    for (let row = 0; row < keys.size; row++) {
      const profile = keys.profile(row)
      if ((isTaken[profile] ??= this.types.has(replica.profiles.get(profile).type.slug))) this.#organizations.add(keys.organization(row))
    }
  }

  /** Everything but keys, as it is now; in parts. */
  *opening(now: Instant): Generator<Change[]> {
    const replica = this.#replica
    const policy: Change[] = []
    for (const slug of this.types) {
      const type = replica.type(slug)
      if (type) policy.push({ kind: 'keyType', keyType: keyTypeForVerifier(type.definition) })
    }
    for (const slug of this.apis) {
      const api = replica.api(slug)
      if (api) policy.push({ kind: 'api', api: apiForVerifier(api.definition) })
    }
    for (const signingKey of replica.sessions.signingKeys(now)) policy.push({ kind: 'signingKey', signingKey })
    yield policy
    yield* inParts(this.#organizationRecords())
    yield* inParts(this.#addressLists())
    yield* inParts(this.#ended(now))
  }

  /**
   * A change as this verifier is told of it: nothing, it, or what it needs to make sense. The replica must have it already.
   * @param known organizations that whoever is told has the record of; added to. Default: all of this view.
   * @returns `reload`: an API accepts other types from now on; after these changes the verifier needs a snapshot.
   */
  translate(change: Change, known: Set<number> = this.#organizations): { changes: Change[]; reload: boolean } {
    if (change.kind === 'key') return told(this.types.has(change.key.type) ? this.#key(change, known) : [])
    if (change.kind === 'organization') {
      const number = this.#replica.organizations.numberOf(change.organization.id)
      return told(this.#organizations.has(number) ? [change] : [])
    }
    if (change.kind === 'addressList') return told(this.types.has(change.addressList.type) ? [change] : [])
    if (change.kind === 'keyType') return told(this.types.has(change.keyType.slug) ? [{ kind: 'keyType', keyType: keyTypeForVerifier(change.keyType) }] : [])
    if (change.kind === 'keyTypeRemoved') return told(this.types.has(change.slug) ? [change] : [])
    if (change.kind === 'apiRemoved') return told(this.apis.has(change.slug) ? [change] : [])
    if (change.kind === 'sessionEnded') return told(this.#knowsParent(change.session.keyId) ? [change] : [])
    if (change.kind !== 'api') return told([change])
    if (!this.apis.has(change.api.slug)) return told([])
    const accepted = new Set(acceptedTypes(this.#replica, this.apis))
    const reload = accepted.size !== this.types.size || [...accepted].some((slug) => !this.types.has(slug))
    return { changes: [{ kind: 'api', api: apiForVerifier(change.api) }], reload }
  }

  /** The first key of an organization brings the organization with it. */
  #key(change: Extract<Change, { kind: 'key' }>, known: Set<number>): Change[] {
    const key: Change = { kind: 'key', key: { ...change.key, name: '', grant: null } }
    const number = this.#replica.organizations.numberOf(change.key.organizationId)
    if (known.has(number)) return [key]
    known.add(number)
    this.#organizations.add(number)
    return [{ kind: 'organization', organization: this.#replica.organizations.record(number) }, key]
  }

  /** Also where the key's type does not mint now: it may again before the token expires. */
  #knowsParent(keyId: string): boolean {
    const parent = this.#replica.sessions.parent(keyId)
    return parent === undefined || this.types.has(this.#replica.profileOf(parent.row).type.slug)
  }

  *#organizationRecords(): Generator<Change> {
    for (const number of this.#organizations) yield { kind: 'organization', organization: this.#replica.organizations.record(number) }
  }

  *#addressLists(): Generator<Change> {
    for (const type of this.types) {
      for (const { organizationId, addresses } of this.#replica.addressLists(type)) {
        const entries = addresses === 'any' ? ('any' as const) : addresses.map((cidr) => ({ cidr, label: null }))
        yield { kind: 'addressList', addressList: { organizationId, type, addresses: entries } }
      }
    }
  }

  *#ended(now: Instant): Generator<Change> {
    for (const session of this.#replica.sessions.ended(now)) if (this.#knowsParent(session.keyId)) yield { kind: 'sessionEnded', session }
  }
}

/** Types that are configured or may be; Keywright's own are accepted by no API of a customer's. */
function* acceptedTypes(replica: Replica, apis: Iterable<string>): Generator<string> {
  for (const slug of apis) yield* replica.api(slug)?.accepts ?? []
}

function told(changes: Change[]): { changes: Change[]; reload: boolean } {
  return { changes, reload: false }
}

function* inParts(changes: Iterable<Change>): Generator<Change[]> {
  let part: Change[] = []
  for (const change of changes) {
    part.push(change)
    if (part.length < PART) continue
    yield part
    part = []
  }
  if (part.length > 0) yield part
}

/** Of a key type, what decisions read; everything else stays as it is by default. */
export function keyTypeForVerifier(type: KeyType): KeyType {
  const { slug, prefix, offeredWith, scopes, direct, mints, carriers, companions, limits, sunset } = type
  return { ...plainKeyType(slug, prefix), offeredWith, scopes: { offered: scopes.offered, default: [] }, direct, mints, carriers, companions, limits, sunset }
}

/** Of an API, what decisions read. */
export function apiForVerifier(api: Api): Api {
  const { slug, environment, accepts, carriers, companions, routes, forwardAuth } = api
  return {
    slug,
    description: '',
    environment,
    accepts: accepts.filter((type) => !isReservedSlug(type)),
    carriers,
    companions,
    routes,
    ...(forwardAuth === undefined ? {} : { forwardAuth }),
    baseUrl: null,
    upstream: null,
  }
}
