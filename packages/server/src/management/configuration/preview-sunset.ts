import { checkConfiguration } from '@keywright/core/configuration/check.ts'
import type { KeyType, SunsetRule } from '@keywright/core/configuration/key-type.ts'
import { DAY_MS, reachOf, withRule } from '@keywright/core/policy/sunset.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { type RawBuilder, sql } from 'kysely'
import type { ReadTransaction } from '../../store/database.ts'
import { type StoredKey, toStoredKey } from '../../store/key-record.ts'
import { retires } from '../../store/notices.ts'
import { type CreatedCursor, type Page, toPage } from '../../store/page.ts'
import type { Build } from '../../store/precompile.ts'
import { TOLD_ROLES } from '../notices/recipients.ts'
import { readConfiguration } from './read-configuration.ts'

const MOST_ORGANIZATIONS = 1000

export interface HitOrganization {
  id: string
  slug: string
  name: string
  keys: number
  lastSeenAt: number | null
  contacts: number
}

export interface HitKey {
  key: StoredKey
  slug: string
  lastSeen: { at: number; address: string | null; client: string | null } | null
}

export interface SunsetPreview {
  type: KeyType
  keys: number
  organizations: number
  byOrganization: HitOrganization[]
  page: Page<HitKey, CreatedCursor>
  notices: { days: number; at: number; passed: boolean }[]
}

/**
 * Whom a sunset rule would hit if it were saved now, in place of the one for the same origin. Nothing changes.
 * @throws AppError `invalid_configuration` with what saving it would refuse.
 */
export async function previewSunset(
  reader: ReadTransaction,
  build: Build,
  slug: string,
  rule: SunsetRule,
  paging: { limit: number; cursor?: CreatedCursor | undefined },
  now: number,
): Promise<SunsetPreview> {
  const type = await typeWithRule(reader, build, slug, rule)
  const reach = reachOf(type, rule)
  const notices = rule.noticeDays
    .toSorted((left, right) => right - left)
    .map((days) => ({ days, at: rule.retiredAt - days * DAY_MS, passed: now >= rule.retiredAt - days * DAY_MS }))
  if (reach === null) return { type, keys: 0, organizations: 0, byOrganization: [], page: { items: [], next: null }, notices }
  const hit = retires({ type: slug, reach, retiredAt: rule.retiredAt })
  const counted = build
    .selectFrom('keys')
    .select((eb) => [eb.fn.countAll<number>().as('keys'), eb.fn.count<number>('organization_id').distinct().as('organizations')])
  const total = await reader.first(counted.where(hit).compile())
  return {
    type,
    keys: total?.keys ?? 0,
    organizations: total?.organizations ?? 0,
    byOrganization: paging.cursor === undefined ? await organizationsHit(reader, build, hit) : [],
    page: await keysHit(reader, build, hit, paging),
    notices,
  }
}

async function typeWithRule(reader: ReadTransaction, build: Build, slug: string, rule: SunsetRule): Promise<KeyType> {
  const stored = await readConfiguration(reader, build)
  const before = stored.keyTypes.find((each) => each.slug === slug)
  if (!before) throw new AppError('not_found', 'There is no such key type.')
  const type = withRule(before, rule)
  const index = stored.keyTypes.indexOf(before)
  const place = `keyTypes[${slug}].sunset[${type.sunset.length - 1}].`
  const merged = { ...stored, keyTypes: stored.keyTypes.with(index, type) }
  const errors = checkConfiguration(merged)
    .filter((error) => error.path.startsWith(place))
    .map((error) => ({ ...error, path: error.path.slice(place.length) }))
  if (errors.length > 0) throw new AppError('invalid_configuration', 'The rule could not be saved like this.', { errors })
  return type
}

/** Owners and administrators who are no contacts as well: they are told too. */
const othersTold = sql<number>`(
  select count(*) from organization_members join people on people.id = organization_members.person_id
  where organization_members.organization_id = organizations.id and organization_members.role in (${sql.join(TOLD_ROLES)}) and people.email_verified = 1
    and not exists (select 1 from json_each(organizations.contacts) as contact where lower(contact.value) = people.email))`

async function organizationsHit(reader: ReadTransaction, build: Build, hit: RawBuilder<boolean>): Promise<HitOrganization[]> {
  const query = sql<HitOrganization>`
    select organizations.id, organizations.slug, organizations.name, counted.keys, counted.lastSeenAt, json_array_length(organizations.contacts) + ${othersTold} as contacts
    from (
      select keys.organization_id, count(*) as keys, max((select max(at) from last_seen where last_seen.key_id = keys.id)) as lastSeenAt
      from keys where ${hit} group by keys.organization_id
    ) as counted join organizations on organizations.id = counted.organization_id
    order by counted.keys desc, organizations.id limit ${MOST_ORGANIZATIONS}`
  return reader.all(query.compile(build))
}

async function keysHit(
  reader: ReadTransaction,
  build: Build,
  hit: RawBuilder<boolean>,
  { limit, cursor }: { limit: number; cursor?: CreatedCursor | undefined },
): Promise<Page<HitKey, CreatedCursor>> {
  let query = build
    .selectFrom('keys')
    .innerJoin('organizations', 'organizations.id', 'keys.organization_id')
    .selectAll('keys')
    .select('organizations.slug')
    .where(hit)
  if (cursor) query = query.where(sql<boolean>`(keys.created_at, keys.id) < (${cursor.createdAt}, ${cursor.id})`)
  const rows = await reader.all(
    query
      .orderBy('keys.created_at', 'desc')
      .orderBy('keys.id', 'desc')
      .limit(limit + 1)
      .compile(),
  )
  const ids = rows.map((row) => row.id)
  const seenRows =
    ids.length === 0
      ? []
      : await reader.all(build.selectFrom('last_seen').select(['key_id', 'at', 'address', 'client']).where('key_id', 'in', ids).orderBy('at').compile())
  const seen = new Map(seenRows.map(({ key_id, at, address, client }) => [key_id, { at, address, client }]))
  const items = rows.map((row) => ({ key: toStoredKey(row), slug: row.slug, lastSeen: seen.get(row.id) ?? null }))
  return toPage(items, limit, ({ key }) => ({ createdAt: key.createdAt, id: key.id }))
}
