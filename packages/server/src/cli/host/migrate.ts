import { openStore } from '../../compose.ts'
import { loadConfig } from '../../config/load.ts'
import { systemClock } from '../../kernel/clock.ts'
import { lockDataFolder, openDataFolder } from '../../kernel/data-folder.ts'
import { EXIT, type Io } from '../io.ts'

/** Creates or upgrades the database; `serve` does it too. Refused while a server runs. */
export async function run(_options: object, io: Io): Promise<number> {
  const { config, secrets } = loadConfig(io.env)
  using _lock = lockDataFolder(openDataFolder(config.dataFolder))
  await using store = await openStore(config, secrets, systemClock())
  io.stdout.write(`The database in ${store.folder.path} is up to date.\n`)
  return EXIT.ok
}
