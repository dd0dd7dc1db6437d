import type { Migration } from '../migrate.ts'

/** Session tokens: what signs them, which were minted, and a key's epoch, which ends all of them at once. */
export const sessionTokens: Migration = {
  name: '0002-session-tokens',
  statements: [
    `ALTER TABLE keys ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0 CHECK (epoch >= 0)`,

    // private_key: an envelope under the master key; null once the key is retired, for nobody needs it again.
    `CREATE TABLE signing_keys (
  kid TEXT PRIMARY KEY,
  public_key TEXT NOT NULL,
  private_key BLOB,
  created_at INTEGER NOT NULL,
  retired_at INTEGER,
  accepted_until INTEGER
) STRICT, WITHOUT ROWID`,

    // Written after the token was given, in batches: no foreign key, for one bad row must not hold up many.
    `CREATE TABLE sessions (
  key_id TEXT NOT NULL,
  id TEXT NOT NULL,
  secret_version INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  issued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  audience TEXT,
  address TEXT,
  client TEXT,
  ended_at INTEGER,
  PRIMARY KEY (key_id, id)
) STRICT, WITHOUT ROWID`,
    `CREATE INDEX sessions_by_expiry ON sessions (expires_at)`,
    `CREATE INDEX sessions_ended ON sessions (expires_at) WHERE ended_at IS NOT NULL`,
  ],
}
