import type { CompiledQuery } from 'kysely'
import type { Build } from './precompile.ts'

/** Type and organization of keys, whosever they are: for reports that come from verifiers, which know no organization. */
export function keyOwnersQuery(build: Build, ids: readonly string[]): CompiledQuery<{ id: string; key_type: string; organization_id: string }> {
  return build
    .selectFrom('keys')
    .select(['id', 'key_type', 'organization_id'])
    .where('id', 'in', ids.length === 0 ? [''] : ids)
    .compile()
}
