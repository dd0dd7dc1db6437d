import { existsSync, statfsSync, statSync } from 'node:fs'
import { AppError } from '@keywright/core/problem-code.ts'
import { formatDuration, formatInstant } from '@keywright/core/time.ts'
import { CompiledQuery } from 'kysely'
import { readRevocations } from '../../kernel/revocation-lines.ts'
import { changeLogHead, changeLogTail, holdsCursor } from '../../store/change-log.ts'
import type { Database } from '../../store/database.ts'

const LEAST_FREE_BYTES = 268_435_456

/** That a restore could revoke again what was revoked since its backup. */
export async function lookAtJournal(database: Database, file: string): Promise<string> {
  if (!existsSync(file)) return 'none yet; the server begins one when it starts'
  const { begin, place, lines, states, torn, damaged } = await readRevocations(file)
  if (damaged > 0)
    throw new AppError(
      'storage_unavailable',
      `${damaged} of ${lines.length + damaged} lines of ${file} are damaged. Keep a copy, delete the file and restart the server: it begins a new one from the change log.`,
    )
  if (begin === null)
    throw new AppError('storage_unavailable', `${file} has no beginning. Delete it and restart the server: it begins a new one from the change log.`)
  const { reader, build } = database
  const [head, tail] = [await changeLogHead(reader, build), await changeLogTail(reader, build)]
  const trimmed = tail === null || (place?.[0] ?? 0) < tail.number
  if (place !== null && !trimmed && !(await holdsCursor(reader, build, { number: place[0], mark: place[1] })))
    throw new AppError(
      'storage_unavailable',
      `The database is not the one that ${file} goes on from: it was exchanged for an older one. Use "keywright restore".`,
    )
  const remark = torn ? '; its last line was cut off and never answered for' : ''
  return `${states.size} ${states.size === 1 ? 'revocation' : 'revocations'} since change ${begin.since}, written down up to change ${place?.[0] ?? begin.since}; the newest change is ${head.number}${remark}`
}

/** How old the last backup is. None is no fault: whoever copies the disk otherwise does not tell. */
export function lastBackup(setting: string | null): string {
  if (setting === null) return 'none is known of; make one with "keywright backup FILE"'
  const { takenAt, change } = JSON.parse(setting) as { takenAt: number; change: number }
  return `taken ${formatInstant(takenAt)}, ${formatDuration(Math.max(0, Math.floor((Date.now() - takenAt) / 1000)))} ago, up to change ${change}`
}

export function lookAtDisk(folder: string, database: string): string {
  const { bavail, bsize } = statfsSync(folder)
  const [free, used] = [bavail * bsize, statSync(database).size]
  const text = `${Math.floor(free / 1_048_576)} MiB free, the database has ${Math.ceil(used / 1_048_576)} MiB`
  if (free < LEAST_FREE_BYTES) throw new AppError('disk_full', `${text}. Make room: without it no change can be stored.`)
  return text
}

/** A clock that was set back would revive what has expired: nothing stored may be from the future. */
export async function lookAtClock(database: Database): Promise<string> {
  const row = (await database.reader.first(CompiledQuery.raw('SELECT max(at) AS at FROM audit_events'))) as { at: number | null } | undefined
  const now = Date.now()
  if (row?.at !== undefined && row.at !== null && row.at > now + 60_000)
    throw new AppError(
      'invalid_configuration',
      `The last audit event is of ${formatInstant(row.at)}, and this machine's clock says ${formatInstant(now)}. Set the clock.`,
    )
  return formatInstant(now)
}
