import { sql } from 'kysely'
import type { ReadTransaction } from './database.ts'
import type { Build } from './precompile.ts'

/** An open session as lists show it; instants in milliseconds. */
export interface ListedSession {
  id: string
  createdAt: number
  usedAt: number
  expiresAt: number
  address: string
  client: string
}

export async function listSessionsOfPerson(reader: ReadTransaction, build: Build, personId: string): Promise<ListedSession[]> {
  const rows = await reader.all(
    build
      .selectFrom('auth_sessions')
      .select(['id', 'created_at', 'used_at', 'expires_at', 'address', 'client'])
      .where('person_id', '=', personId)
      .orderBy('used_at', 'desc')
      .orderBy('id')
      .compile(),
  )
  return rows.map((row) => ({
    id: row.id,
    createdAt: row.created_at,
    usedAt: row.used_at,
    expiresAt: row.expires_at,
    address: row.address,
    client: row.client,
  }))
}

/** Somebody else's session is not found by the query itself. */
export function deleteSessionQuery(build: Build, personId: string, id: string) {
  return build.deleteFrom('auth_sessions').where('person_id', '=', personId).where('id', '=', id).compile()
}

export function deleteOtherSessionsQuery(build: Build, personId: string, keptId: string) {
  return build.deleteFrom('auth_sessions').where('person_id', '=', personId).where('id', '<>', keptId).compile()
}

export function touchQueries(build: Build, sessionId: string, personId: string, now: number) {
  return [
    build.updateTable('auth_sessions').set({ used_at: now }).where('id', '=', sessionId).compile(),
    build.updateTable('people').set({ last_seen_at: now }).where('id', '=', personId).compile(),
  ]
}

export function proveSessionQuery(build: Build, id: string, now: number) {
  return build.updateTable('auth_sessions').set({ proven_at: now }).where('id', '=', id).compile()
}

export function renamePersonQuery(build: Build, personId: string, name: string, now: number) {
  return build.updateTable('people').set({ name, updated_at: now }).where('id', '=', personId).compile()
}

/** What has ended by time, and what was never asked for again. */
export function forgetEndedQueries(build: Build, now: number, idleSince: number) {
  return [
    build
      .deleteFrom('auth_sessions')
      .where((eb) => eb.or([eb('expires_at', '<=', now), eb('used_at', '<=', idleSince)]))
      .compile(),
    build.deleteFrom('auth_verifications').where('expires_at', '<=', now).compile(),
  ]
}

export async function hasEnded(reader: ReadTransaction, build: Build, now: number, idleSince: number): Promise<boolean> {
  const [sessions, verifications] = await reader.batch<[{ id: string }, { id: string }]>([
    build
      .selectFrom('auth_sessions')
      .select('id')
      .where((eb) => eb.or([eb('expires_at', '<=', now), eb('used_at', '<=', idleSince)]))
      .limit(1)
      .compile(),
    build.selectFrom('auth_verifications').select('id').where('expires_at', '<=', now).limit(1).compile(),
  ])
  return sessions.length + verifications.length > 0
}

/** Every link to a person and every question about his second factor is void: their value begins with the person. */
export function voidLinksQuery(build: Build, personId: string) {
  return build
    .deleteFrom('auth_verifications')
    .where((eb) => eb.or([eb('value', '=', personId), sql<boolean>`substr(value, 1, length(${personId}) + 1) = ${personId} || ' '`]))
    .compile()
}

export function forgetProofsQuery(build: Build, personId: string) {
  return build.updateTable('auth_sessions').set({ proven_at: null }).where('person_id', '=', personId).compile()
}
