import type { EndedSessionRecord } from '@keywright/core/replica/change.ts'
import type { CompiledQuery } from 'kysely'
import { sql } from 'kysely'
import type { ReadTransaction } from './database.ts'
import { type CreatedCursor, type Page, toPage } from './page.ts'
import { type Build, precompile } from './precompile.ts'
import type { Schema } from './schema.ts'

/** A session token that was minted; never the token. */
export interface StoredSession {
  keyId: string
  id: string
  secretVersion: number
  epoch: number
  issuedAt: number
  expiresAt: number
  audience: string | null
  address: string | null
  client: string | null
  /** When it was ended alone; null: it was not. */
  endedAt: number | null
}

const insert = precompile<StoredSession>((build, parameter) =>
  build
    .insertInto('sessions')
    .values({
      key_id: parameter('keyId'),
      id: parameter('id'),
      secret_version: parameter('secretVersion'),
      epoch: parameter('epoch'),
      issued_at: parameter('issuedAt'),
      expires_at: parameter('expiresAt'),
      audience: parameter('audience'),
      address: parameter('address'),
      client: parameter('client'),
      ended_at: parameter('endedAt'),
    })
    // One that was ended before its record came knows less of where it was minted, and nothing may bring it back.
    .onConflict((conflict) =>
      conflict.columns(['key_id', 'id']).doUpdateSet((eb) => ({
        address: eb.fn.coalesce('sessions.address', 'excluded.address'),
        client: eb.fn.coalesce('sessions.client', 'excluded.client'),
        ended_at: eb.fn.coalesce('sessions.ended_at', 'excluded.ended_at'),
      })),
    ),
)

/** Records a session, or completes the record that is there. */
export function putSessionQuery(build: Build, session: StoredSession): CompiledQuery<unknown> {
  return insert(build, session)
}

/** Forgets what expired before that instant. */
export const pruneSessionsQuery = precompile<{ before: number }>((build, parameter) =>
  build.deleteFrom('sessions').where('expires_at', '<', parameter('before')),
)

/** Sessions of one key of an organization, newest first. */
export async function listSessions(
  transaction: ReadTransaction,
  build: Build,
  organizationId: string,
  keyId: string,
  page: { limit: number; cursor?: CreatedCursor | undefined },
): Promise<Page<StoredSession, CreatedCursor>> {
  let query = build
    .selectFrom('sessions')
    .innerJoin('keys', 'keys.id', 'sessions.key_id')
    .selectAll('sessions')
    .where('keys.organization_id', '=', organizationId)
    .where('key_id', '=', keyId)
  if (page.cursor) query = query.where(sql<boolean>`(sessions.issued_at, sessions.id) < (${page.cursor.createdAt}, ${page.cursor.id})`)
  const rows = await transaction.all(
    query
      .orderBy('issued_at', 'desc')
      .orderBy('sessions.id', 'desc')
      .limit(page.limit + 1)
      .compile(),
  )
  return toPage(rows.map(toSession), page.limit, ({ issuedAt, id }) => ({ createdAt: issuedAt, id }))
}

export async function getSession(
  transaction: ReadTransaction,
  build: Build,
  place: { organizationId: string; keyId: string; id: string },
): Promise<StoredSession | null> {
  const row = await transaction.first(
    build
      .selectFrom('sessions')
      .innerJoin('keys', 'keys.id', 'sessions.key_id')
      .selectAll('sessions')
      .where('keys.organization_id', '=', place.organizationId)
      .where('key_id', '=', place.keyId)
      .where('sessions.id', '=', place.id)
      .compile(),
  )
  return row ? toSession(row) : null
}

/** Every session that was ended alone: what a verifier that begins must refuse. Expired ones are pruned in time, and harmless. */
export async function endedSessions(transaction: ReadTransaction, build: Build): Promise<EndedSessionRecord[]> {
  const query = build.selectFrom('sessions').select(['key_id', 'id', 'expires_at']).where('ended_at', 'is not', null)
  return (await transaction.all(query.compile())).map((row) => ({ keyId: row.key_id, sessionId: row.id, expiresAt: row.expires_at }))
}

function toSession(row: Schema['sessions']): StoredSession {
  return {
    keyId: row.key_id,
    id: row.id,
    secretVersion: row.secret_version,
    epoch: row.epoch,
    issuedAt: row.issued_at,
    expiresAt: row.expires_at,
    audience: row.audience,
    address: row.address,
    client: row.client,
    endedAt: row.ended_at,
  }
}
