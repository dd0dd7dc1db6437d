import { existsSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { AppError } from '@keywright/core/problem-code.ts'
import { openStore } from '../../compose.ts'
import { loadConfig } from '../../config/load.ts'
import { obtainMasterKey } from '../../config/master-key.ts'
import type { Secrets } from '../../config/secrets.ts'
import { systemClock } from '../../kernel/clock.ts'
import { type DataFolder, lockDataFolder, openDataFolder } from '../../kernel/data-folder.ts'
import { systemRandom } from '../../kernel/random.ts'
import type { Inventory } from '../../management/installation/describe-database.ts'
import { describeDatabase } from '../../management/installation/describe-database.ts'
import { type MembersBefore, membersOf } from '../../management/installation/close-doors.ts'
import { finishRestore } from '../../management/installation/finish-restore.ts'
import { type Loss, measureLoss } from '../../management/installation/measure-loss.ts'
import { takeDatabaseFile } from '../../store/drivers/sqlite/copy.ts'
import { openSqlite } from '../../store/drivers/sqlite/open.ts'
import { pendingMigrations } from '../../store/migrate.ts'
import { Declined, EXIT, isInteractive, UsageError, type Io } from '../io.ts'
import { confirm } from '../prompt.ts'
import { hostCaller } from './host-caller.ts'
import { continueJournal, journalFor } from './restore-journal.ts'
import { afterText, beforeText } from './restore-text.ts'
import { exchange } from './exchange.ts'

interface Options {
  yes?: boolean
  json?: boolean
  journal?: string
}

/** Puts a backup in the place of the database; what was revoked since stays revoked. The server must be stopped. */
export async function run(options: Options, io: Io, [given]: readonly string[]): Promise<number> {
  const { config, secrets } = loadConfig(io.env)
  const folder = openDataFolder(config.dataFolder)
  using _lock = lockDataFolder(folder)
  const file = resolve(given as string)
  const coming = join(folder.path, 'keywright.db.restoring')
  takeDatabaseFile(file, coming)
  try {
    const backup = await check(coming, file, folder, secrets)
    const { loss, unreadable, members } = await compare(folder, coming, backup)
    const journal = await journalFor(folder, options.journal ?? null, backup)
    if (!options.json) io.stdout.write(beforeText({ file, folder, backup, loss, unreadable, journal }))
    await ask(options, io)
    const keptAs = existsSync(folder.databaseFile) ? `keywright.db.before-restore-${stamp()}` : null
    const { again, doors, place } = await finish()
    exchange(folder, coming, keptAs)
    await continueJournal(folder, journal, place)
    const done = { restored: file, backup, lost: loss, keptAs, journal: journal.summary, revokedAgain: again, people: doors }
    io.stdout.write(options.json ? `${JSON.stringify(done)}\n` : afterText(folder, keptAs, again, journal, doors))
    return EXIT.ok

    async function finish() {
      await using store = await openStore(config, secrets, systemClock(), { backup: coming })
      return await finishRestore(store.services, hostCaller('restore'), journal.states, {
        ...backup,
        loss,
        keptAs,
        members,
        maxStalenessSeconds: config.maxStalenessSeconds,
      })
    }
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${coming}${suffix}`, { force: true })
  }
}

/** @throws AppError when the file is no backup that this program, master key and folder can use. */
async function check(coming: string, file: string, folder: DataFolder, secrets: Secrets): Promise<Inventory> {
  await using database = await openSqlite({ file: coming, readonly: true })
  const { reader, build } = database
  const pending = await pendingMigrations(reader)
  if (pending.includes('0001-initial')) throw new AppError('storage_unavailable', `The file ${file} is not a Keywright database. Nothing was changed.`)
  const backup = await describeDatabase(reader, build)
  if (backup.masterKeyId === null || backup.installation === null)
    throw new AppError('storage_unavailable', `The file ${file} is of an installation that was never started. Nothing was changed.`)
  obtainMasterKey({ file: folder.masterKeyFile, given: secrets.masterKey, wantedId: backup.masterKeyId }, systemRandom)
  return backup
}

async function compare(
  folder: DataFolder,
  coming: string,
  backup: Inventory,
): Promise<{ loss: Loss | null; unreadable: string | null; members: MembersBefore }> {
  if (!existsSync(folder.databaseFile)) return { loss: null, unreadable: null, members: null }
  try {
    await using current = await openSqlite({ file: folder.databaseFile, readonly: true })
    const { installation } = await describeDatabase(current.reader, current.build)
    if (installation !== null && installation !== backup.installation)
      throw new AppError(
        'invalid_configuration',
        `The backup is of the installation ${backup.installation}, and ${folder.path} holds ${installation}. Restore it into a folder of its own. Nothing was changed.`,
      )
    await using other = await openSqlite({ file: coming, readonly: true })
    return { loss: await measureLoss(current, other), unreadable: null, members: await membersOf(current.reader) }
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid_configuration') throw error
    // A database that cannot be read is a reason to restore, not a reason to refuse.
    return { loss: null, unreadable: error instanceof Error ? error.message : String(error), members: null }
  }
}

async function ask(options: Options, io: Io): Promise<void> {
  if (options.yes) return
  if (!isInteractive(io)) throw new UsageError('Nobody is there to ask: say --yes.')
  if (!(await confirm(io, 'Restore?'))) throw new Declined('Nothing was changed.')
}

/** `20260102T030405`: an instant in a file's name. */
function stamp(): string {
  return new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
}
