import type { Migration } from '../migrate.ts'

/** The first tables. `docs/storage.md` says what each is for. */
export const initial: Migration = {
  name: '0001-initial',
  statements: [
    `CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID`,

    `CREATE TABLE organizations (
  id TEXT PRIMARY KEY,
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('active', 'suspended', 'removed')),
  entitlements TEXT NOT NULL,
  environments TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL
) STRICT`,
    `CREATE INDEX organizations_by_creation ON organizations (created_at, id)`,

    `CREATE TABLE organization_names (
  name TEXT PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  kind TEXT NOT NULL CHECK (kind IN ('slug', 'alias'))
) STRICT, WITHOUT ROWID`,
    `CREATE INDEX organization_names_by_organization ON organization_names (organization_id)`,

    `CREATE TABLE key_types (
  slug TEXT PRIMARY KEY,
  definition TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL
) STRICT`,

    `CREATE TABLE apis (
  slug TEXT PRIMARY KEY,
  definition TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL
) STRICT`,

    `CREATE TABLE address_lists (
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  key_type TEXT NOT NULL,
  addresses TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (organization_id, key_type)
) STRICT, WITHOUT ROWID`,

    // key_type names no row: Keywright's own types are code, not configuration.
    `CREATE TABLE keys (
  id TEXT PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  environment TEXT NOT NULL,
  key_type TEXT NOT NULL,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  origin TEXT,
  status TEXT NOT NULL CHECK (status IN ('pending', 'active', 'inactive', 'removed')),
  scopes TEXT NOT NULL,
  addresses TEXT NOT NULL,
  limits TEXT,
  metadata TEXT NOT NULL,
  tags TEXT NOT NULL,
  key_grant TEXT,
  hint TEXT NOT NULL,
  newest_version INTEGER NOT NULL CHECK (newest_version >= 1),
  expires_at INTEGER,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL
) STRICT`,
    `CREATE INDEX keys_by_creation ON keys (organization_id, created_at, id)`,
    // Counting against a cap reads nothing but this.
    `CREATE INDEX keys_by_type ON keys (organization_id, key_type, status, environment, expires_at, origin)`,
    `CREATE INDEX keys_by_environment ON keys (organization_id, environment, created_at, id)`,
    `CREATE INDEX keys_by_name ON keys (organization_id, name_folded, key_type)`,
    // Across organizations: whether a type is in use, and whom a sunset touches.
    `CREATE INDEX keys_of_type ON keys (key_type, status, organization_id)`,

    `CREATE TABLE secret_versions (
  key_id TEXT NOT NULL REFERENCES keys (id),
  number INTEGER NOT NULL CHECK (number >= 1),
  digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
  hint TEXT NOT NULL,
  ends_at INTEGER,
  ciphertext BLOB,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (key_id, number)
) STRICT, WITHOUT ROWID`,

    // Counters refer to keys without a foreign key: a flush of many must not fail for one.
    `CREATE TABLE last_seen (
  key_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  at INTEGER NOT NULL,
  address TEXT,
  client TEXT,
  calls INTEGER NOT NULL,
  PRIMARY KEY (key_id, version)
) STRICT, WITHOUT ROWID`,

    `CREATE TABLE usage_minutes (
  minute INTEGER NOT NULL,
  key_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  decision TEXT NOT NULL,
  address TEXT NOT NULL,
  calls INTEGER NOT NULL,
  PRIMARY KEY (key_id, minute, version, decision, address)
) STRICT, WITHOUT ROWID`,
    `CREATE INDEX usage_minutes_by_minute ON usage_minutes (minute)`,

    `CREATE TABLE change_log (
  number INTEGER PRIMARY KEY,
  mark TEXT NOT NULL CHECK (length(mark) = 16),
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT`,

    `CREATE TABLE audit_events (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organization_id TEXT,
  at INTEGER NOT NULL,
  action TEXT NOT NULL,
  actor TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  detail TEXT NOT NULL,
  request_id TEXT,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT`,
    `CREATE INDEX audit_events_by_organization ON audit_events (organization_id, number)`,
    `CREATE INDEX audit_events_by_subject ON audit_events (subject_id, number)`,
    `CREATE INDEX audit_events_by_action ON audit_events (action, number)`,
  ],
}
