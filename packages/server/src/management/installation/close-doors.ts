import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import { narrowerRole } from '@keywright/core/permissions.ts'
import { CompiledQuery } from 'kysely'
import type { ReadTransaction } from '../../store/database.ts'
import type { MemberRole } from '../../store/members.ts'
import type { Unit } from '../unit.ts'

/** Who was a member with which role in the database of before: organization and person -> role. Null: it is not known. */
export type MembersBefore = ReadonlyMap<string, MemberRole> | null

/** What became of people and their access. */
export interface DoorsClosed {
  sessions: number
  invitations: number
  /** Members of the backup who had been removed since, by id. */
  removed: string[]
  /** Members whose role had been narrowed since, by id. */
  narrowed: string[]
  /** False: the database of before could not be asked, so whoever was removed after the backup is a member again. */
  known: boolean
}

export async function membersOf(reader: ReadTransaction): Promise<Map<string, MemberRole>> {
  const table = await reader.first(CompiledQuery.raw(`SELECT name FROM sqlite_schema WHERE name = 'organization_members'`))
  if (!table) return new Map()
  const rows = (await reader.all(CompiledQuery.raw('SELECT organization_id, person_id, role FROM organization_members'))) as {
    organization_id: string
    person_id: string
    role: MemberRole
  }[]
  return new Map(rows.map((row) => [placeOf(row), row.role]))
}

/**
 * A backup brings back who could come in then. What can be had again with a click is closed for all: sessions, links under way, waiting
 * invitations. A membership is taken away or narrowed where the database of before tells so; nothing is given.
 */
export async function closeDoors(unit: Unit, before: MembersBefore): Promise<DoorsClosed> {
  const { transaction, build, now } = unit
  const sessions = await transaction.run(build.deleteFrom('auth_sessions').compile())
  await transaction.run(build.deleteFrom('auth_verifications').compile())
  await transaction.run(build.deleteFrom('settings').where('name', '=', 'setUpLink').compile())
  const invitations = await transaction.run(
    build.updateTable('invitations').set({ status: 'withdrawn', token_digest: null, ended_at: now }).where('status', '=', 'pending').compile(),
  )
  const closed: DoorsClosed = { sessions: sessions.changes, invitations: invitations.changes, removed: [], narrowed: [], known: before !== null }
  if (before === null) return closed
  const rows = await transaction.all(build.selectFrom('organization_members').select(['id', 'organization_id', 'person_id', 'role']).orderBy('id').compile())
  // Were no operator left, nobody could let anybody in.
  const operatorLeft = rows.some((row) => row.organization_id === RESERVED_ORGANIZATION_ID && before.has(placeOf(row)))
  for (const row of rows) {
    const role = before.get(placeOf(row))
    if (role === undefined) {
      if (row.organization_id === RESERVED_ORGANIZATION_ID && !operatorLeft) continue
      unit.defer(build.deleteFrom('organization_members').where('id', '=', row.id).compile())
      closed.removed.push(row.id)
    } else if (role !== row.role && narrowerRole(role, row.role) !== row.role) {
      const narrower = narrowerRole(role, row.role) as MemberRole
      unit.defer(build.updateTable('organization_members').set({ role: narrower, updated_at: now }).where('id', '=', row.id).compile())
      closed.narrowed.push(row.id)
    }
  }
  return closed
}

function placeOf(row: { organization_id: string; person_id: string }): string {
  return `${row.organization_id}/${row.person_id}`
}
