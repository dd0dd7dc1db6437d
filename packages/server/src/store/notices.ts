import type { SunsetReach } from '@keywright/core/policy/sunset.ts'
import { type CompiledQuery, type RawBuilder, sql } from 'kysely'
import type { ReadTransaction } from './database.ts'
import { type Build, precompileInsert } from './precompile.ts'
import type { Schema } from './schema.ts'

const DAY_MS = 86_400_000
const ORGANIZATIONS_AT_ONCE = 200

/** Keys that a sunset rule retires: of the type and origin, not removed, and not expired by then. */
export interface SunsetScope {
  type: string
  reach: SunsetReach
  retiredAt: number
}

export function retires({ type, reach, retiredAt }: SunsetScope): RawBuilder<boolean> {
  const origin =
    'only' in reach
      ? sql`coalesce(keys.origin, '') = ${reach.only}`
      : reach.except.length === 0
        ? sql`(1 = 1)`
        : sql`(keys.origin is null or keys.origin not in (${sql.join(reach.except)}))`
  return sql<boolean>`(keys.key_type = ${type} and keys.status <> 'removed' and (keys.expires_at is null or keys.expires_at > ${retiredAt}) and ${origin})`
}

/**
 * Keys that expire within so many days and were not announced at this day or a later one. A day that lay before the key was issued
 * is none: whoever takes a key for a week knows that it ends in a week.
 */
export function expires(days: number, now: number): RawBuilder<boolean> {
  const ahead = days * DAY_MS
  return sql<boolean>`(keys.expires_at > ${now} and keys.expires_at <= ${now + ahead} and keys.status <> 'removed' and keys.created_at < keys.expires_at - ${ahead}
    and not exists (select 1 from notices as said where said.organization_id = keys.organization_id and said.kind = 'expiry' and said.subject = keys.id
      and said.ends_at = keys.expires_at and said.days <= ${days}))`
}

/** Organizations to which a sunset was not announced at this day or a later one. */
export function notTold(subject: string, endsAt: number, days: number): RawBuilder<boolean> {
  return sql<boolean>`not exists (select 1 from notices as said where said.organization_id = keys.organization_id and said.kind = 'sunset' and said.subject = ${subject}
    and said.ends_at = ${endsAt} and said.days <= ${days})`
}

/** Some organizations that hold keys like these; their removal has ended theirs. */
export async function organizationsWith(reader: ReadTransaction, build: Build, conditions: readonly RawBuilder<boolean>[]): Promise<string[]> {
  let query = build.selectFrom('keys').select('organization_id').distinct()
  for (const condition of conditions) query = query.where(condition)
  return (await reader.all(query.limit(ORGANIZATIONS_AT_ONCE).compile())).map((row) => row.organization_id)
}

export interface NoticedKey {
  id: string
  key_type: string
  environment: string
  name: string
  hint: string
  expires_at: number | null
}

/** How many keys of an organization are like these, and the first of them by their end. */
export function noticedKeysQueries(
  build: Build,
  organizationId: string,
  condition: RawBuilder<boolean>,
  limit: number,
): [CompiledQuery<{ count: number }>, CompiledQuery<NoticedKey>] {
  const like = build.selectFrom('keys').where('organization_id', '=', organizationId).where(condition)
  return [
    like.select((eb) => eb.fn.countAll<number>().as('count')).compile(),
    like.select(['id', 'key_type', 'environment', 'name', 'hint', 'expires_at']).orderBy('expires_at').orderBy('created_at').limit(limit).compile(),
  ]
}

export const insertNoticeQuery: (build: Build, notice: Schema['notices']) => CompiledQuery<unknown> = precompileInsert('notices', [
  'organization_id',
  'kind',
  'subject',
  'ends_at',
  'days',
  'message_id',
  'queued_at',
]) as never

/** Writes down that the expiry of every such key of an organization was announced. */
export function insertExpiryNoticesQuery(
  build: Build,
  { organizationId, days, messageId, now }: { organizationId: string; days: number; messageId: string; now: number },
): CompiledQuery<unknown> {
  return sql`insert into notices (organization_id, kind, subject, ends_at, days, message_id, queued_at)
    select organization_id, 'expiry', id, expires_at, ${days}, ${messageId}, ${now} from keys where organization_id = ${organizationId} and ${expires(days, now)}`.compile(
    build,
  )
}
