import { formatInstant } from '@keywright/core/time.ts'
import type { DataFolder } from '../../kernel/data-folder.ts'
import type { DoorsClosed } from '../../management/installation/close-doors.ts'
import type { Inventory } from '../../management/installation/describe-database.ts'
import type { Loss } from '../../management/installation/measure-loss.ts'
import type { RevokedAgain } from '../../management/installation/revoke-again.ts'
import type { RestoreJournal } from './restore-journal.ts'

const SHOWN = 20

/** What somebody must know before he says yes. */
export function beforeText(facts: {
  file: string
  folder: DataFolder
  backup: Inventory
  loss: Loss | null
  unreadable: string | null
  journal: RestoreJournal
}): string {
  const { file, folder, backup, loss, unreadable, journal } = facts
  const lines = [
    `${file}: ${backup.takenAt === null ? 'not made by "keywright backup", but whole' : `taken ${formatInstant(backup.takenAt)}`}; ${backup.keys} keys of ${backup.organizations} organizations, up to change ${backup.change} and audit event ${backup.audit.number}.`,
  ]
  if (unreadable !== null) lines.push(`The database of now cannot be read (${unreadable}), so what is lost cannot be told.`)
  else if (loss === null) lines.push(`There is no database in ${folder.path}; nothing is lost here.`)
  else if (loss.auditEvents === 0) lines.push('Nothing was changed since; nothing is lost but usage counts.')
  else {
    lines.push(
      `Lost ${loss.auditEvents === 1 ? 'is' : 'are'} ${counted(loss.auditEvents, 'audit event')} after number ${loss.commonEvent}, and what they tell of:`,
    )
    lines.push(...Object.entries(loss.actions).map(([action, count]) => `  ${String(count).padStart(6)}  ${action}`))
    if (loss.keys.length > 0)
      lines.push(`${counted(loss.keys.length, 'key')} ${loss.keys.length === 1 ? 'was' : 'were'} issued since and will be unknown: ${some(loss.keys)}`)
    lines.push('To keep the lost events: keywright audit export, while the server still runs on the database of now.')
  }
  lines.push(...journalText(journal), '')
  return lines.join('\n')
}

function journalText({ summary }: RestoreJournal): string[] {
  if (!summary.found)
    return [
      'There is no journal of revocations: what was revoked after the backup will work again. If you have the file from elsewhere, name it with --journal.',
    ]
  return [
    'What the journal of revocations holds is revoked again. Narrower scopes, addresses, expiries and types are not: apply those again yourself.',
    ...(summary.torn ? ['The last line of the journal was cut off; it was never answered for.'] : []),
    ...(summary.damaged > 0 ? [`WARNING: ${summary.damaged} lines of the journal are damaged: what they revoked may work again.`] : []),
    ...(summary.beginsAfter === null
      ? []
      : [`WARNING: the journal begins at change ${summary.beginsAfter}, after the backup: what was revoked in between will work again.`]),
  ]
}

export function afterText(folder: DataFolder, keptAs: string | null, again: RevokedAgain, { summary }: RestoreJournal, doors: DoorsClosed): string {
  const lines = [`Restored into ${folder.path}.`]
  if (keptAs !== null) lines.push(`The database of before is ${keptAs} beside it; delete it when you are sure.`)
  if (summary.found) lines.push(`Revoked again: ${counted(again.keys.length, 'key')}, ${counted(again.organizations.length, 'organization')}.`)
  if (again.withoutSecret.length > 0)
    lines.push(
      `${counted(again.withoutSecret.length, 'key')} ${again.withoutSecret.length === 1 ? 'has' : 'have'} no secret that works, for it was replaced after the backup; replace it again: ${some(again.withoutSecret)}`,
    )
  if (again.unknown.length > 0) lines.push(`Revoked after the backup and not known to it (verifiers answer "unknown"): ${some(again.unknown)}`)
  lines.push(...peopleText(doors))
  lines.push('Start the server, and read docs/guides/backup-and-restore.md on what to do again.', '')
  return lines.join('\n')
}

function peopleText({ sessions, invitations, removed, narrowed, known }: DoorsClosed): string[] {
  return [
    `Everybody is signed out (${counted(sessions, 'session')}), and what waited of invitations (${counted(invitations, 'link')}) is withdrawn: invite again.`,
    ...(removed.length > 0 ? [`Members who had been removed since the backup, and are removed again: ${some(removed)}`] : []),
    ...(narrowed.length > 0 ? [`Members whose role had been narrowed since, and is again: ${some(narrowed)}`] : []),
    ...(known
      ? []
      : ['WARNING: the database of before could not be asked about people: whoever was removed or demoted after the backup has the access of then.']),
    'Passwords and second factors are those of the backup: whoever changed his since changes it again.',
  ]
}

function counted(count: number, thing: string): string {
  return `${count} ${count === 1 ? thing : `${thing}s`}`
}

function some(ids: readonly string[]): string {
  return ids.length <= SHOWN ? ids.join(', ') : `${ids.slice(0, SHOWN).join(', ')} and ${ids.length - SHOWN} more (see --json)`
}
