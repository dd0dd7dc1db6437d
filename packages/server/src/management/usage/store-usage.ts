import type { LastSeen, UsageCount } from '@keywright/core/usage/usage.ts'
import { type KeyOwner, keyOwnersQuery } from '../../store/key-owners.ts'
import { addUsage } from '../../store/usage.ts'
import type { Caller, Services } from '../services.ts'
import { commit } from '../unit.ts'

/** Whatever counts verifications. */
export const SYSTEM: Caller = {
  actor: { kind: 'system', id: 'verification', name: null },
  role: 'operator',
  capabilities: new Set(),
  organizationId: null,
  requestId: null,
}

/** What verifiers have counted since they last reported. */
export interface ReportedUsage {
  lastSeen: readonly (LastSeen & { keyId: string })[]
  counts: readonly UsageCount[]
  /** Refusals that were the first of their kind within an hour. */
  refusals: readonly { keyId: string; organizationId: string | null; reason: string; detail: string | null; address: string }[]
  moreRefusals: number
}

/** Stores a batch of usage in one transaction, and an audit event for each refusal that was the first of its kind. */
export async function storeUsage(services: Services, usage: ReportedUsage): Promise<void> {
  await commit(services, SYSTEM, async (unit) => {
    const [owners] = await unit.batch<[KeyOwner]>([keyOwnersQuery(unit.build, [...new Set(usage.refusals.map(({ keyId }) => keyId))])])
    addUsage(unit.transaction, unit.build, usage.lastSeen, usage.counts)
    for (const { keyId, organizationId, reason, detail, address } of usage.refusals) {
      unit.audit({
        organizationId,
        action: 'verification.refused',
        subject: { kind: 'key', id: keyId },
        detail: { ...nameOf(owners, keyId), reason, detail },
        ...(address === '' ? {} : { personal: { address } }),
      })
    }
    if (usage.moreRefusals > 0)
      unit.audit({
        organizationId: null,
        action: 'verification.refused',
        subject: { kind: 'key', id: '' },
        detail: { reason: 'various', kinds: usage.moreRefusals },
      })
  })
}

/** What the key was called when it was refused; nothing of a secret that is no key's. */
export function nameOf(owners: readonly KeyOwner[], keyId: string): { type?: string; environment?: string; name?: string; hint?: string } {
  const owner = owners.find(({ id }) => id === keyId)
  return owner === undefined ? {} : { type: owner.key_type, environment: owner.environment, name: owner.name, hint: owner.hint }
}
