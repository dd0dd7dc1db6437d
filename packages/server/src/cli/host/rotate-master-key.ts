import { existsSync, linkSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '@keywright/core/problem-code.ts'
import { openStore } from '../../compose.ts'
import { loadConfig } from '../../config/load.ts'
import { createKeyFile, type MasterKey, masterKeyOf, readKeyFile } from '../../config/master-key.ts'
import type { Secrets } from '../../config/secrets.ts'
import { systemClock } from '../../kernel/clock.ts'
import { type DataFolder, lockDataFolder, openDataFolder } from '../../kernel/data-folder.ts'
import { systemRandom } from '../../kernel/random.ts'
import { syncFolder } from '../../kernel/sync-folder.ts'
import { rewrapEnvelopes } from '../../management/installation/rewrap-envelopes.ts'
import { openSqlite } from '../../store/drivers/sqlite/open.ts'
import { getSetting } from '../../store/settings.ts'
import { EXIT, type Io } from '../io.ts'
import { hostCaller } from './host-caller.ts'

interface Rotated {
  from: string | null
  to: string
  envelopes: Record<string, number> | null
  keptAs: string | null
}

/**
 * Puts everything under a new master key. Three steps, each of which a crash leaves done or not done: the new key is on disk; one
 * transaction re-wraps everything and names the new key; the key files are exchanged. Run again, it goes on with what is missing.
 */
export async function run(options: { json?: boolean }, io: Io): Promise<number> {
  const { config, secrets } = loadConfig(io.env)
  const folder = openDataFolder(config.dataFolder)
  using _lock = lockDataFolder(folder)
  if (!existsSync(folder.databaseFile)) throw new AppError('storage_unavailable', `There is no database in ${folder.path}. Set KEYWRIGHT_DATA.`)
  const done =
    secrets.masterKey === null
      ? await rotateFile(folder, secrets, () => openStore(config, secrets, systemClock()))
      : await rotateGiven(folder, secrets, () => openStore(config, secrets, systemClock()))
  if (options.json) io.stdout.write(`${JSON.stringify(done)}\n`)
  else io.stdout.write(text(folder, done, secrets.masterKey?.source ?? null))
  return EXIT.ok
}

/** The key lies in the data folder. */
async function rotateFile(folder: DataFolder, secrets: Secrets, open: () => ReturnType<typeof openStore>): Promise<Rotated> {
  const nextFile = `${folder.masterKeyFile}.next`
  const wanted = await wantedKey(folder)
  let current = readKeyFile(folder.masterKeyFile)
  let next = readKeyFile(nextFile)
  if (secrets.nextMasterKey !== null && next !== null && next.id !== masterKeyOf(secrets.nextMasterKey.bytes).id)
    throw refusal(
      `${nextFile} of a rotation that was interrupted and ${secrets.nextMasterKey.source} hold different keys. Unset the latter to finish that rotation first.`,
    )
  if (next === null && current?.id !== wanted)
    throw refusal(`This database needs the master key ${wanted}, and ${folder.masterKeyFile} holds ${current?.id ?? 'none'}.`)
  let envelopes: Record<string, number> | null = null
  if (next === null || current?.id === wanted) {
    // A new key that no envelope lies under yet: the file is there before anything needs it.
    next ??= createKeyFile(nextFile, new Uint8Array(secrets.nextMasterKey?.bytes ?? systemRandom(32)))
    await using store = await open()
    if (next.id === store.services.masterKey.id) throw refusal('The new master key is the old one.')
    envelopes = await rewrapEnvelopes(store.services, hostCaller('master-key'), next)
  } else if (next.id !== wanted) {
    throw refusal(`This database needs the master key ${wanted}; ${folder.masterKeyFile} holds ${current?.id ?? 'none'} and ${nextFile} holds ${next.id}.`)
  }
  current = readKeyFile(folder.masterKeyFile)
  const keptAs = current === null ? null : `master.key.${current.id}`
  if (keptAs !== null && !existsSync(join(folder.path, keptAs))) linkSync(folder.masterKeyFile, join(folder.path, keptAs))
  syncFolder(folder.path)
  renameSync(nextFile, folder.masterKeyFile)
  syncFolder(folder.path)
  return { from: current?.id ?? null, to: next.id, envelopes, keptAs }
}

/** The key comes from the environment, so the new one does too, and whoever set it exchanges it. */
async function rotateGiven(folder: DataFolder, secrets: Secrets, open: () => ReturnType<typeof openStore>): Promise<Rotated> {
  if (secrets.nextMasterKey === null)
    throw refusal(
      `The master key comes from ${secrets.masterKey?.source}. Give the new one as KEYWRIGHT_MASTER_KEY_NEXT or KEYWRIGHT_MASTER_KEY_NEXT_FILE, for example from: openssl rand -base64 32`,
    )
  const next: MasterKey = masterKeyOf(secrets.nextMasterKey.bytes)
  const from = masterKeyOf((secrets.masterKey as { bytes: Uint8Array }).bytes).id
  if (from === next.id) throw refusal('The new master key is the old one.')
  if ((await wantedKey(folder)) === next.id) return { from, to: next.id, envelopes: null, keptAs: null }
  await using store = await open()
  return { from, to: next.id, envelopes: await rewrapEnvelopes(store.services, hostCaller('master-key'), next), keptAs: null }
}

async function wantedKey(folder: DataFolder): Promise<string | null> {
  await using database = await openSqlite({ file: folder.databaseFile })
  return await getSetting(database.reader, database.build, 'masterKeyId')
}

function text(folder: DataFolder, { from, to, envelopes, keptAs }: Rotated, source: string | null): string {
  const total = Object.values(envelopes ?? {}).reduce((sum, count) => sum + count, 0)
  const lines = [
    envelopes === null
      ? `Everything lies under the master key ${to} already; what was left of the rotation is done.`
      : `${total} stored secrets lie under the master key ${to} now, and each was opened with it.`,
  ]
  if (source === null) lines.push(`It is in ${folder.masterKeyFile}. Copy it to where you keep the master key.`)
  else lines.push(`Set KEYWRIGHT_MASTER_KEY (or the file it comes from, ${source}) to the new key before you start the server.`)
  const old = keptAs === null ? `Keep the old key ${from ?? ''}` : `The old key is ${join(folder.path, keptAs)}; keep it`
  lines.push(`${old} as long as you keep backups made before now: they need it.`, '')
  return lines.join('\n')
}

function refusal(sentence: string): AppError {
  return new AppError('invalid_configuration', sentence)
}
