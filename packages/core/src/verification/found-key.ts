import type { Grant } from '../replica/change.ts'
import type { OrganizationEntry } from '../replica/organization-table.ts'
import type { Profile, Replica } from '../replica/replica.ts'
import type { Instant } from '../time.ts'
import type { SessionClaims } from '../session-token/claims.ts'
import type { KeyFacts, SessionFacts } from './decision.ts'

/** A key in the replica, seen through the secret or the session token that named it. Id and name are text only when somebody asks for them. */
export class FoundKey implements KeyFacts {
  readonly row: number
  readonly secretVersion: number
  readonly replica: Replica
  readonly profile: Profile
  /** What its session token says; null: the key's own secret was presented. */
  readonly claims: SessionClaims | null
  #id = ''

  constructor(replica: Replica, row: number, secretVersion: number, claims: SessionClaims | null = null) {
    this.replica = replica
    this.row = row
    this.secretVersion = secretVersion
    this.profile = replica.profileOf(row)
    this.claims = claims
  }

  get owner(): OrganizationEntry {
    return this.replica.organizationOf(this.row)
  }
  get id(): string {
    // Asked for by the usage record and by the answer.
    return (this.#id ||= this.replica.keys.id(this.row))
  }
  get name(): string {
    return this.replica.keys.name(this.row)
  }
  get type(): string {
    return this.profile.type.slug
  }
  get environment(): string {
    return this.profile.environment
  }
  get organizationId(): string {
    return this.owner.id
  }
  get organization(): string {
    return this.owner.slug
  }
  get scopes(): readonly string[] {
    const { effective } = this.replica.scopesOf(this.row)
    const { claims } = this
    return claims === null ? effective : effective.filter((scope) => claims.scopes.includes(scope))
  }
  get expiresAt(): Instant | null {
    const expiresAt = this.replica.keys.expiresAt(this.row)
    return expiresAt === Number.POSITIVE_INFINITY ? null : expiresAt
  }
  get grant(): Grant | null {
    return this.replica.keys.grants.get(this.row) ?? null
  }
  get session(): SessionFacts | undefined {
    if (this.claims === null) return undefined
    const { sessionId: id, issuedAt, expiresAt, audience } = this.claims
    return { id, issuedAt, expiresAt, audience }
  }

  /** The facts alone: whoever logs or answers with a decision must not print the replica behind it. */
  toJSON(): KeyFacts {
    const { id, name, type, organizationId, organization, environment, scopes, secretVersion, expiresAt, grant, session } = this
    const facts = { id, name, type, organizationId, organization, environment, scopes, secretVersion, expiresAt, grant }
    return session === undefined ? facts : { ...facts, session }
  }
}
