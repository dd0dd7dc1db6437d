import { CompiledQuery } from 'kysely'
import { changeLogHead } from '../../store/change-log.ts'
import type { Database, ReadTransaction } from '../../store/database.ts'

/** What a restore takes away: everything in the database of now that the backup does not have. */
export interface Loss {
  /** Number of the last audit event that both have. */
  commonEvent: number
  auditEvents: number
  /** The last event that is lost; null: none is. */
  lastEvent: { number: number; hash: string; at: number } | null
  actions: Record<string, number>
  changes: number
  /** Keys that the backup does not know. They are unknown to verifiers afterwards. */
  keys: string[]
}

export async function measureLoss(current: Database, backup: Database): Promise<Loss> {
  const { reader } = current
  const common = await lastCommonEvent(reader, backup.reader)
  const actions = (await reader.all(
    CompiledQuery.raw('SELECT action, count(*) AS count FROM audit_events WHERE number > ? GROUP BY action ORDER BY count(*) DESC, action', [common]),
  )) as { action: string; count: number }[]
  const last = (await reader.first(CompiledQuery.raw('SELECT number, hash, at FROM audit_events WHERE number > ? ORDER BY number DESC LIMIT 1', [common]))) as
    | { number: number; hash: string; at: number }
    | undefined
  const issued = (await reader.all(
    CompiledQuery.raw(`SELECT subject_id AS id FROM audit_events WHERE number > ? AND action LIKE '%key.issued' ORDER BY number`, [common]),
  )) as { id: string }[]
  const head = await changeLogHead(reader, current.build)
  const backupHead = await changeLogHead(backup.reader, backup.build)
  return {
    commonEvent: common,
    auditEvents: actions.reduce((sum, row) => sum + row.count, 0),
    lastEvent: last === undefined ? null : { number: last.number, hash: last.hash, at: last.at },
    actions: Object.fromEntries(actions.map(({ action, count }) => [action, count])),
    changes: Math.max(0, head.number - backupHead.number),
    keys: issued.map((row) => row.id),
  }
}

/** Two chains that begin alike part at one place: events up to it have the same hashes, later ones do not. */
async function lastCommonEvent(current: ReadTransaction, backup: ReadTransaction): Promise<number> {
  const hashOf = async (reader: ReadTransaction, number: number) =>
    ((await reader.first(CompiledQuery.raw('SELECT hash FROM audit_events WHERE number = ?', [number]))) as { hash: string } | undefined)?.hash ?? null
  const newest = async (reader: ReadTransaction) =>
    ((await reader.first(CompiledQuery.raw('SELECT coalesce(max(number), 0) AS number FROM audit_events'))) as { number: number }).number
  let [low, high] = [0, Math.min(await newest(current), await newest(backup))]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((await hashOf(current, middle)) === (await hashOf(backup, middle))) low = middle
    else high = middle - 1
  }
  return low
}
