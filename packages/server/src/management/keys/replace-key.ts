import type { ReplaceKey } from '@keywright/core/contract/keys.ts'
import { planUpdate } from '@keywright/core/policy/issue-policy.ts'
import { AppError, type FieldError } from '@keywright/core/problem-code.ts'
import type { Secret } from '@keywright/core/secret/secret.ts'
import { formatDuration, formatInstant } from '@keywright/core/time.ts'
import { destroyCiphertextQuery, endOtherVersionsQuery, insertVersionQuery, type StoredVersion } from '../../store/secret-versions.ts'
import { requireTypeRole } from '../policy.ts'
import type { Caller, Services } from '../services.ts'
import { commit } from '../unit.ts'
import { type LoadedKey, loadKey, requireCommand, storeKey } from './load-key.ts'
import { makeSecret } from './make-secret.ts'

/**
 * Gives a key a new secret; id, name, counters, limits, scopes and history stay. The old secret ends now, or after the overlap.
 * @throws AppError `version_changed` when somebody else replaced it since the caller looked, `overlap_running`, `policy_conflict`.
 */
export async function replaceKey(
  services: Services,
  caller: Caller,
  organizationId: string,
  keyId: string,
  input: ReplaceKey,
): Promise<LoadedKey & { secret: Secret }> {
  return commit(services, caller, async (unit) => {
    const loaded = await loadKey(unit, organizationId, keyId)
    const { key, type } = loaded
    requireTypeRole(caller, type, 'manage')
    if (!type.replace.allowed) throw new AppError('policy_conflict', `Secrets of the type "${type.slug}" cannot be replaced. Issue a new key.`)
    requireCommand('replace', loaded, unit.now)
    if (input.expectedVersion !== key.newestVersion) throw versionChanged(loaded)
    const errors: FieldError[] = []
    const overlapSeconds = input.overlapSeconds ?? type.replace.overlapDefault
    if (overlapSeconds > type.replace.overlapMax)
      errors.push({
        path: 'overlapSeconds',
        code: 'too_long',
        message: `Must be at most ${type.replace.overlapMax} (${formatDuration(type.replace.overlapMax)}).`,
      })
    const planned = planUpdate(type, { expiresAt: input.expiresAt, expiresInSeconds: input.expiresInSeconds }, unit.now)
    if (!planned.ok) errors.push(...planned.error)
    if (errors.length > 0) throw new AppError('invalid_request', 'The key cannot be replaced like this.', { errors })
    if (overlapSeconds > 0 && overlapOf(loaded, unit.now) !== null)
      throw new AppError('overlap_running', 'An overlap is still running. Finish it first, or replace at once with no overlap.', {
        extra: { endsAt: formatInstant(overlapOf(loaded, unit.now) as number) },
      })

    const expiresAt = planned.ok && planned.value.expiresAt !== undefined ? planned.value.expiresAt : key.expiresAt
    const oldEndsAt = Math.min(unit.now + overlapSeconds * 1000, expiresAt ?? Number.POSITIVE_INFINITY)
    const number = key.newestVersion + 1
    const { secret, version } = makeSecret(services, caller, type, { organizationId, keyId, number }, unit.now)
    unit.defer(endOtherVersionsQuery(unit.build, { keyId, except: number, endsAt: oldEndsAt }))
    // Nobody can be shown an old secret again, so nothing is kept that would need protecting.
    unit.defer(destroyCiphertextQuery(unit.build, { keyId }))
    unit.defer(insertVersionQuery(unit.build, version))
    const versions = [...loaded.versions.map((old) => ({ ...old, ciphertext: null, endsAt: Math.min(old.endsAt ?? oldEndsAt, oldEndsAt) })), version]
    const detail = { version: number, overlapSeconds, oldEndsAt, newHint: version.hint }
    const next = storeKey(unit, { ...key, newestVersion: number, hint: version.hint, expiresAt }, versions, 'key.replaced', detail)
    return { ...loaded, key: next, versions, secret }
  })
}

/** Ends the old secret of a running overlap now. @throws AppError `no_overlap`. */
export async function finishOverlap(services: Services, caller: Caller, organizationId: string, keyId: string): Promise<LoadedKey> {
  return commit(services, caller, async (unit) => {
    const loaded = await loadKey(unit, organizationId, keyId)
    const { key } = loaded
    requireTypeRole(caller, loaded.type, 'manage')
    requireCommand('finish-overlap', loaded, unit.now)
    const ended = overlapOf(loaded, unit.now)
    if (ended === null) throw new AppError('no_overlap', 'No overlap is running: the key has one live secret.')
    unit.defer(endOtherVersionsQuery(unit.build, { keyId, except: key.newestVersion, endsAt: unit.now }))
    const versions = loaded.versions.map((old): StoredVersion =>
      old.number === key.newestVersion ? old : { ...old, endsAt: Math.min(old.endsAt ?? unit.now, unit.now) },
    )
    return { ...loaded, versions, key: storeKey(unit, key, versions, 'key.overlap_finished', { wouldHaveEndedAt: ended }) }
  })
}

/** When the running overlap ends; null when none runs. */
function overlapOf({ key, versions }: LoadedKey, now: number): number | null {
  const live = versions.filter((version) => version.number !== key.newestVersion && version.endsAt !== null && version.endsAt > now)
  return live.length === 0 ? null : Math.max(...live.map((version) => version.endsAt as number))
}

function versionChanged({ key, versions }: LoadedKey): AppError {
  const newest = versions.at(-1) as StoredVersion
  const who = newest.createdBy.name ?? newest.createdBy.id
  return new AppError(
    'version_changed',
    `The secret is at version ${key.newestVersion} by now: ${who} issued it at ${formatInstant(newest.createdAt)}. Look at the key again before you replace it.`,
    {
      extra: { newestVersion: key.newestVersion, changedBy: newest.createdBy, changedAt: formatInstant(newest.createdAt) },
    },
  )
}
