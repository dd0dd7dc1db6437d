import { updateOrganization as storeOrganization, type StoredOrganization } from '../../store/organizations.ts'
import type { Caller, Services } from '../services.ts'
import { commit } from '../unit.ts'
import { affectedBy, type Affected, auditStanding } from './audit-standing.ts'
import { toOrganizationRecord } from './organization-row.ts'
import { requireOrganization } from './update-organization.ts'

export interface Standing extends Affected {
  organization: StoredOrganization
}

/**
 * Suspends an organization, so that every key of it is refused, its management keys too, or restores it. Keys keep their own
 * status: what was inactive before is inactive afterwards. Doing it twice changes nothing.
 */
export async function setStanding(
  services: Services,
  caller: Caller,
  organizationId: string,
  status: 'active' | 'suspended',
  reason: string | null,
): Promise<Standing> {
  return commit(services, caller, async (unit) => {
    const before = await requireOrganization(unit, organizationId)
    if (before.status === status) return { organization: before, ...(await affectedBy(unit, organizationId)) }
    const organization: StoredOrganization = { ...before, status, updatedAt: unit.now, revision: before.revision + 1 }
    await storeOrganization(unit.transaction, unit.build, organization)
    unit.change({ kind: 'organization', organization: toOrganizationRecord(organization) })
    return { organization, ...(await auditStanding(unit, organization, reason)) }
  })
}
