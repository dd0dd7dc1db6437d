import { closeSync, existsSync, linkSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { AppError } from '@keywright/core/problem-code.ts'
import { formatInstant } from '@keywright/core/time.ts'
import { openStore } from '../../compose.ts'
import { loadConfig } from '../../config/load.ts'
import { systemClock } from '../../kernel/clock.ts'
import { filesIn } from '../../kernel/data-folder.ts'
import { syncFolder } from '../../kernel/sync-folder.ts'
import { type BackupStamp, describeDatabase, type Inventory } from '../../management/installation/describe-database.ts'
import { noteBackup } from '../../management/installation/note-backup.ts'
import { copyDatabase } from '../../store/drivers/sqlite/copy.ts'
import { openSqlite } from '../../store/drivers/sqlite/open.ts'
import { EXIT, type Io } from '../io.ts'
import { hostCaller } from './host-caller.ts'
import { version } from '../../kernel/version.ts'

/** Copies the database as of one moment, beside a running server or without one. */
export async function run(options: { json?: boolean }, io: Io, [given]: readonly string[]): Promise<number> {
  const { config, secrets } = loadConfig(io.env)
  const folder = filesIn(resolve(config.dataFolder))
  const file = resolve(given as string)
  if (!existsSync(folder.databaseFile)) throw new AppError('storage_unavailable', `There is no database in ${folder.path}. Set KEYWRIGHT_DATA.`)
  if (existsSync(file)) throw alreadyThere(file)
  const takenAt = Date.now()
  const partial = join(dirname(file), `.keywright-backup-${process.pid}.partial`)
  try {
    copyDatabase(folder.databaseFile, partial, { name: 'backup', value: JSON.stringify({ takenAt, version: version() } satisfies BackupStamp) })
    putInPlace(partial, file)
  } catch (error) {
    throw asRefusal(error, file)
  } finally {
    rmSync(partial, { force: true })
  }
  syncFolder(dirname(file))
  const inventory = await describe(file)
  const noted = await note(() => openStore(config, secrets, systemClock()), takenAt, inventory)
  print(io, options.json ?? false, { file, bytes: statSync(file).size, inventory, noted })
  return EXIT.ok
}

/** Unlike a rename alone, this never takes the place of a file that came meanwhile. */
function putInPlace(partial: string, file: string): void {
  try {
    linkSync(partial, file)
  } catch (error) {
    // Disks to carry away and shares of other machines often know no links; there the name is taken first.
    if (!NO_LINKS.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    closeSync(openSync(file, 'wx', 0o600))
    renameSync(partial, file)
  }
}

const NO_LINKS: readonly string[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']

export async function describe(file: string): Promise<Inventory> {
  await using database = await openSqlite({ file, readonly: true })
  return await describeDatabase(database.reader, database.build)
}

/** The copy is good without it. @returns why the installation could not be told. */
async function note(open: () => ReturnType<typeof openStore>, takenAt: number, inventory: Inventory): Promise<string | null> {
  try {
    await using store = await open()
    await noteBackup(store.services, hostCaller('backup'), takenAt, inventory)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function print(io: Io, json: boolean, { file, bytes, inventory, noted }: { file: string; bytes: number; inventory: Inventory; noted: string | null }): void {
  const { organizations, keys, change, audit, takenAt, masterKeyId, installation } = inventory
  if (json) {
    const taken = takenAt === null ? null : formatInstant(takenAt)
    io.stdout.write(
      `${JSON.stringify({ file, bytes, installation, takenAt: taken, organizations, keys, change, auditHead: audit, masterKeyId, noted: noted === null })}\n`,
    )
  } else {
    io.stdout.write(
      [
        `${file}: ${bytes} bytes, ${keys} keys of ${organizations} organizations, up to change ${change} and audit event ${audit.number} (${audit.hash}).`,
        `The master key ${masterKeyId ?? ''} is not in it: without that key no retrievable secret of this backup can be shown again. Keep the key elsewhere.`,
        'Nor is revocations.journal. Copy it as often as you can, for what is revoked after this backup stands there.',
        '',
      ].join('\n'),
    )
  }
  if (noted !== null) io.stderr.write(`The backup is good, but the database could not be told of it: ${noted}\n`)
}

function asRefusal(error: unknown, file: string): unknown {
  if (error instanceof AppError) return error
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EEXIST') return alreadyThere(file)
  return new AppError(code === 'ENOSPC' ? 'disk_full' : 'storage_unavailable', `The backup ${file} cannot be written (${code ?? (error as Error).message}).`, {
    cause: error,
  })
}

function alreadyThere(file: string): AppError {
  return new AppError('storage_unavailable', `${file} is there already. A backup never takes the place of a file: give another name.`)
}
