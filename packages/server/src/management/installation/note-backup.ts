import { putSettingQuery } from '../../store/settings.ts'
import type { Caller, Services } from '../services.ts'
import { commit } from '../unit.ts'
import type { Inventory } from './describe-database.ts'

/** Tells the installation of a backup: `doctor` tells its age, and the audit trail that there is a copy. */
export async function noteBackup(services: Services, caller: Caller, takenAt: number, { change, audit }: Inventory): Promise<void> {
  await commit(services, caller, async (unit) => {
    unit.defer(putSettingQuery(unit.build, { name: 'lastBackup', value: JSON.stringify({ takenAt, change, auditEvent: audit.number }) }))
    unit.audit({
      organizationId: null,
      action: 'installation.backed_up',
      subject: { kind: 'installation', id: 'installation' },
      detail: { change, auditHead: audit },
    })
  })
}
