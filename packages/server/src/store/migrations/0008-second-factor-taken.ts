import type { Migration } from '../migrate.ts'

/** One more kind of message. The outbox anew: SQLite cannot widen a CHECK. */
export const secondFactorTaken: Migration = {
  name: '0008-second-factor-taken',
  statements: [
    `CREATE TABLE outbox_next (
  id TEXT PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  kind TEXT NOT NULL CHECK (kind IN ('sunset', 'expiry', 'sign-in-link', 'password-reset', 'invitation', 'second-factor')),
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
    `INSERT INTO outbox_next SELECT id, organization_id, kind, status, recipients, subject, text, html, sealed, usable_until, attempts, next_attempt_at, last_error, created_at, sent_at FROM outbox`,
    `DROP TABLE outbox`,
    `ALTER TABLE outbox_next RENAME TO outbox`,
    `CREATE INDEX outbox_by_creation ON outbox (created_at, id)`,
    `CREATE INDEX outbox_queued ON outbox (next_attempt_at) WHERE status = 'queued'`,
    `CREATE INDEX outbox_sealed ON outbox (usable_until) WHERE sealed IS NOT NULL`,
  ],
}
