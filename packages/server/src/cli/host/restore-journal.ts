import { resolve } from 'node:path'
import { AppError } from '@keywright/core/problem-code.ts'
import { LineWriter } from '../../kernel/checked-lines.ts'
import type { DataFolder } from '../../kernel/data-folder.ts'
import { type Place, readRevocations, type RevocationLine, type Revocations, type RevokedState } from '../../kernel/revocation-lines.ts'
import type { Inventory } from '../../management/installation/describe-database.ts'

/** What is known of revocations after the backup. */
export interface RestoreJournal {
  /** The data folder's own; its `begin` is null when there is none. */
  own: Revocations
  /** From elsewhere, e.g. rescued from a lost machine. */
  given: Revocations | null
  /** All states of both: the own ones last. */
  states: RevokedState[]
  summary: {
    found: boolean
    lines: number
    torn: boolean
    damaged: number
    /** Revocations between the backup and this change are not known. */ beginsAfter: number | null
  }
}

/** @throws AppError when a journal is of another installation. */
export async function journalFor(folder: DataFolder, file: string | null, backup: Inventory): Promise<RestoreJournal> {
  const own = await readRevocations(folder.journalFile)
  const given = file === null ? null : await readRevocations(resolve(file))
  if (given !== null && given.begin === null) throw new AppError('invalid_request', `${file} is not a journal of revocations. Nothing was changed.`)
  const journals = [given, own].filter((journal) => journal?.begin) as Revocations[]
  for (const { begin } of journals) {
    if (begin?.installation !== backup.installation)
      throw new AppError(
        'invalid_configuration',
        `A journal is of the installation ${begin?.installation}, and the backup is of ${backup.installation}. Nothing was changed.`,
      )
  }
  const since = Math.min(...journals.map((journal) => journal.begin?.since ?? 0))
  return {
    own,
    given,
    states: journals.flatMap((journal) => [...journal.states.values()]),
    summary: {
      found: journals.length > 0,
      lines: journals.reduce((sum, journal) => sum + journal.lines.length, 0),
      torn: journals.some((journal) => journal.torn),
      damaged: journals.reduce((sum, journal) => sum + journal.damaged, 0),
      beginsAfter: journals.length > 0 && since > backup.change ? since : null,
    },
  }
}

/** From here on the journal belongs to the restored database. */
export async function continueJournal(folder: DataFolder, { own, given }: RestoreJournal, change: Place): Promise<void> {
  const place: RevocationLine = { kind: 'place', change, at: Date.now() }
  if (own.begin === null && given === null) return // the server begins one
  const base = own.begin === null ? null : own
  const writer =
    base === null
      ? await LineWriter.replace(folder.journalFile, (given as Revocations).lines as never)
      : await LineWriter.open(folder.journalFile, base.goodBytes)
  if (change[0] > 0) await writer.append([place as unknown as Record<string, unknown>])
  await writer.close()
}
