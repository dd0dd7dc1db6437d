import type { Migration } from '../migrate.ts'

/** Verifiers elsewhere: what they said of themselves, and until when each may decide without hearing from the server. */
export const verifiers: Migration = {
  name: '0007-verifiers',
  statements: [
    `CREATE TABLE verifiers (
  id TEXT PRIMARY KEY,
  key_id TEXT NOT NULL,
  apis TEXT NOT NULL,
  name TEXT NOT NULL,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  sdk TEXT NOT NULL,
  address TEXT,
  staleness_seconds INTEGER NOT NULL,
  on_stale TEXT NOT NULL CHECK (on_stale IN ('refuse', 'serve')),
  may_accept_until INTEGER,
  connected_at INTEGER NOT NULL,
  last_heard_at INTEGER NOT NULL,
  last_batch INTEGER NOT NULL
) STRICT`,
    `CREATE INDEX verifiers_by_end ON verifiers (may_accept_until)`,
  ],
}
