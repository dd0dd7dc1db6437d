import { sql } from 'kysely'
import type { ReadTransaction } from './database.ts'
import type { Build } from './precompile.ts'
import type { Schema } from './schema.ts'

/** A key that somebody made and that is not removed. */
export interface KeyMadeBy {
  id: string
  type: string
  name: string
  hint: string
  status: Schema['keys']['status']
}

/** More would be no list that anybody reviews. */
export const MOST_FOR_REVIEW = 500

/** Keys and management keys of an organization that a person made, newest first. */
export async function keysMadeBy(transaction: ReadTransaction, build: Build, organizationId: string, personId: string): Promise<KeyMadeBy[]> {
  const query = build
    .selectFrom('keys')
    .select(['id', 'key_type as type', 'name', 'hint', 'status'])
    .where('organization_id', '=', organizationId)
    .where('status', '<>', 'removed')
    .where(sql<boolean>`created_by ->> 'kind' = 'person' and created_by ->> 'id' = ${personId}`)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(MOST_FOR_REVIEW)
  return transaction.all(query.compile())
}
