import type { OrganizationRole } from '@keywright/core/permissions.ts'
import { sql } from 'kysely'
import type { Actor } from '../kernel/actor.ts'
import type { ReadTransaction } from './database.ts'
import { type CreatedCursor, type Page, toPage } from './page.ts'
import type { Build } from './precompile.ts'
import type { Schema } from './schema.ts'

export type MemberRole = OrganizationRole | 'operator'

/** A person in an organization. Operators are members of the reserved organization. */
export interface StoredMember {
  id: string
  organizationId: string
  personId: string
  role: MemberRole
  /** Null: he made the organization, or set up the installation. */
  invitedBy: Actor | null
  createdAt: number
  updatedAt: number
}

/** A member with what lists show of the person. */
export interface ListedMember extends StoredMember {
  person: { name: string; email: string; secondFactor: boolean; lastSeenAt: number | null }
}

/** Where a person is a member; organizations that were removed are left out. */
export interface Membership {
  memberId: string
  organization: { id: string; slug: string; name: string; status: 'active' | 'suspended' }
  role: MemberRole
}

export async function membershipsOf(transaction: ReadTransaction, build: Build, personId: string): Promise<Membership[]> {
  const rows = await transaction.all(
    build
      .selectFrom('organization_members')
      .innerJoin('organizations', 'organizations.id', 'organization_members.organization_id')
      .select(['organization_members.id as member_id', 'organization_members.role', 'organizations.id', 'slug', 'name', 'status'])
      .where('person_id', '=', personId)
      .where('status', '<>', 'removed')
      .orderBy('name')
      .orderBy('organizations.id')
      .compile(),
  )
  return rows.map(({ member_id: memberId, role, id, slug, name, status }) => ({
    memberId,
    role,
    organization: { id, slug, name, status: status as 'active' | 'suspended' },
  }))
}

/** Null: not a member. */
export async function memberOf(transaction: ReadTransaction, build: Build, organizationId: string, personId: string): Promise<StoredMember | null> {
  const query = build.selectFrom('organization_members').selectAll().where('organization_id', '=', organizationId).where('person_id', '=', personId)
  const row = await transaction.first(query.compile())
  return row ? toMember(row) : null
}

export async function getMember(transaction: ReadTransaction, build: Build, organizationId: string, id: string): Promise<ListedMember | null> {
  const row = await transaction.first(select(build, organizationId).where('organization_members.id', '=', id).compile())
  return row ? toListed(row) : null
}

/** Oldest first: whoever was there first stays where he stood. */
export async function listMembers(
  transaction: ReadTransaction,
  build: Build,
  organizationId: string,
  { cursor, limit }: { cursor?: CreatedCursor | undefined; limit: number },
): Promise<Page<ListedMember, CreatedCursor>> {
  let query = select(build, organizationId)
  if (cursor) query = query.where(sql<boolean>`(organization_members.created_at, organization_members.id) > (${cursor.createdAt}, ${cursor.id})`)
  const rows = await transaction.all(
    query
      .orderBy('organization_members.created_at')
      .orderBy('organization_members.id')
      .limit(limit + 1)
      .compile(),
  )
  return toPage(rows.map(toListed), limit, ({ createdAt, id }) => ({ createdAt, id }))
}

export async function countMembers(transaction: ReadTransaction, build: Build, organizationId: string, role?: MemberRole): Promise<number> {
  let query = build
    .selectFrom('organization_members')
    .select(sql<number>`count(*)`.as('count'))
    .where('organization_id', '=', organizationId)
  if (role !== undefined) query = query.where('role', '=', role)
  return (await transaction.first(query.compile()))?.count ?? 0
}

/** Addresses of the members with one of these roles, as far as they were proven; whoever was there first stands first. */
export async function emailsOfRoles(
  transaction: ReadTransaction,
  build: Build,
  organizationId: string,
  roles: readonly MemberRole[],
  limit: number,
): Promise<string[]> {
  const query = select(build, organizationId)
    .where('role', 'in', roles)
    .where('people.email_verified', '=', 1)
    .orderBy('organization_members.created_at')
    .orderBy('organization_members.id')
    .limit(limit)
  return (await transaction.all(query.compile())).map((row) => row.email)
}

/** In how many organizations that still exist somebody is a member, the operators counted as one. */
export async function countMemberships(transaction: ReadTransaction, build: Build, personId: string): Promise<number> {
  const query = build
    .selectFrom('organization_members')
    .innerJoin('organizations', 'organizations.id', 'organization_members.organization_id')
    .select(sql<number>`count(*)`.as('count'))
    .where('person_id', '=', personId)
    .where('status', '<>', 'removed')
  return (await transaction.first(query.compile()))?.count ?? 0
}

/** Of how many organizations somebody is an owner, removed ones too: their names stay taken. */
export async function countOwned(transaction: ReadTransaction, build: Build, personId: string): Promise<number> {
  const query = build
    .selectFrom('organization_members')
    .select(sql<number>`count(*)`.as('count'))
    .where('person_id', '=', personId)
    .where('role', '=', 'owner')
  return (await transaction.first(query.compile()))?.count ?? 0
}

/** Fails on the unique pair of organization and person where he is a member already. */
export function insertMemberQuery(build: Build, member: StoredMember) {
  const row = {
    id: member.id,
    organization_id: member.organizationId,
    person_id: member.personId,
    role: member.role,
    invited_by: member.invitedBy === null ? null : JSON.stringify(member.invitedBy),
    created_at: member.createdAt,
    updated_at: member.updatedAt,
  }
  return build.insertInto('organization_members').values(row).compile()
}

export function updateRoleQuery(build: Build, organizationId: string, id: string, role: MemberRole, now: number) {
  return build.updateTable('organization_members').set({ role, updated_at: now }).where('organization_id', '=', organizationId).where('id', '=', id).compile()
}

export function deleteMemberQuery(build: Build, organizationId: string, id: string) {
  return build.deleteFrom('organization_members').where('organization_id', '=', organizationId).where('id', '=', id).compile()
}

type ListedRow = Schema['organization_members'] & Pick<Schema['people'], 'name' | 'email' | 'second_factor' | 'last_seen_at'>

function select(build: Build, organizationId: string) {
  return build
    .selectFrom('organization_members')
    .innerJoin('people', 'people.id', 'organization_members.person_id')
    .selectAll('organization_members')
    .select(['people.name', 'people.email', 'people.second_factor', 'people.last_seen_at'])
    .where('organization_id', '=', organizationId)
}

function toListed(row: ListedRow): ListedMember {
  const { name, email, second_factor: secondFactor, last_seen_at: lastSeenAt } = row
  return { ...toMember(row), person: { name, email, secondFactor: secondFactor === 1, lastSeenAt } }
}

function toMember(row: Schema['organization_members']): StoredMember {
  return {
    id: row.id,
    organizationId: row.organization_id,
    personId: row.person_id,
    role: row.role,
    invitedBy: row.invited_by === null ? null : (JSON.parse(row.invited_by) as Actor),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
