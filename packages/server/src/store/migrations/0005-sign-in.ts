import type { Migration } from '../migrate.ts'

/** How people prove who they are, and messages that carry a link. Who they are stands in `people`. */
export const signIn: Migration = {
  name: '0005-sign-in',
  statements: [
    `CREATE TABLE auth_accounts (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES people (id),
  provider TEXT NOT NULL,
  subject TEXT NOT NULL,
  password TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (provider, subject)
) STRICT`,
    `CREATE INDEX auth_accounts_by_person ON auth_accounts (person_id)`,

    // A session is found by the digest of its token: whoever reads the database cannot sign in with it.
    `CREATE TABLE auth_sessions (
  id TEXT PRIMARY KEY,
  token_digest TEXT NOT NULL UNIQUE,
  person_id TEXT NOT NULL REFERENCES people (id),
  method TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  proven_at INTEGER,
  address TEXT NOT NULL,
  client TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT`,
    `CREATE INDEX auth_sessions_by_person ON auth_sessions (person_id)`,
    `CREATE INDEX auth_sessions_by_expiry ON auth_sessions (expires_at)`,

    // Links, questions for the second factor and single sign-ons that are under way; identifier holds a digest where it stands for a token.
    `CREATE TABLE auth_verifications (
  id TEXT PRIMARY KEY,
  identifier TEXT NOT NULL,
  value TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT`,
    `CREATE INDEX auth_verifications_by_identifier ON auth_verifications (identifier)`,
    `CREATE INDEX auth_verifications_by_expiry ON auth_verifications (expires_at)`,

    `CREATE TABLE auth_second_factors (
  person_id TEXT PRIMARY KEY REFERENCES people (id),
  seed BLOB NOT NULL,
  backup_codes BLOB NOT NULL,
  confirmed_at INTEGER,
  last_step INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT`,

    // The outbox anew: SQLite cannot widen a CHECK. What carries a link lies under the master key until it was sent or has expired.
    `CREATE TABLE outbox_next (
  id TEXT PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  kind TEXT NOT NULL CHECK (kind IN ('sunset', 'expiry', 'sign-in-link', 'password-reset', 'invitation')),
  status TEXT NOT NULL CHECK (status IN ('queued', 'sent', 'kept', 'failed')),
  recipients TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  html TEXT NOT NULL,
  sealed BLOB,
  usable_until INTEGER,
  attempts INTEGER NOT NULL,
  next_attempt_at INTEGER,
  last_error TEXT,
  created_at INTEGER NOT NULL,
  sent_at INTEGER,
  CHECK (sealed IS NULL OR usable_until IS NOT NULL),
  CHECK (usable_until IS NULL OR (text = '' AND html = ''))
) STRICT`,
    `INSERT INTO outbox_next (id, organization_id, kind, status, recipients, subject, text, html, attempts, next_attempt_at, last_error, created_at, sent_at)
  SELECT id, organization_id, kind, status, recipients, subject, text, html, attempts, next_attempt_at, last_error, created_at, sent_at FROM outbox`,
    `DROP TABLE outbox`,
    `ALTER TABLE outbox_next RENAME TO outbox`,
    `CREATE INDEX outbox_by_creation ON outbox (created_at, id)`,
    `CREATE INDEX outbox_queued ON outbox (next_attempt_at) WHERE status = 'queued'`,
    `CREATE INDEX outbox_sealed ON outbox (usable_until) WHERE sealed IS NOT NULL`,
  ],
}
