import { CompiledQuery } from 'kysely'
import type { Config } from '../../config/config.ts'
import { pruneInvitationsQuery } from '../../store/invitations.ts'
import { trimChanges } from '../../store/change-log.ts'
import type { Caller, Services } from '../services.ts'
import { commit } from '../unit.ts'

const DAY = 86_400_000
/** So that a day's worth of rows keeps no other change waiting. */
const ROWS_AT_ONCE = 5_000

const SYSTEM: Caller = {
  actor: { kind: 'system', id: 'retention', name: null },
  role: 'operator',
  capabilities: new Set(),
  organizationId: null,
  requestId: null,
}

/** Columns outside the audit trail that tell of people: how long they are kept is counted from `at`. */
const PERSONAL_COLUMNS = [
  { table: 'last_seen', at: 'at', columns: ['address', 'client'], key: 'key_id, version' },
  { table: 'sessions', at: 'issued_at', columns: ['address', 'client'], key: 'key_id, id' },
] as const

export interface Forgotten {
  usage: number
  refusals: number
  changes: number
  /** Rows of last uses, sessions and messages whose personal columns were emptied, and invitations that were forgotten. */
  personalRows: number
  /** Audit events whose personal fields were erased; the events and their chain stay. */
  personalEvents: number
}

/** Removes and erases what is older than it may be kept. May be run at any time, and again. */
export async function forgetOld(services: Services, keepDays: Config['keepDays']): Promise<Forgotten> {
  const now = services.clock.now()
  const before = (days: number) => now - days * DAY
  const minute = (instant: number) => Math.floor(instant / 60_000)
  const usage = (sign: string, instant: number) =>
    inPieces(
      services,
      `DELETE FROM usage_minutes WHERE (key_id, minute, version, decision, address) IN
        (SELECT key_id, minute, version, decision, address FROM usage_minutes WHERE minute < ? AND decision ${sign} 'allowed' LIMIT ${ROWS_AT_ONCE})`,
      minute(instant),
    )
  const forgotten: Forgotten = {
    usage: await usage('=', before(keepDays.usage)),
    refusals: await usage('<>', before(keepDays.refusals)),
    changes: await services.database.write((transaction) => trimChanges(transaction, services.database.build, before(keepDays.changes))),
    personalRows: 0,
    personalEvents: await erasePersonal(services, before(keepDays.personal)),
  }
  for (const { table, at, columns, key } of PERSONAL_COLUMNS) {
    const filled = columns.map((column) => `${column} IS NOT NULL`).join(' OR ')
    const emptied = columns.map((column) => `${column} = NULL`).join(', ')
    const rows = `SELECT ${key} FROM ${table} WHERE ${at} < ? AND (${filled}) LIMIT ${ROWS_AT_ONCE}`
    forgotten.personalRows += await inPieces(services, `UPDATE ${table} SET ${emptied} WHERE (${key}) IN (${rows})`, before(keepDays.personal))
  }
  // Whom a message went to; what is still to be sent needs to know.
  const sent = `SELECT id FROM outbox WHERE created_at < ? AND status <> 'queued' AND recipients <> '[]' LIMIT ${ROWS_AT_ONCE}`
  forgotten.personalRows += await inPieces(services, `UPDATE outbox SET recipients = '[]' WHERE id IN (${sent})`, before(keepDays.personal))
  // Ended or expired: whom they were for is of no use to anybody any more.
  forgotten.personalRows += await services.database.write(async (transaction) => {
    const pruned = await transaction.run(pruneInvitationsQuery(services.database.build, before(keepDays.personal)))
    return pruned.changes
  })
  const { personalRows, personalEvents } = forgotten
  if (personalRows + personalEvents > 0) {
    await commit(services, SYSTEM, async (unit) =>
      unit.audit({
        organizationId: null,
        action: 'personal_data.erased',
        subject: { kind: 'installation', id: 'installation' },
        detail: { before: before(keepDays.personal), rows: personalRows, auditEvents: personalEvents },
      }),
    )
  }
  return forgotten
}

/** Only what lies beside the chain goes; each event still holds the hash of what was there. */
function erasePersonal(services: Services, instant: number): Promise<number> {
  return inPieces(
    services,
    `DELETE FROM audit_personal WHERE number IN (SELECT number FROM audit_personal WHERE number <=
      (SELECT coalesce(max(number), 0) FROM audit_events WHERE at < ?) LIMIT ${ROWS_AT_ONCE})`,
    instant,
  )
}

async function inPieces({ database }: Services, sql: string, parameter: number): Promise<number> {
  for (let total = 0; ;) {
    const { changes } = await database.write((transaction) => transaction.run(CompiledQuery.raw(sql, [parameter])))
    total += changes
    if (changes < ROWS_AT_ONCE) return total
  }
}
