import { AppError } from '@keywright/core/problem-code.ts'
import type { StoredKey } from '../../store/key-record.ts'
import { destroyCiphertextQuery } from '../../store/secret-versions.ts'
import { requireTypeRole } from '../policy.ts'
import type { Caller, Services } from '../services.ts'
import { commit, type Unit } from '../unit.ts'
import { capCountQuery, requireRoom } from './check-cap.ts'
import { type LoadedKey, loadKey, requireCommand, storeKey } from './load-key.ts'

/** Lets a pending or inactive key be used; the cap is asked again, so that deactivating and issuing cannot pass it. */
export async function activateKey(services: Services, caller: Caller, organizationId: string, keyId: string): Promise<LoadedKey> {
  return commit(services, caller, async (unit) => {
    const loaded = await loadKey(unit, organizationId, keyId)
    requireTypeRole(caller, loaded.type, 'manage')
    if (requireCommand('activate', loaded, unit.now) === 'no-op') return loaded
    const capCount = loaded.type.cap?.counts === 'active' ? capCountQuery(unit, loaded.type, loaded.key) : null
    if (capCount !== null) requireRoom(loaded.type, (await unit.batch<[{ count: number }]>([capCount]))[0][0]?.count ?? 0)
    return { ...loaded, key: storeKey(unit, { ...loaded.key, status: 'active' }, loaded.versions, 'key.activated', { from: loaded.key.status }) }
  })
}

/** Stops a key until somebody activates it again. */
export async function deactivateKey(services: Services, caller: Caller, organizationId: string, keyId: string): Promise<LoadedKey> {
  return commit(services, caller, async (unit) => {
    const loaded = await loadKey(unit, organizationId, keyId)
    requireTypeRole(caller, loaded.type, 'manage')
    if (!loaded.type.deactivate) throw new AppError('policy_conflict', `Keys of the type "${loaded.type.slug}" cannot be deactivated.`)
    if (requireCommand('deactivate', loaded, unit.now) === 'no-op') return loaded
    return deactivateInUnit(unit, loaded)
  })
}

/** Ends a key for ever. Its record stays for the audit; what a reveal would need is destroyed. */
export async function removeKey(services: Services, caller: Caller, organizationId: string, keyId: string): Promise<LoadedKey> {
  return commit(services, caller, async (unit) => {
    const loaded = await loadKey(unit, organizationId, keyId)
    requireTypeRole(caller, loaded.type, 'manage')
    if (!loaded.type.remove)
      throw new AppError(
        'policy_conflict',
        `Keys of the type "${loaded.type.slug}" cannot be removed.${loaded.type.replace.allowed ? ' Replace the secret instead.' : ''}`,
      )
    return removeInUnit(unit, loaded)
  })
}

/** Ends every session of the key for good: activating restores the key, not its sessions. */
function withoutSessions(key: StoredKey): StoredKey {
  return { ...key, epoch: key.epoch + 1 }
}

/** The part every way of deactivating shares; the caller has asked whether it may be. */
export function deactivateInUnit(unit: Unit, loaded: LoadedKey, detail: Record<string, unknown> = {}): LoadedKey {
  const { key, versions } = loaded
  return { ...loaded, key: storeKey(unit, withoutSessions({ ...key, status: 'inactive' }), versions, 'key.deactivated', { from: key.status, ...detail }) }
}

/** The part every way of removing shares. */
export function removeInUnit(
  unit: Unit,
  loaded: LoadedKey,
  action: 'key.removed' | 'management_key.removed' | 'verifier_key.removed' = 'key.removed',
  detail: Record<string, unknown> = {},
): LoadedKey {
  if (requireCommand('remove', loaded, unit.now) === 'no-op') return loaded
  unit.defer(destroyCiphertextQuery(unit.build, { keyId: loaded.key.id }))
  const versions = loaded.versions.map((version) => ({ ...version, ciphertext: null }))
  return {
    ...loaded,
    versions,
    key: storeKey(unit, withoutSessions({ ...loaded.key, status: 'removed' }), versions, action, { from: loaded.key.status, ...detail }),
  }
}
