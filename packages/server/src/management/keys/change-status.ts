import { AppError } from '@keywright/core/problem-code.ts'
import type { StoredKey } from '../../store/key-record.ts'
import { destroyCiphertextQuery } from '../../store/secret-versions.ts'
import { requireTypeRole } from '../policy.ts'
import type { Caller, Services } from '../services.ts'
import { commit, type Unit } from '../unit.ts'
import { capCountQuery, requireRoom } from './check-cap.ts'
import { type LoadedKey, loadKey, requireCommand, storeKey } from './load-key.ts'

export type StatusCommand = 'activate' | 'deactivate' | 'remove'

/** Lets a pending or inactive key be used; the cap is asked again, so that deactivating and issuing cannot pass it. */
export function activateKey(services: Services, caller: Caller, organizationId: string, keyId: string): Promise<LoadedKey> {
  return commit(services, caller, async (unit) => changeStatus(unit, caller, 'activate', await loadKey(unit, organizationId, keyId)))
}

/** Stops a key until somebody activates it again. */
export function deactivateKey(services: Services, caller: Caller, organizationId: string, keyId: string): Promise<LoadedKey> {
  return commit(services, caller, async (unit) => changeStatus(unit, caller, 'deactivate', await loadKey(unit, organizationId, keyId)))
}

/** Ends a key for ever. Its record stays for the audit; what a reveal would need is destroyed. */
export function removeKey(services: Services, caller: Caller, organizationId: string, keyId: string): Promise<LoadedKey> {
  return commit(services, caller, async (unit) => changeStatus(unit, caller, 'remove', await loadKey(unit, organizationId, keyId)))
}

/**
 * Gives one key such a command. Everything that may refuse comes before anything is changed.
 * @returns the very `loaded` when there is nothing to do. @throws AppError.
 */
export async function changeStatus(unit: Unit, caller: Caller, command: StatusCommand, loaded: LoadedKey): Promise<LoadedKey> {
  const { type, key, versions } = loaded
  requireTypeRole(caller, type, 'manage')
  if (command === 'deactivate' && !type.deactivate) throw new AppError('policy_conflict', `Keys of the type "${type.slug}" cannot be deactivated.`)
  if (command === 'remove') {
    if (!type.remove)
      throw new AppError('policy_conflict', `Keys of the type "${type.slug}" cannot be removed.${type.replace.allowed ? ' Replace the secret instead.' : ''}`)
    return removeInUnit(unit, loaded)
  }
  if (requireCommand(command, loaded, unit.now) === 'no-op') return loaded
  if (command === 'deactivate') return deactivateInUnit(unit, loaded)
  const from = { from: key.status }
  const capCount = type.cap?.counts === 'active' ? capCountQuery(unit, type, key) : null
  if (capCount !== null) requireRoom(type, (await unit.batch<[{ count: number }]>([capCount]))[0][0]?.count ?? 0)
  return { ...loaded, key: storeKey(unit, { ...key, status: 'active' }, versions, 'key.activated', from) }
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
