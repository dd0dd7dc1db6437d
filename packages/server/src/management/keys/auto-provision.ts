import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import { environmentsFor } from '@keywright/core/policy/issue-policy.ts'
import type { Schema } from '../../store/schema.ts'
import type { Caller, Services } from '../services.ts'
import type { Unit } from '../unit.ts'
import { issueInUnit } from './issue-key.ts'

/**
 * Issues what must exist by itself: one key of every auto-provisioned type with each environment of the organization that may
 * hold it and has none. Called wherever an organization, its environments, its entitlements or a type comes to be.
 */
export async function autoProvision(
  services: Services,
  caller: Caller,
  unit: Unit,
  organization: Schema['organizations'],
  types: readonly KeyType[],
): Promise<void> {
  if (organization.status === 'removed') return
  const environments = JSON.parse(organization.environments) as string[]
  const entitlements = JSON.parse(organization.entitlements) as string[]
  for (const type of types) {
    if (!type.autoProvision || (type.offeredWith !== null && !entitlements.includes(type.offeredWith))) continue
    for (const environment of environmentsFor(type, environments)) {
      const held = unit.build
        .selectFrom('keys')
        .select('id')
        .where('organization_id', '=', organization.id)
        .where('key_type', '=', type.slug)
        .where('environment', '=', environment)
        .where('status', '<>', 'removed')
        .limit(1)
      const [rows] = await unit.batch<[{ id: string }]>([held.compile()])
      if (rows.length > 0) continue
      const input = { environment, ...(type.addresses.mode === 'off' ? {} : { addresses: 'any' as const }) }
      await issueInUnit(services, caller, unit, { organization, type, input, action: 'key.issued', detail: { autoProvisioned: true } })
    }
  }
}
