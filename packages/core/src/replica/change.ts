import type { Api } from '../configuration/api.ts'
import type { AddressRule, Limit } from '../configuration/fields.ts'
import type { KeyType } from '../configuration/key-type.ts'
import type { StoredStatus } from '../lifecycle.ts'
import type { Role } from '../permissions.ts'
import type { Instant } from '../time.ts'

/** A secret version as a verifier needs it: never the secret. */
export interface SecretVersionRecord {
  /** From 1. */
  number: number
  /** SHA-256 of the secret, base64url without padding (43 characters). */
  digest: string
  /** When this version stops being accepted; null: with the key. */
  endsAt: Instant | null
}

/** What a key of Keywright's own types may do. */
export interface Grant {
  role?: Role
  capabilities?: string[]
  /** Management keys: the person in whose right it acts, because he issued it or a key of his did. His role of the moment bounds it. */
  actsFor?: string
  /** Verifier keys: the APIs it answers for. */
  apis?: string[] | 'all'
}

export interface KeyRecord {
  id: string
  organizationId: string
  environment: string
  type: string
  name: string
  origin: string | null
  status: StoredStatus
  expiresAt: Instant | null
  scopes: string[]
  /** CIDRs in canonical form; `any`, also where the type has no address rules. */
  addresses: string[] | 'any'
  /** Null: the type's defaults. */
  limits: Limit[] | null
  grant: Grant | null
  /** Raised whenever every session of the key must end (deactivate, remove). Entries of the log from before session tokens have none: 0. */
  epoch: number
  /** All versions ever, newest last: an ended one must still answer `replaced`. */
  versions: SecretVersionRecord[]
}

export interface OrganizationRecord {
  id: string
  slug: string
  /** Everything a companion may call it, beside id and slug. */
  aliases: string[]
  status: 'active' | 'suspended' | 'removed'
  entitlements: string[]
}

export interface AddressListRecord {
  organizationId: string
  type: string
  addresses: AddressRule
}

/** A key that signs session tokens: its public half, for whoever verifies. */
export interface SigningKeyRecord {
  kid: string
  /** Id of the installation whose tokens it signs. */
  issuer: string
  /** 32 bytes of Ed25519, base64url. */
  publicKey: string
  createdAt: Instant
  /** Null: it signs. Else it was retired, and at this instant its last token has expired. */
  acceptedUntil: Instant | null
}

/** A session that was ended alone. */
export interface EndedSessionRecord {
  keyId: string
  sessionId: string
  /** When the token expires: from then on the entry means nothing. */
  expiresAt: Instant
}

/** What changed: always the whole new state of one thing, so that applying one twice changes nothing. */
export type Change =
  | { kind: 'key'; key: KeyRecord }
  | { kind: 'organization'; organization: OrganizationRecord }
  | { kind: 'keyType'; keyType: KeyType }
  | { kind: 'keyTypeRemoved'; slug: string }
  | { kind: 'api'; api: Api }
  | { kind: 'apiRemoved'; slug: string }
  | { kind: 'addressList'; addressList: AddressListRecord }
  | { kind: 'signingKey'; signingKey: SigningKeyRecord }
  | { kind: 'sessionEnded'; session: EndedSessionRecord }

/** A place in the change log. A server that does not hold exactly this pair answers `snapshot_required`. */
export interface Cursor {
  /** From 1, in commit order, without gaps; 0 is before the first. */
  number: number
  /** 16 hex digits, random for each entry. */
  mark: string
}

export interface LogEntry extends Cursor {
  change: Change
}
