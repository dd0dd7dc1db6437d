import type { BulkAnswer, BulkRequest } from '@keywright/core/contract/bulk.ts'
import { MANAGEMENT_KEY_TYPE, VERIFIER_KEY_TYPE } from '@keywright/core/configuration/reserved.ts'
import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import { statusAt } from '@keywright/core/lifecycle.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { knownIds, matchKeys, type BulkRow, type BulkScope } from '../../store/bulk-keys.ts'
import { listKeyTypes } from '../../store/key-types.ts'
import type { CreatedCursor } from '../../store/page.ts'
import { endedRules, lifecycleOf } from '../policy.ts'
import type { Caller, Services } from '../services.ts'
import { commit, type Unit } from '../unit.ts'
import { changeStatus } from './change-status.ts'
import { type LoadedKey, loadKey } from './load-key.ts'

export type BulkResult = Omit<BulkAnswer, 'nextCursor'> & { next: CreatedCursor | null }

/** Carries the answer out of a transaction that must leave nothing behind. */
class DryRun extends Error {
  readonly result: BulkResult

  constructor(result: BulkResult) {
    super('A dry run is rolled back.')
    this.result = result
  }
}

/**
 * Gives a command to every key that a filter matches, a page in one transaction. A dry run does the same work in a transaction that
 * is rolled back, so what it says is what would happen, caps included.
 * @param organizationId null: over all organizations. @throws AppError `count_changed` when other keys match than the caller saw.
 */
export async function bulkKeys(
  services: Services,
  caller: Caller,
  organizationId: string | null,
  request: BulkRequest,
  cursor: CreatedCursor | null,
): Promise<BulkResult> {
  try {
    return await commit(services, caller, async (unit) => {
      const result = await runPage(unit, caller, organizationId, request, cursor)
      if (request.dryRun) throw new DryRun(result)
      return result
    })
  } catch (error) {
    if (error instanceof DryRun) return error.result
    throw error
  }
}

async function runPage(unit: Unit, caller: Caller, organizationId: string | null, request: BulkRequest, cursor: CreatedCursor | null): Promise<BulkResult> {
  const { command, dryRun, expectedCount, limit } = request
  const scope = await scopeOf(unit, organizationId, request, cursor)
  const { count, rows } = await matchKeys(unit.transaction, unit.build, scope, limit)
  if (expectedCount !== undefined && expectedCount !== count)
    throw new AppError('count_changed', `The filter matches ${count} keys, not ${expectedCount}. Nothing was changed. Make a dry run and look again.`, {
      extra: { matched: count, expected: expectedCount },
    })
  const result: BulkResult = { command, dryRun, matched: count, changed: [], unchanged: 0, refused: [], notFound: [], remaining: 0, next: null }
  for (const row of rows) await one(unit, caller, row, result)
  const { ids } = request.filter
  if (ids !== undefined && cursor === null) {
    const known = await knownIds(unit.transaction, unit.build, scope, ids)
    result.notFound.push(...ids.filter((id) => !known.has(id)))
  }
  const last = rows.at(-1)
  result.remaining = count - rows.length
  if (last !== undefined && result.remaining > 0) result.next = { createdAt: last.created_at, id: last.id }
  return result
}

async function scopeOf(unit: Unit, organizationId: string | null, { filter }: BulkRequest, cursor: CreatedCursor | null): Promise<BulkScope> {
  const { type, status, ...same } = filter
  const types = (await listKeyTypes(unit.transaction, unit.build)).map((stored) => stored.definition)
  const given = Object.fromEntries(Object.entries(same).filter(([, value]) => value !== undefined))
  return {
    organizationId,
    filter: {
      ...given,
      exceptTypes: [MANAGEMENT_KEY_TYPE, VERIFIER_KEY_TYPE],
      ...(type === undefined ? {} : { types: [type] }),
      ...(status === undefined ? {} : { statuses: [status] }),
    },
    cursor,
    ended: endedRules(types),
    now: unit.now,
  }
}

async function one(unit: Unit, caller: Caller, { id, organization_id: organizationId }: BulkRow, result: BulkResult): Promise<void> {
  if (organizationId === RESERVED_ORGANIZATION_ID) return
  const loaded = await loadKey(unit, organizationId, id)
  try {
    const next = await changeStatus(unit, caller, result.command, loaded)
    if (next === loaded) result.unchanged++
    else result.changed.push({ ...factsOf(loaded), from: shown(loaded, unit.now), to: shown(next, unit.now) })
  } catch (error) {
    // One key that stays as it is does not keep the others from the command; anything but a refusal undoes the page.
    if (!(error instanceof AppError)) throw error
    result.refused.push({ ...factsOf(loaded), code: error.code, message: error.message })
  }
}

function factsOf({ key, organization }: LoadedKey) {
  const { id, type, environment, name, hint } = key
  return { id, organization: organization.slug, type, environment, name, hint }
}

function shown({ key, type }: LoadedKey, now: number): string {
  return statusAt(lifecycleOf(type, key), now)
}
