import type { KeyStatus } from '@keywright/core/lifecycle.ts'
import { type RawBuilder, sql } from 'kysely'

/** A sunset rule of a type: its keys of that origin (null: all of them) are retired from `retiredAt` on. */
export interface EndedRule {
  type: string
  origin: string | null
  retiredAt: number
}

/** True for keys that show this status at `now`; core's `statusAt` as SQL. */
export function hasStatus(status: KeyStatus, ended: readonly EndedRule[], now: number): RawBuilder<boolean> {
  if (status === 'removed') return sql<boolean>`keys.status = 'removed'`
  const retired = isRetired(ended, now)
  if (status === 'retired') return sql<boolean>`(keys.status <> 'removed' and ${retired})`
  const expired = sql<boolean>`(keys.expires_at is not null and keys.expires_at <= ${now})`
  if (status === 'expired') return sql<boolean>`(keys.status <> 'removed' and not ${retired} and ${expired})`
  return sql<boolean>`(keys.status = ${status} and not ${retired} and not ${expired})`
}

/** True for keys that a rule has retired by `now`. Never null, so it can be negated. */
function isRetired(ended: readonly EndedRule[], now: number): RawBuilder<boolean> {
  const acting = ended.filter((rule) => rule.retiredAt <= now)
  if (acting.length === 0) return sql<boolean>`(1 = 0)`
  const rules = acting.map(({ type, origin }) =>
    origin === null ? sql`keys.key_type = ${type}` : sql`(keys.key_type = ${type} and coalesce(keys.origin, '') = ${origin})`,
  )
  return sql<boolean>`(${sql.join(rules, sql` or `)})`
}
