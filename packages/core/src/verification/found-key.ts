import type { Grant } from '../replica/change.ts'
import type { OrganizationEntry } from '../replica/organization-table.ts'
import type { Profile, Replica } from '../replica/replica.ts'
import type { Instant } from '../time.ts'
import type { KeyFacts } from './decision.ts'

/** A key in the replica, seen through the secret that named it. Id and name are text only when somebody asks for them. */
export class FoundKey implements KeyFacts {
  readonly row: number
  readonly secretVersion: number
  readonly replica: Replica
  readonly profile: Profile
  #id = ''

  constructor(replica: Replica, row: number, secretVersion: number) {
    this.replica = replica
    this.row = row
    this.secretVersion = secretVersion
    this.profile = replica.profileOf(row)
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
    return this.replica.scopesOf(this.row).effective
  }
  get expiresAt(): Instant | null {
    const expiresAt = this.replica.keys.expiresAt(this.row)
    return expiresAt === Number.POSITIVE_INFINITY ? null : expiresAt
  }
  get grant(): Grant | null {
    return this.replica.keys.grants.get(this.row) ?? null
  }

  /** The facts alone: whoever logs or answers with a decision must not print the replica behind it. */
  toJSON(): KeyFacts {
    const { id, name, type, organizationId, organization, environment, scopes, secretVersion, expiresAt, grant } = this
    return { id, name, type, organizationId, organization, environment, scopes, secretVersion, expiresAt, grant }
  }
}
