import type { LastSeen, UsageCount } from '@keywright/core/usage/usage.ts'
import type { ReadTransaction, WriteTransaction } from './database.ts'
import { type Build, precompile } from './precompile.ts'

const seen = precompile<LastSeen & { keyId: string }>((build, parameter) =>
  build
    .insertInto('last_seen')
    .values({
      key_id: parameter('keyId'),
      version: parameter('version'),
      at: parameter('at'),
      address: parameter('address'),
      client: parameter('client'),
      calls: parameter('calls'),
    })
    .onConflict((conflict) =>
      conflict.columns(['key_id', 'version']).doUpdateSet((eb) => {
        // Verifiers report late and out of order: an older call adds to the count and changes nothing else.
        const newest = (column: 'address' | 'client') =>
          eb
            .case()
            .when('excluded.at', '>=', eb.ref('last_seen.at'))
            .then(eb.ref(`excluded.${column}`))
            .else(eb.ref(`last_seen.${column}`))
            .end()
        return {
          calls: eb('last_seen.calls', '+', eb.ref('excluded.calls')),
          address: newest('address'),
          client: newest('client'),
          at: eb.case().when('excluded.at', '>=', eb.ref('last_seen.at')).then(eb.ref('excluded.at')).else(eb.ref('last_seen.at')).end(),
        }
      }),
    ),
)

const counted = precompile<UsageCount>((build, parameter) =>
  build
    .insertInto('usage_minutes')
    .values({
      minute: parameter('minute'),
      key_id: parameter('keyId'),
      version: parameter('version'),
      decision: parameter('decision'),
      address: parameter('address'),
      calls: parameter('calls'),
    })
    .onConflict((conflict) =>
      conflict
        .columns(['key_id', 'minute', 'version', 'decision', 'address'])
        .doUpdateSet((eb) => ({ calls: eb('usage_minutes.calls', '+', eb.ref('excluded.calls')) })),
    ),
)

/** Adds a batch of usage; nothing is read, so all of it rides with the commit. */
export function addUsage(
  transaction: WriteTransaction,
  build: Build,
  lastSeen: readonly (LastSeen & { keyId: string })[],
  counts: readonly UsageCount[],
): void {
  for (const entry of lastSeen) transaction.defer(seen(build, entry))
  for (const entry of counts) transaction.defer(counted(build, entry))
}

/** Newest version first; empty for a stranger's key. */
export async function lastSeenOfKey(transaction: ReadTransaction, build: Build, organizationId: string, keyId: string): Promise<LastSeen[]> {
  return transaction.all(
    build
      .selectFrom('last_seen')
      .innerJoin('keys', 'keys.id', 'last_seen.key_id')
      .select(['version', 'at', 'address', 'client', 'calls'])
      .where('keys.organization_id', '=', organizationId)
      .where('key_id', '=', keyId)
      .orderBy('version', 'desc')
      .compile(),
  )
}

export interface UsagePoint {
  /** Instant at which the minute, hour or day (UTC) begins. */
  at: number
  version: number
  decision: string
  calls: number
}

/** Usage of a key from `from` until before `to`, added up by minute, hour or day, oldest first. */
export async function usageSeries(
  transaction: ReadTransaction,
  build: Build,
  organizationId: string,
  keyId: string,
  range: { from: number; to: number; step: 'minute' | 'hour' | 'day' },
): Promise<UsagePoint[]> {
  const rows = await transaction.all(
    build
      .selectFrom('usage_minutes')
      .innerJoin('keys', 'keys.id', 'usage_minutes.key_id')
      .select((eb) => ['minute', 'version', 'decision', eb.fn.sum<number>('calls').as('calls')])
      .where('keys.organization_id', '=', organizationId)
      .where('key_id', '=', keyId)
      .where('minute', '>=', Math.floor(range.from / 60_000))
      .where('minute', '<', Math.ceil(range.to / 60_000))
      .groupBy(['minute', 'version', 'decision'])
      .orderBy('minute')
      .orderBy('version')
      .orderBy('decision')
      .compile(),
  )
  const step = { minute: 1, hour: 60, day: 1440 }[range.step]
  const points = new Map<string, UsagePoint>()
  for (const { minute, version, decision, calls } of rows) {
    const at = Math.floor(minute / step) * step * 60_000
    const key = `${at} ${version} ${decision}`
    const point = points.get(key)
    if (point) point.calls += calls
    else points.set(key, { at, version, decision, calls })
  }
  return [...points.values()]
}

/** Refusals of a key by reason and address from `from` until before `to`, most first. */
export async function refusalsOfKey(
  transaction: ReadTransaction,
  build: Build,
  organizationId: string,
  keyId: string,
  range: { from: number; to: number; limit: number },
): Promise<{ decision: string; address: string; calls: number; lastMinute: number }[]> {
  return transaction.all(
    build
      .selectFrom('usage_minutes')
      .innerJoin('keys', 'keys.id', 'usage_minutes.key_id')
      .select((eb) => ['decision', 'usage_minutes.address as address', eb.fn.sum<number>('calls').as('calls'), eb.fn.max<number>('minute').as('lastMinute')])
      .where('keys.organization_id', '=', organizationId)
      .where('key_id', '=', keyId)
      .where('decision', '<>', 'allowed')
      .where('minute', '>=', Math.floor(range.from / 60_000))
      .where('minute', '<', Math.ceil(range.to / 60_000))
      .groupBy(['decision', 'usage_minutes.address'])
      .orderBy('calls', 'desc')
      .limit(range.limit)
      .compile(),
  )
}
