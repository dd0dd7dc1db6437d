import { openStore } from '../../compose.ts'
import { loadConfig } from '../../config/load.ts'
import { systemClock } from '../../kernel/clock.ts'
import { bootstrap } from '../../management/credentials/bootstrap.ts'
import { EXIT, type Io } from '../io.ts'
import { hostCaller } from './host-caller.ts'

/** Prints the first management key of the data folder, once; before or while a server runs. */
export async function run(options: { json?: boolean; again?: boolean }, io: Io): Promise<number> {
  const { config, secrets } = loadConfig(io.env)
  await using store = await openStore(config, secrets, systemClock())
  const { secret } = await bootstrap(store.services, hostCaller('bootstrap'), options.again ?? false)
  if (options.json) io.stdout.write(`${JSON.stringify({ managementKey: secret.reveal() })}\n`)
  else {
    io.stderr.write('Shown once. Store it now, for example: export KEYWRIGHT_KEY=...\n')
    io.stdout.write(`${secret.reveal()}\n`)
  }
  return EXIT.ok
}
