import type { Migration } from '../migrate.ts'

/** People, where they are members with which role, and who was invited. */
export const members: Migration = {
  name: '0006-members',
  statements: [
    // How somebody proves who he is stands in tables of their own; this is who he is to the rest of Keywright.
    `CREATE TABLE people (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  email_verified INTEGER NOT NULL CHECK (email_verified IN (0, 1)),
  second_factor INTEGER NOT NULL DEFAULT 0 CHECK (second_factor IN (0, 1)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  last_seen_at INTEGER
) STRICT`,

    // Operators are members of the reserved organization, with the role "operator" and no other.
    `CREATE TABLE organization_members (
  id TEXT PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  person_id TEXT NOT NULL REFERENCES people (id),
  role TEXT NOT NULL CHECK ((role = 'operator') = (organization_id = 'org_00000000000000000000000000')),
  invited_by TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (organization_id, person_id)
) STRICT`,
    `CREATE INDEX organization_members_by_person ON organization_members (person_id)`,

    `CREATE TABLE invitations (
  id TEXT PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  email TEXT NOT NULL,
  role TEXT NOT NULL CHECK ((role = 'operator') = (organization_id = 'org_00000000000000000000000000')),
  status TEXT NOT NULL CHECK (status IN ('pending', 'accepted', 'declined', 'withdrawn')),
  token_digest BLOB UNIQUE CHECK (length(token_digest) = 32),
  invited_by TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  message_id TEXT,
  sent_at INTEGER NOT NULL,
  sends INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  CHECK ((status = 'pending') = (ended_at IS NULL)),
  CHECK (status = 'pending' OR token_digest IS NULL)
) STRICT`,
    // A second invitation to the same address renews the first.
    `CREATE UNIQUE INDEX invitations_pending ON invitations (organization_id, email) WHERE status = 'pending'`,
    `CREATE INDEX invitations_by_email ON invitations (email)`,
    `CREATE INDEX invitations_by_sending ON invitations (organization_id, sent_at)`,
    `CREATE INDEX invitations_by_creation ON invitations (organization_id, created_at, id)`,
  ],
}
