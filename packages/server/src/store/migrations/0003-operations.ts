import type { Migration } from '../migrate.ts'

/** What runs now and then, and what can be erased from the audit trail without breaking its chain. */
export const operations: Migration = {
  name: '0003-operations',
  statements: [
    `CREATE TABLE jobs (
  name TEXT PRIMARY KEY,
  period INTEGER NOT NULL,
  ran_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID`,

    // The chained event holds a salted hash of this row: erasing the row leaves the chain whole.
    `CREATE TABLE audit_personal (
  number INTEGER PRIMARY KEY REFERENCES audit_events (number),
  salt TEXT NOT NULL CHECK (length(salt) = 32),
  fields TEXT NOT NULL
) STRICT`,

    `CREATE INDEX last_seen_by_instant ON last_seen (at) WHERE address IS NOT NULL OR client IS NOT NULL`,
    `CREATE INDEX change_log_by_instant ON change_log (at)`,
    `CREATE INDEX audit_events_by_instant ON audit_events (at)`,
  ],
}
