import type { CompiledQuery } from 'kysely'
import type { Build } from './precompile.ts'

export interface KeyOwner {
  id: string
  key_type: string
  organization_id: string
  environment: string
  name: string
  hint: string
}

/** Whose keys these are and what they are called, whosever they are: for reports that come from verifiers, which know no organization. */
export function keyOwnersQuery(build: Build, ids: readonly string[]): CompiledQuery<KeyOwner> {
  return build
    .selectFrom('keys')
    .select(['id', 'key_type', 'organization_id', 'environment', 'name', 'hint'])
    .where('id', 'in', ids.length === 0 ? [''] : ids)
    .compile()
}
