import { createHash, hash } from 'node:crypto'
import { api as apiSchema } from '../../configuration/api.ts'
import { keyType as keyTypeSchema, type KeyTypeInput } from '../../configuration/key-type.ts'
import { makeId } from '../../id.ts'
import { RateLimiter } from '../../rate-limit/rate-limiter.ts'
import type { Change, KeyRecord, OrganizationRecord } from '../../replica/change.ts'
import { Replica } from '../../replica/replica.ts'
import { generateSecret } from '../../secret/generate.ts'
import type { CompiledApi } from '../compiled-api.ts'
import type { Decision } from '../decision.ts'
import type { VerificationRequest } from '../request.ts'
import type { SessionTokens } from '../../session-token/session-tokens.ts'
import { verify } from '../verify.ts'

export const START = Date.UTC(2026, 0, 1)
export const SEED = Uint32Array.from([3, 1, 4, 1, 5, 9, 2, 6])

/** SHA-256 as the decision wants it. */
export const digest = (secret: string): string => hash('sha256', secret, 'latin1')
export const storedDigest = (secret: string): string => hash('sha256', secret, 'base64url')

export interface IssuedKey {
  record: KeyRecord
  /** The secret of the newest version. */
  secret: string
}

/** An installation as a verifier sees it: fed through the change log only, asked through `verify` only. The same each time. */
export class World {
  readonly replica = new Replica(SEED)
  readonly limiter = new RateLimiter()
  sessions: SessionTokens | undefined
  now = START
  #bytes = 0

  random = (count: number): Uint8Array =>
    createHash('shake256', { outputLength: count })
      .update(`bytes ${++this.#bytes}`)
      .digest()

  change(...changes: Change[]): void {
    for (const change of changes) {
      const number = this.replica.cursor.number + 1
      this.replica.apply([{ number, mark: number.toString(16).padStart(16, '0'), change }])
    }
  }

  type(definition: KeyTypeInput): void {
    this.change({ kind: 'keyType', keyType: keyTypeSchema.parse(definition) })
  }

  api(definition: Parameters<typeof apiSchema.parse>[0]): CompiledApi {
    const parsed = apiSchema.parse(definition)
    this.change({ kind: 'api', api: parsed })
    return this.replica.api(parsed.slug) as CompiledApi
  }

  organization(slug: string, more: Partial<OrganizationRecord> = {}): OrganizationRecord {
    const organization: OrganizationRecord = {
      id: makeId('organization', START, this.random(10)),
      slug,
      aliases: [],
      status: 'active',
      entitlements: [],
      ...more,
    }
    this.change({ kind: 'organization', organization })
    return organization
  }

  secret(prefix = 'ucd'): string {
    return generateSecret({ prefix, length: 38 }, this.random).reveal()
  }

  issue(organization: { id: string }, more: Partial<KeyRecord> = {}, prefix = 'ucd'): IssuedKey {
    const secret = this.secret(prefix)
    const record: KeyRecord = {
      id: makeId('key', START, this.random(10)),
      organizationId: organization.id,
      environment: 'live',
      type: 'ucd',
      name: 'Nightly',
      origin: null,
      status: 'active',
      expiresAt: null,
      scopes: [],
      addresses: 'any',
      limits: null,
      grant: null,
      epoch: 0,
      versions: [{ number: 1, digest: storedDigest(secret), endsAt: null }],
      ...more,
    }
    this.change({ kind: 'key', key: record })
    return { record, secret }
  }

  update(key: IssuedKey, more: Partial<KeyRecord>): void {
    key.record = { ...key.record, ...more }
    this.change({ kind: 'key', key: key.record })
  }

  /** A new version now; the older ones end at `oldEndsAt`. @returns the old secret. */
  replace(key: IssuedKey, oldEndsAt: number = this.now): string {
    const old = key.secret
    key.secret = this.secret(old.slice(0, old.lastIndexOf('_')))
    const versions = key.record.versions.map((version) => ({ ...version, endsAt: Math.min(version.endsAt ?? oldEndsAt, oldEndsAt) }))
    this.update(key, { versions: [...versions, { number: versions.length + 1, digest: storedDigest(key.secret), endsAt: null }] })
    return old
  }

  ask(api: CompiledApi | null, request: Partial<VerificationRequest>): Decision {
    const { replica, limiter, now, sessions } = this
    return verify({ replica, limiter, now, digest, ...(sessions === undefined ? {} : { sessions }) }, api, { address: null, ...request })
  }

  /** `allowed`, or the reason. */
  answer(api: CompiledApi | null, request: Partial<VerificationRequest>): string {
    const decision = this.ask(api, request)
    return decision.valid ? 'allowed' : decision.reason
  }

  /** The same with the detail behind it, e.g. `ip_not_allowed address_missing`. */
  detail(api: CompiledApi | null, request: Partial<VerificationRequest>): string {
    const decision = this.ask(api, request)
    return decision.valid ? 'allowed' : [decision.reason, decision.detail].filter(Boolean).join(' ')
  }
}

/** A world with one type `ucd`, one organization `acme` and an API `data` that takes the type. */
export function smallWorld(type: Partial<KeyTypeInput> = {}, api: Record<string, unknown> = {}) {
  const world = new World()
  world.type({ slug: 'ucd', prefix: 'ucd', ...type })
  const acme = world.organization('acme', { aliases: ['acme-partner', '4711'] })
  return { world, acme, data: world.api({ slug: 'data', accepts: ['ucd'], ...api }) }
}

/** A GET of `/` with these header fields. */
export function get(headers: Record<string, string | string[]>, more: { path?: string; method?: string; host?: string; body?: unknown } = {}) {
  return { request: { method: 'GET', path: '/', headers, ...more } }
}

export const bearer = (secret: string, more: Parameters<typeof get>[1] = {}) => get({ authorization: `Bearer ${secret}` }, more)
