import { CompiledQuery } from 'kysely'
import { lastAuditEventQuery } from '../../store/audit-events.ts'
import { changeLogHead } from '../../store/change-log.ts'
import type { ReadTransaction } from '../../store/database.ts'
import type { Build } from '../../store/precompile.ts'
import { getSetting } from '../../store/settings.ts'

/** What stands in a database, for whoever decides about a backup. */
export interface Inventory {
  installation: string | null
  masterKeyId: string | null
  organizations: number
  keys: number
  change: number
  audit: { number: number; hash: string }
  /** When it was taken, where it is a backup. */
  takenAt: number | null
}

export interface BackupStamp {
  takenAt: number
  version: string
}

export async function describeDatabase(reader: ReadTransaction, build: Build): Promise<Inventory> {
  const count = async (table: string) => ((await reader.first(CompiledQuery.raw(`SELECT count(*) AS count FROM ${table}`))) as { count: number }).count
  const stamp = await getSetting(reader, build, 'backup')
  return {
    installation: await getSetting(reader, build, 'installationId'),
    masterKeyId: await getSetting(reader, build, 'masterKeyId'),
    organizations: await count('organizations'),
    keys: await count('keys'),
    change: (await changeLogHead(reader, build)).number,
    audit: (await reader.first(lastAuditEventQuery(build))) ?? { number: 0, hash: '0'.repeat(64) },
    takenAt: stamp === null ? null : (JSON.parse(stamp) as BackupStamp).takenAt,
  }
}
