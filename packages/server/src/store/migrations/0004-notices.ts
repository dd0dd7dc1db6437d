import type { Migration } from '../migrate.ts'

/** Contacts of organizations, what was announced to whom, messages, and requests that must not be done twice. */
export const notices: Migration = {
  name: '0004-notices',
  statements: [
    `ALTER TABLE organizations ADD COLUMN contacts TEXT NOT NULL DEFAULT '[]'`,

    `CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  kind TEXT NOT NULL CHECK (kind IN ('sunset', 'expiry')),
  status TEXT NOT NULL CHECK (status IN ('queued', 'sent', 'kept', 'failed')),
  recipients TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  html TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  next_attempt_at INTEGER,
  last_error TEXT,
  created_at INTEGER NOT NULL,
  sent_at INTEGER
) STRICT`,
    `CREATE INDEX outbox_by_creation ON outbox (created_at, id)`,
    `CREATE INDEX outbox_queued ON outbox (next_attempt_at) WHERE status = 'queued'`,

    // One row: this end of this thing was announced at this day to this organization. It is what keeps a notice from being sent twice.
    `CREATE TABLE notices (
  organization_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  ends_at INTEGER NOT NULL,
  days INTEGER NOT NULL,
  message_id TEXT NOT NULL,
  queued_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, kind, subject, ends_at, days)
) STRICT, WITHOUT ROWID`,
    `CREATE INDEX keys_by_expiry ON keys (expires_at) WHERE expires_at IS NOT NULL AND status <> 'removed'`,

    `CREATE TABLE idempotency_records (
  scope TEXT PRIMARY KEY,
  body_digest TEXT NOT NULL,
  operation TEXT NOT NULL,
  answer TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID`,
    `CREATE INDEX idempotency_records_by_expiry ON idempotency_records (expires_at)`,
  ],
}
