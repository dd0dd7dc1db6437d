import type { UpdateKey } from '@keywright/core/contract/keys.ts'
import { planUpdate } from '@keywright/core/policy/issue-policy.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import type { StoredKey } from '../../store/key-record.ts'
import { nameExistsQuery } from '../../store/keys.ts'
import { endOtherVersionsQuery } from '../../store/secret-versions.ts'
import { requireTypeRole } from '../policy.ts'
import { changesBetween } from '../changes-between.ts'
import type { Caller, Services } from '../services.ts'
import { commit } from '../unit.ts'
import { capCountQuery, requireRoom } from './check-cap.ts'
import { nameTaken } from './issue-key.ts'
import { type LoadedKey, loadKey, requireCommand, storeKey } from './load-key.ts'

/** What may still be changed of a key that has expired or was retired. */
const ALWAYS: readonly string[] = ['name', 'tags', 'metadata']

/** Changes a key. Nothing that the caller did not name changes; an expired key keeps its end. */
export async function updateKey(services: Services, caller: Caller, organizationId: string, keyId: string, input: UpdateKey): Promise<LoadedKey> {
  return commit(services, caller, async (unit) => {
    const loaded = await loadKey(unit, organizationId, keyId)
    const { key, type } = loaded
    requireTypeRole(caller, type, 'manage')
    const verdict = requireCommand('update', loaded, unit.now)
    const refused = Object.keys(input).filter((field) => !ALWAYS.includes(field))
    if (verdict === 'limited' && refused.length > 0) {
      throw new AppError('status_conflict', 'The key has ended: only its name, tags and metadata can be changed. Issue a new one.', {
        errors: refused.map((path) => ({ path, code: 'key_ended', message: 'Cannot be changed any more.' })),
      })
    }
    const planned = planUpdate(type, input, unit.now)
    if (!planned.ok) throw new AppError('invalid_request', 'The key cannot be changed like this.', { errors: planned.error })
    const next: StoredKey = { ...key, ...planned.value, metadata: input.metadata ?? key.metadata, tags: input.tags ?? key.tags }
    if (type.naming.unique && next.name !== '' && planned.value.name !== undefined) {
      const [named] = await unit.batch<[{ id: string }]>([nameExistsQuery(unit.build, organizationId, type.slug, next.name, key.id)])
      if (named.length > 0) throw nameTaken(next.name)
    }
    if (next.expiresAt !== key.expiresAt) {
      const capCount = type.cap?.counts === 'active' && key.status === 'active' ? capCountQuery(unit, type, key) : null
      // The key itself is one of those counted.
      if (capCount !== null) requireRoom(type, ((await unit.batch<[{ count: number }]>([capCount]))[0][0]?.count ?? 1) - 1)
      if (next.expiresAt !== null) unit.defer(endOtherVersionsQuery(unit.build, { keyId: key.id, except: key.newestVersion, endsAt: next.expiresAt }))
    }
    const changes = changesBetween(key, next, COMPARED)
    if (Object.keys(changes).length === 0) return loaded
    const { expiresAt } = next
    const versions = loaded.versions.map((version) =>
      version.number === key.newestVersion || expiresAt === null ? version : { ...version, endsAt: Math.min(version.endsAt ?? expiresAt, expiresAt) },
    )
    return { ...loaded, versions, key: storeKey(unit, next, versions, 'key.updated', { changes }) }
  })
}

const COMPARED = ['name', 'scopes', 'addresses', 'expiresAt', 'limits', 'metadata', 'tags'] as const
