-- Generated from the migrations by `npm run generate`. Do not edit.

CREATE TABLE address_lists (
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  key_type TEXT NOT NULL,
  addresses TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (organization_id, key_type)
) STRICT, WITHOUT ROWID;

CREATE TABLE apis (
  slug TEXT PRIMARY KEY,
  definition TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL
) STRICT;

CREATE TABLE audit_events (
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
) STRICT;

CREATE INDEX audit_events_by_action ON audit_events (action, number);

CREATE INDEX audit_events_by_instant ON audit_events (at);

CREATE INDEX audit_events_by_organization ON audit_events (organization_id, number);

CREATE INDEX audit_events_by_subject ON audit_events (subject_id, number);

CREATE TABLE audit_personal (
  number INTEGER PRIMARY KEY REFERENCES audit_events (number),
  salt TEXT NOT NULL CHECK (length(salt) = 32),
  fields TEXT NOT NULL
) STRICT;

CREATE TABLE auth_accounts (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES people (id),
  provider TEXT NOT NULL,
  subject TEXT NOT NULL,
  password TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (provider, subject)
) STRICT;

CREATE INDEX auth_accounts_by_person ON auth_accounts (person_id);

CREATE TABLE auth_second_factors (
  person_id TEXT PRIMARY KEY REFERENCES people (id),
  seed BLOB NOT NULL,
  backup_codes BLOB NOT NULL,
  confirmed_at INTEGER,
  last_step INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE auth_sessions (
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
) STRICT;

CREATE INDEX auth_sessions_by_expiry ON auth_sessions (expires_at);

CREATE INDEX auth_sessions_by_person ON auth_sessions (person_id);

CREATE TABLE auth_verifications (
  id TEXT PRIMARY KEY,
  identifier TEXT NOT NULL,
  value TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX auth_verifications_by_expiry ON auth_verifications (expires_at);

CREATE INDEX auth_verifications_by_identifier ON auth_verifications (identifier);

CREATE TABLE change_log (
  number INTEGER PRIMARY KEY,
  mark TEXT NOT NULL CHECK (length(mark) = 16),
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

CREATE INDEX change_log_by_instant ON change_log (at);

CREATE TABLE idempotency_records (
  scope TEXT PRIMARY KEY,
  body_digest TEXT NOT NULL,
  operation TEXT NOT NULL,
  answer TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_records_by_expiry ON idempotency_records (expires_at);

CREATE TABLE invitations (
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
) STRICT;

CREATE INDEX invitations_by_creation ON invitations (organization_id, created_at, id);

CREATE INDEX invitations_by_email ON invitations (email);

CREATE INDEX invitations_by_sending ON invitations (organization_id, sent_at);

CREATE UNIQUE INDEX invitations_pending ON invitations (organization_id, email) WHERE status = 'pending';

CREATE TABLE jobs (
  name TEXT PRIMARY KEY,
  period INTEGER NOT NULL,
  ran_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE key_types (
  slug TEXT PRIMARY KEY,
  definition TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL
) STRICT;

CREATE TABLE keys (
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
, epoch INTEGER NOT NULL DEFAULT 0 CHECK (epoch >= 0)) STRICT;

CREATE INDEX keys_by_creation ON keys (organization_id, created_at, id);

CREATE INDEX keys_by_environment ON keys (organization_id, environment, created_at, id);

CREATE INDEX keys_by_expiry ON keys (expires_at) WHERE expires_at IS NOT NULL AND status <> 'removed';

CREATE INDEX keys_by_name ON keys (organization_id, name_folded, key_type);

CREATE INDEX keys_by_type ON keys (organization_id, key_type, status, environment, expires_at, origin);

CREATE INDEX keys_of_type ON keys (key_type, status, organization_id);

CREATE TABLE last_seen (
  key_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  at INTEGER NOT NULL,
  address TEXT,
  client TEXT,
  calls INTEGER NOT NULL,
  PRIMARY KEY (key_id, version)
) STRICT, WITHOUT ROWID;

CREATE INDEX last_seen_by_instant ON last_seen (at) WHERE address IS NOT NULL OR client IS NOT NULL;

CREATE TABLE migrations (name TEXT PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE notices (
  organization_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  ends_at INTEGER NOT NULL,
  days INTEGER NOT NULL,
  message_id TEXT NOT NULL,
  queued_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, kind, subject, ends_at, days)
) STRICT, WITHOUT ROWID;

CREATE TABLE organization_members (
  id TEXT PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  person_id TEXT NOT NULL REFERENCES people (id),
  role TEXT NOT NULL CHECK ((role = 'operator') = (organization_id = 'org_00000000000000000000000000')),
  invited_by TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (organization_id, person_id)
) STRICT;

CREATE INDEX organization_members_by_person ON organization_members (person_id);

CREATE TABLE organization_names (
  name TEXT PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  kind TEXT NOT NULL CHECK (kind IN ('slug', 'alias'))
) STRICT, WITHOUT ROWID;

CREATE INDEX organization_names_by_organization ON organization_names (organization_id);

CREATE TABLE organizations (
  id TEXT PRIMARY KEY,
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('active', 'suspended', 'removed')),
  entitlements TEXT NOT NULL,
  environments TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  revision INTEGER NOT NULL
, contacts TEXT NOT NULL DEFAULT '[]') STRICT;

CREATE INDEX organizations_by_creation ON organizations (created_at, id);

CREATE TABLE "outbox" (
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
) STRICT;

CREATE INDEX outbox_by_creation ON outbox (created_at, id);

CREATE INDEX outbox_queued ON outbox (next_attempt_at) WHERE status = 'queued';

CREATE INDEX outbox_sealed ON outbox (usable_until) WHERE sealed IS NOT NULL;

CREATE TABLE people (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  email_verified INTEGER NOT NULL CHECK (email_verified IN (0, 1)),
  second_factor INTEGER NOT NULL DEFAULT 0 CHECK (second_factor IN (0, 1)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  last_seen_at INTEGER
) STRICT;

CREATE TABLE secret_versions (
  key_id TEXT NOT NULL REFERENCES keys (id),
  number INTEGER NOT NULL CHECK (number >= 1),
  digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
  hint TEXT NOT NULL,
  ends_at INTEGER,
  ciphertext BLOB,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (key_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
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
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE INDEX sessions_ended ON sessions (expires_at) WHERE ended_at IS NOT NULL;

CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE signing_keys (
  kid TEXT PRIMARY KEY,
  public_key TEXT NOT NULL,
  private_key BLOB,
  created_at INTEGER NOT NULL,
  retired_at INTEGER,
  accepted_until INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE usage_minutes (
  minute INTEGER NOT NULL,
  key_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  decision TEXT NOT NULL,
  address TEXT NOT NULL,
  calls INTEGER NOT NULL,
  PRIMARY KEY (key_id, minute, version, decision, address)
) STRICT, WITHOUT ROWID;

CREATE INDEX usage_minutes_by_minute ON usage_minutes (minute);

CREATE TABLE verifiers (
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
) STRICT;

CREATE INDEX verifiers_by_end ON verifiers (may_accept_until);
