import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { AppError } from '@keywright/core/problem-code.ts'
import type { Config } from '../../config/config.ts'
import { loadConfig } from '../../config/load.ts'
import { obtainMasterKey } from '../../config/master-key.ts'
import type { Secrets } from '../../config/secrets.ts'
import { CHAIN_START, chainFault, type ChainEnd } from '../../events/audit.ts'
import { filesIn } from '../../kernel/data-folder.ts'
import { systemRandom } from '../../kernel/random.ts'
import { ReplicaFeed } from '../../replication/feed.ts'
import { eachAuditEventPage } from '../../store/audit-events.ts'
import type { Database } from '../../store/database.ts'
import { openSqlite } from '../../store/drivers/sqlite/open.ts'
import { pendingMigrations } from '../../store/migrate.ts'
import { getSetting } from '../../store/settings.ts'
import { EXIT, type Io } from '../io.ts'
import { lastBackup, lookAtClock, lookAtDisk, lookAtJournal } from './doctor-checks.ts'

interface Finding {
  check: string
  ok: boolean
  detail: string
}

/** Looks at settings, files and database and changes nothing; safe while a server runs. */
export async function run(options: { json?: boolean }, io: Io): Promise<number> {
  const findings: Finding[] = []
  const check = async (name: string, look: () => Promise<string> | string): Promise<boolean> => {
    try {
      findings.push({ check: name, ok: true, detail: await look() })
    } catch (error) {
      findings.push({ check: name, ok: false, detail: error instanceof Error ? error.message : String(error) })
    }
    return findings.at(-1)?.ok ?? false
  }
  let loaded: { config: Config; secrets: Secrets } | null = null
  await check('settings', () => {
    loaded = loadConfig(io.env)
    return 'understood'
  })
  if (loaded !== null) await lookAtFolder(loaded, check)
  if (options.json) io.stdout.write(`${JSON.stringify({ ok: findings.every((finding) => finding.ok), findings })}\n`)
  else for (const finding of findings) io.stdout.write(`${finding.ok ? 'ok  ' : 'FAIL'}  ${finding.check.padEnd(14)} ${finding.detail}\n`)
  return findings.every((finding) => finding.ok) ? EXIT.ok : EXIT.failed
}

type Check = (name: string, look: () => Promise<string> | string) => Promise<boolean>

async function lookAtFolder({ config, secrets }: { config: Config; secrets: Secrets }, check: Check): Promise<void> {
  const folder = resolve(config.dataFolder)
  const file = join(folder, 'keywright.db')
  await check('data folder', () => {
    if (!existsSync(file)) throw new AppError('storage_unavailable', `There is no database in ${folder}. Start the server once, or set KEYWRIGHT_DATA.`)
    const mode = statSync(folder).mode & 0o777
    if (process.platform !== 'win32' && (mode & 0o007) !== 0) throw new AppError('storage_unavailable', `Others may enter ${folder}. Run: chmod 700 ${folder}`)
    return folder
  })
  // A folder that others may enter says nothing of what lies in it.
  if (!existsSync(file)) return
  let opened: Database | null = null
  await check('database', async () => {
    opened = await openSqlite({ file, readonly: true })
    const pending = await pendingMigrations(opened.reader)
    return pending.length === 0 ? 'up to date' : `${pending.length} migrations will run at the next start`
  })
  if (opened === null) return
  await using database: Database = opened
  await check('master key', async () => {
    const wantedId = await getSetting(database.reader, database.build, 'masterKeyId')
    if (wantedId === null) throw new AppError('invalid_configuration', 'The database has no master key yet. Start the server once.')
    return obtainMasterKey({ file: join(folder, 'master.key'), given: secrets.masterKey, wantedId }, systemRandom).id
  })
  await check('audit chain', () => proveChain(database))
  await check('journal', () => lookAtJournal(database, filesIn(folder).journalFile))
  await check('backup', async () => lastBackup(await getSetting(database.reader, database.build, 'lastBackup')))
  await check('disk', () => lookAtDisk(folder, file))
  await check('clock', () => lookAtClock(database))
  await check('replica', async () => {
    await using feed = await ReplicaFeed.start(database, () => {})
    return `${feed.replica.keys.size} keys at change ${feed.replica.cursor.number}`
  })
}

/** Reads every audit event and proves that none is missing, out of place or changed. */
async function proveChain(database: Database): Promise<string> {
  return database.snapshot(async (reader) => {
    let end: ChainEnd = CHAIN_START
    for await (const page of eachAuditEventPage(reader, database.build)) {
      for (const event of page) {
        const fault = chainFault(end, event)
        if (fault !== null) throw new AppError('storage_unavailable', `The audit chain is broken: ${fault}.`)
        end = event
      }
    }
    return `${end.number} events, whole`
  })
}
