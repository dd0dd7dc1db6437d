import type { OrganizationRole } from '@keywright/core/permissions.ts'
import type { Generated } from 'kysely'

/**
 * The tables, as Kysely sees them. Instants are integer milliseconds; JSON columns are text; `docs/storage.md` says what each
 * is for. The committed dump in `schema.sqlite.sql` is generated from the migrations.
 */
export interface Schema {
  /** One row a fact: `installationId`, `masterKeyId`, `bootstrappedAt`, `entitlements`, `environments` (JSON), `backup`, `lastBackup` (JSON). */
  settings: { name: string; value: string }
  organizations: {
    id: string
    slug: string
    name: string
    status: 'active' | 'suspended' | 'removed'
    /** JSON string[] */
    entitlements: string
    /** JSON string[] */
    environments: string
    /** JSON string[]: e-mail addresses */
    contacts: string
    created_at: number
    updated_at: number
    /** Raised by every change. */
    revision: number
  }
  /** Slugs and aliases in one namespace: a companion may name an organization by either. */
  organization_names: { name: string; organization_id: string; kind: 'slug' | 'alias' }
  /** definition: JSON of a parsed KeyType. */
  key_types: { slug: string; definition: string; created_at: number; updated_at: number; revision: number }
  /** definition: JSON of a parsed Api. */
  apis: { slug: string; definition: string; created_at: number; updated_at: number; revision: number }
  /** addresses: JSON of an AddressRule. */
  address_lists: { organization_id: string; key_type: string; addresses: string; updated_at: number; revision: number }
  keys: {
    id: string
    organization_id: string
    environment: string
    key_type: string
    name: string
    /** Lower-cased, normalized name, for uniqueness and search. */
    name_folded: string
    origin: string | null
    status: 'pending' | 'active' | 'inactive' | 'removed'
    /** JSON string[] */
    scopes: string
    /** JSON AddressRule */
    addresses: string
    /** JSON Limit[] or null: the type's */
    limits: string | null
    /** JSON Record<string, string> */
    metadata: string
    /** JSON string[] */
    tags: string
    /** JSON Grant or null */
    key_grant: string | null
    /** Prefix and last four characters of the newest secret. */
    hint: string
    newest_version: number
    expires_at: number | null
    /** JSON Actor */
    created_by: string
    created_at: number
    updated_at: number
    revision: number
    /** Raised by what ends every session of the key. */
    epoch: number
  }
  secret_versions: {
    key_id: string
    number: number
    /** 32 bytes: SHA-256 of the secret. Unique. */
    digest: Uint8Array
    hint: string
    ends_at: number | null
    /** Enveloped secret, only of retrievable types. */
    ciphertext: Uint8Array | null
    /** JSON Actor */
    created_by: string
    created_at: number
  }
  /** What signs session tokens. private_key: envelope; null once retired. */
  signing_keys: {
    kid: string
    public_key: string
    private_key: Uint8Array | null
    created_at: number
    retired_at: number | null
    accepted_until: number | null
  }
  /** Session tokens that were minted; never the token itself. */
  sessions: {
    key_id: string
    id: string
    secret_version: number
    epoch: number
    issued_at: number
    expires_at: number
    audience: string | null
    address: string | null
    client: string | null
    ended_at: number | null
  }
  /** The last accepted call of each secret version. */
  last_seen: { key_id: string; version: number; at: number; address: string | null; client: string | null; calls: number }
  /** Verifications, added up: `address` is '' for allowed ones and in the remainder rows. key_id '' where the secret named no key. */
  usage_minutes: { minute: number; key_id: string; version: number; decision: string; address: string; calls: number }
  /**
   * Messages to organizations and people; recipients: JSON string[]. Those with `usable_until` carry a link: text and html are empty,
   * sealed is the envelope of both (JSON), gone once it was sent or the link is too old.
   */
  outbox: {
    id: string
    organization_id: string
    kind: 'sunset' | 'expiry' | 'sign-in-link' | 'password-reset' | 'invitation' | 'second-factor'
    status: 'queued' | 'sent' | 'kept' | 'failed'
    recipients: string
    subject: string
    text: string
    html: string
    sealed: Uint8Array | null
    usable_until: number | null
    attempts: number
    next_attempt_at: number | null
    last_error: string | null
    created_at: number
    sent_at: number | null
  }
  /** What was announced: one row keeps it from being announced again. subject: type and origin, or a key's id. */
  notices: { organization_id: string; kind: string; subject: string; ends_at: number; days: number; message_id: string; queued_at: number }
  /** Requests with an `Idempotency-Key` that were done. scope, body_digest: SHA-256, hex; answer: JSON without a secret. */
  idempotency_records: { scope: string; body_digest: string; operation: string; answer: string; created_at: number; expires_at: number }
  people: {
    id: string
    /** Folded: `foldEmail`. */
    email: string
    name: string
    email_verified: number
    /** Whether an authenticator is set up. */
    second_factor: number
    created_at: number
    updated_at: number
    last_seen_at: number | null
  }
  /** Operators: members of the reserved organization. invited_by: JSON Actor or null. */
  organization_members: {
    id: string
    organization_id: string
    person_id: string
    role: OrganizationRole | 'operator'
    invited_by: string | null
    created_at: number
    updated_at: number
  }
  invitations: {
    id: string
    organization_id: string
    /** Folded. */
    email: string
    role: OrganizationRole | 'operator'
    /** `expired` is derived from expires_at. */
    status: 'pending' | 'accepted' | 'declined' | 'withdrawn'
    /** 32 bytes: SHA-256 of the token of the newest link; null once it is used, declined or withdrawn. */
    token_digest: Uint8Array | null
    /** JSON Actor */
    invited_by: string
    expires_at: number
    /** Of the newest link in the outbox. */
    message_id: string | null
    sent_at: number
    /** Links sent on the day of the newest. */
    sends: number
    created_at: number
    ended_at: number | null
  }
  /** What a person signs in with. provider `credential`: the password's scrypt hash; `oidc`: subject is the provider's. */
  auth_accounts: { id: string; person_id: string; provider: string; subject: string; password: string | null; created_at: number; updated_at: number }
  /** Open sessions in the console. token_digest: SHA-256, hex. proven_at: when a second factor was shown last. */
  auth_sessions: {
    id: string
    token_digest: string
    person_id: string
    method: string
    expires_at: number
    used_at: number
    proven_at: number | null
    address: string
    client: string
    created_at: number
    updated_at: number
  }
  /** Links and sign-ins under way. */
  auth_verifications: { id: string; identifier: string; value: string; expires_at: number; created_at: number; updated_at: number }
  /** seed, backup_codes: envelopes. last_step: the newest time step whose code was taken (RFC 6238, 30 seconds); confirmed_at null: set-up has begun. */
  auth_second_factors: {
    person_id: string
    seed: Uint8Array
    backup_codes: Uint8Array
    confirmed_at: number | null
    last_step: number
    created_at: number
    updated_at: number
  }
  /** Verifiers elsewhere. apis: JSON string[]; may_accept_until: never too early, null: without end. */
  verifiers: {
    id: string
    key_id: string
    apis: string
    name: string
    host: string
    pid: number
    sdk: string
    address: string | null
    staleness_seconds: number
    on_stale: 'refuse' | 'serve'
    may_accept_until: number | null
    connected_at: number
    last_heard_at: number
    last_batch: number
  }
  change_log: { number: number; mark: string; kind: string; body: string; at: number }
  audit_events: {
    number: Generated<number>
    id: string
    /** Null: the installation itself. */
    organization_id: string | null
    at: number
    action: string
    /** JSON Actor */
    actor: string
    /** Type and id of what it is about, e.g. `key`, `key_01...`. */
    subject_kind: string
    subject_id: string
    /** JSON: facts of this action; never a secret. */
    detail: string
    request_id: string | null
    previous_hash: string
    hash: string
  }
  /** What runs now and then: the period (e.g. day since 1970) it has run for last. */
  jobs: { name: string; period: number; ran_at: number }
  /** What of an audit event is about a person, apart from the chain so that it can be erased. salt: 32 hex digits; fields: JSON. */
  audit_personal: { number: number; salt: string; fields: string }
}
