import { nonComplianceOf } from '@keywright/core/policy/compliance.ts'
import type { KeyBody } from '@keywright/core/contract/keys.ts'
import { statusAt } from '@keywright/core/lifecycle.ts'
import { formatDuration, formatInstant } from '@keywright/core/time.ts'
import { lifecycleOf, retiresAt } from '../../management/policy.ts'
import type { KeyView } from '../../management/keys/read-keys.ts'

export const instantOrNull = (instant: number | null): string | null => (instant === null ? null : formatInstant(instant))

/** A key as the API answers it. It has no field for a secret: only the answers that issue one do. */
export function presentKey({ key, type, lastSeen, versions }: KeyView, organization: { id: string; slug: string }, now: number): KeyBody {
  return {
    id: key.id,
    organization: { id: organization.id, slug: organization.slug },
    environment: key.environment,
    type: key.type,
    name: key.name,
    origin: key.origin,
    status: statusAt(lifecycleOf(type, key), now),
    hint: key.hint,
    scopes: key.scopes,
    addresses: key.addresses,
    limits: key.limits === null ? null : key.limits.map(({ calls, per }) => ({ calls, per: formatDuration(per) })),
    metadata: key.metadata,
    tags: key.tags,
    newestVersion: key.newestVersion,
    ...(versions === undefined
      ? {}
      : {
          versions: versions.map(({ number, hint, createdAt, endsAt }) => ({
            number,
            hint,
            createdAt: formatInstant(createdAt),
            endsAt: instantOrNull(endsAt),
            live: key.status !== 'removed' && (endsAt === null || now < endsAt),
          })),
        }),
    expiresAt: instantOrNull(key.expiresAt),
    retiresAt: instantOrNull(retiresAt(type, key)),
    nonCompliance: type === null || key.status === 'removed' ? [] : nonComplianceOf(type, key),
    lastSeen:
      lastSeen === null ? null : { at: formatInstant(lastSeen.at), address: lastSeen.address, client: lastSeen.client, secretVersion: lastSeen.version },
    ...(key.grant?.role === undefined ? {} : { role: key.grant.role, capabilities: key.grant.capabilities ?? [] }),
    ...(key.grant?.apis === undefined ? {} : { apis: key.grant.apis }),
    createdBy: key.createdBy,
    createdAt: formatInstant(key.createdAt),
    updatedAt: formatInstant(key.updatedAt),
  }
}
