import { isId } from '@keywright/core/id.ts'
import { sql, type Selectable, type SelectQueryBuilder } from 'kysely'
import type { ReadTransaction, WriteTransaction } from './database.ts'
import { type CreatedCursor, type Page, toPage } from './page.ts'
import type { Build } from './precompile.ts'
import type { Schema } from './schema.ts'

export interface StoredOrganization {
  id: string
  slug: string
  name: string
  status: 'active' | 'suspended' | 'removed'
  /** Sorted. */
  aliases: string[]
  entitlements: string[]
  environments: string[]
  /** E-mail addresses that are written to before keys end. */
  contacts: string[]
  createdAt: number
  updatedAt: number
  revision: number
}

type Row = Selectable<Schema['organizations']> & { aliases: string }

function select(build: Build): SelectQueryBuilder<Schema, 'organizations', Row> {
  return build
    .selectFrom('organizations')
    .selectAll('organizations')
    .select(
      sql<string>`(select json_group_array(name order by name) from organization_names where organization_id = organizations.id and kind = 'alias')`.as(
        'aliases',
      ),
    )
}

/**
 * Stores a new organization with its slug and aliases.
 * @throws a unique violation of `organization_names.name` when one of the names is taken.
 */
export async function insertOrganization(transaction: WriteTransaction, build: Build, organization: StoredOrganization): Promise<void> {
  const { id, slug, name, status, createdAt, updatedAt, revision } = organization
  const row = { id, slug, name, status, created_at: createdAt, updated_at: updatedAt, revision }
  const lists = toLists(organization)
  await transaction.batch([
    build
      .insertInto('organizations')
      .values({ ...row, ...lists })
      .compile(),
    insertNames(build, organization),
  ])
}

/** Stores the new state of an organization, names too. @throws as `insertOrganization`. */
export async function updateOrganization(transaction: WriteTransaction, build: Build, organization: StoredOrganization): Promise<void> {
  const { id, slug, name, status, updatedAt, revision } = organization
  const lists = toLists(organization)
  await transaction.batch([
    build
      .updateTable('organizations')
      .set({ slug, name, status, updated_at: updatedAt, revision, ...lists })
      .where('id', '=', id)
      .compile(),
    build.deleteFrom('organization_names').where('organization_id', '=', id).compile(),
    insertNames(build, organization),
  ])
}

export async function organizationById(transaction: ReadTransaction, build: Build, id: string): Promise<StoredOrganization | null> {
  const row = await transaction.first(select(build).where('id', '=', id).compile())
  return row ? toOrganization(row) : null
}

/** By id or slug, as API addresses name it; aliases are for companions only. */
export async function organizationByIdOrSlug(transaction: ReadTransaction, build: Build, idOrSlug: string): Promise<StoredOrganization | null> {
  if (isId('organization', idOrSlug)) return organizationById(transaction, build, idOrSlug)
  const named = build.selectFrom('organization_names').select('organization_id').where('name', '=', idOrSlug).where('kind', '=', 'slug')
  const row = await transaction.first(select(build).where('id', '=', named).compile())
  return row ? toOrganization(row) : null
}

/** Who has this slug or alias, in whatever case: a companion may fold what it reads, so two must not differ by case alone. Null: nobody. */
export async function organizationOfName(
  transaction: ReadTransaction,
  build: Build,
  name: string,
): Promise<{ organizationId: string; kind: 'slug' | 'alias' } | null> {
  const row = await transaction.first(
    build
      .selectFrom('organization_names')
      .selectAll()
      .where(sql<boolean>`lower(name) = lower(${name})`)
      .compile(),
  )
  return row ? { organizationId: row.organization_id, kind: row.kind } : null
}

export interface OrganizationFilter {
  /** Part of name, slug or alias, without regard to case. */
  q?: string
  status?: StoredOrganization['status']
  /** Left out, e.g. the reserved organization. */
  exceptId?: string
  cursor?: CreatedCursor
  limit: number
}

/** Newest first. */
export async function listOrganizations(
  transaction: ReadTransaction,
  build: Build,
  filter: OrganizationFilter,
): Promise<Page<StoredOrganization, CreatedCursor>> {
  let query = select(build)
  const { q, status, exceptId, cursor, limit } = filter
  if (status !== undefined) query = query.where('status', '=', status)
  if (exceptId !== undefined) query = query.where('id', '<>', exceptId)
  if (q !== undefined && q !== '') {
    const part = q.toLowerCase()
    query = query.where((eb) =>
      eb.or([
        eb(sql<number>`instr(lower(organizations.name), ${part})`, '>', 0),
        sql<boolean>`exists (select 1 from organization_names where organization_id = organizations.id and instr(lower(organization_names.name), ${part}) > 0)`,
      ]),
    )
  }
  if (cursor) query = query.where(sql<boolean>`(created_at, id) < (${cursor.createdAt}, ${cursor.id})`)
  const rows = await transaction.all(
    query
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .compile(),
  )
  return toPage(rows.map(toOrganization), limit, ({ createdAt, id }) => ({ createdAt, id }))
}

/** Every organization, in pages ordered by id. */
export async function* eachOrganizationPage(transaction: ReadTransaction, build: Build, pageSize = 500): AsyncGenerator<StoredOrganization[]> {
  for (let after = ''; ;) {
    const rows = await transaction.all(select(build).where('id', '>', after).orderBy('id').limit(pageSize).compile())
    if (rows.length > 0) yield rows.map(toOrganization)
    if (rows.length < pageSize) return
    after = (rows.at(-1) as Row).id
  }
}

function toLists({ entitlements, environments, contacts }: StoredOrganization) {
  return { entitlements: JSON.stringify(entitlements), environments: JSON.stringify(environments), contacts: JSON.stringify(contacts) }
}

function insertNames(build: Build, { id, slug, aliases }: StoredOrganization) {
  const names = [{ name: slug, organization_id: id, kind: 'slug' as const }, ...aliases.map((name) => ({ name, organization_id: id, kind: 'alias' as const }))]
  return build.insertInto('organization_names').values(names).compile()
}

function toOrganization(row: Row): StoredOrganization {
  const { id, slug, name, status, revision } = row
  const lists = {
    aliases: JSON.parse(row.aliases) as string[],
    entitlements: JSON.parse(row.entitlements) as string[],
    environments: JSON.parse(row.environments) as string[],
    contacts: JSON.parse(row.contacts) as string[],
  }
  return { id, slug, name, status, ...lists, createdAt: row.created_at, updatedAt: row.updated_at, revision }
}
