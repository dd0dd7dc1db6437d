import type { UsageMessage } from '@keywright/core/contract/replica-stream.ts'
import { addressGroup, parseAddress } from '@keywright/core/network/address.ts'
import { redactSecrets } from '@keywright/core/secret/redact.ts'
import { addUsage } from '../../store/usage.ts'
import { type KeyOwner, keyOwnersQuery } from '../../store/key-owners.ts'
import { lastBatchQuery, setLastBatchQuery } from '../../store/verifiers.ts'
import type { Services } from '../services.ts'
import { commit } from '../unit.ts'
import { nameOf, SYSTEM } from './store-usage.ts'

const MINUTE = 60_000
/** A verifier that was cut off for longer reports what happened before as of then. */
const OLDEST_MS = 7 * 86_400_000

/**
 * Stores a batch of what a verifier elsewhere has counted, once: a batch that comes again (its receipt was lost) changes nothing. Believed is only
 * what such a verifier can know: keys of the types that its APIs accept, and times that have passed.
 */
export async function storeVerifierUsage(services: Services, from: { verifier: string; types: ReadonlySet<string> }, usage: UsageMessage): Promise<void> {
  const now = services.clock.now()
  const ids = [...new Set([...usage.lastSeen, ...usage.counts, ...usage.refusals].map(({ keyId }) => keyId))].filter((id) => id !== '')
  await commit(services, SYSTEM, async (unit) => {
    const [[stored], owners] = await unit.batch<[{ last_batch: number }, KeyOwner]>([
      lastBatchQuery(unit.build, { id: from.verifier }),
      keyOwnersQuery(unit.build, ids),
    ])
    if (stored === undefined || stored.last_batch >= usage.batch) return
    const known = new Map(owners.filter((owner) => from.types.has(owner.key_type)).map((owner) => [owner.id, owner.organization_id]))
    const inTime = (at: number) => Math.min(now, Math.max(at, now - OLDEST_MS))
    addUsage(
      unit.transaction,
      unit.build,
      usage.lastSeen
        .filter(({ keyId }) => known.has(keyId))
        .map((seen) => ({ ...seen, at: inTime(seen.at), address: addressIn(seen.address), client: seen.client === null ? null : redactSecrets(seen.client) })),
      usage.counts
        .filter(({ keyId }) => keyId === '' || known.has(keyId))
        .map((counted) => ({ ...counted, minute: Math.floor(inTime(counted.minute * MINUTE) / MINUTE), address: groupIn(counted.address) })),
    )
    for (const { keyId, reason, detail, address } of usage.refusals) {
      if (keyId !== '' && !known.has(keyId)) continue
      unit.audit({
        organizationId: known.get(keyId) ?? null,
        action: 'verification.refused',
        subject: { kind: 'key', id: keyId },
        detail: { ...nameOf(owners, keyId), reason, detail: detail === null ? null : redactSecrets(detail) },
        ...(groupIn(address) === '' ? {} : { personal: { address: groupIn(address) } }),
      })
    }
    if (usage.moreRefusals > 0)
      unit.audit({
        organizationId: null,
        action: 'verification.refused',
        subject: { kind: 'key', id: '' },
        detail: { reason: 'various', kinds: usage.moreRefusals },
      })
    unit.defer(setLastBatchQuery(unit.build, { id: from.verifier, batch: usage.batch }))
  })
}

function addressIn(text: string | null): string | null {
  const parsed = parseAddress(text ?? '')
  return parsed.ok ? parsed.value.text : null
}

/** As it is counted: an IPv4 address, the /64 of an IPv6 one, or nothing. */
function groupIn(text: string): string {
  const bare = text.endsWith('::/64') ? text.slice(0, -3) : text
  return parseAddress(bare).ok ? addressGroup(bare) : ''
}
