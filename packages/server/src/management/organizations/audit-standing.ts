import { MANAGEMENT_KEY_TYPE } from '@keywright/core/configuration/reserved.ts'
import type { StoredOrganization } from '../../store/organizations.ts'
import type { Unit } from '../unit.ts'

/** Keys that a suspension refuses and a restoration gives back. */
export interface Affected {
  keys: number
  managementKeys: number
}

/** Writes that an organization was suspended or restored, with what that touches. @param reason what the operator says of it. */
export async function auditStanding(unit: Unit, organization: StoredOrganization, reason: string | null): Promise<Affected> {
  const affected = await affectedBy(unit, organization.id)
  unit.audit({
    organizationId: organization.id,
    action: organization.status === 'suspended' ? 'organization.suspended' : 'organization.restored',
    subject: { kind: 'organization', id: organization.id },
    detail: { slug: organization.slug, reason, ...affected },
  })
  return affected
}

export async function affectedBy(unit: Unit, organizationId: string): Promise<Affected> {
  const counted = unit.build
    .selectFrom('keys')
    .select((eb) => ['key_type', eb.fn.countAll<number>().as('count')])
    .where('organization_id', '=', organizationId)
    .where('status', '<>', 'removed')
    .groupBy('key_type')
  const [rows] = await unit.batch<[{ key_type: string; count: number }]>([counted.compile()])
  const sum = (own: boolean) => rows.filter((row) => (row.key_type === MANAGEMENT_KEY_TYPE) === own).reduce((total, row) => total + row.count, 0)
  return { keys: sum(false), managementKeys: sum(true) }
}
