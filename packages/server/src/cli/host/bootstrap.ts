import { openStore } from '../../compose.ts'
import { loadConfig } from '../../config/load.ts'
import { systemClock } from '../../kernel/clock.ts'
import { bootstrap } from '../../management/credentials/bootstrap.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { formatInstant } from '@keywright/core/time.ts'
import { type Config, localOrigin } from '../../config/config.ts'
import type { Services } from '../../management/services.ts'
import { obtainSetUpLink } from '../../management/sign-in/set-up-link.ts'
import { EXIT, type Io } from '../io.ts'
import { hostCaller } from './host-caller.ts'

/** Prints the first management key of the data folder, once; before or while a server runs. */
export async function run(options: { json?: boolean; again?: boolean; setUpLink?: boolean }, io: Io): Promise<number> {
  const { config, secrets } = loadConfig(io.env)
  await using store = await openStore(config, secrets, systemClock())
  if (options.setUpLink) return printSetUpLink(store.services, config, options.json ?? false, io)
  const { secret } = await bootstrap(store.services, hostCaller('bootstrap'), options.again ?? false)
  if (options.json) io.stdout.write(`${JSON.stringify({ managementKey: secret.reveal() })}\n`)
  else {
    io.stderr.write('Shown once. Store it now, for example: export KEYWRIGHT_KEY=...\n')
    io.stdout.write(`${secret.reveal()}\n`)
  }
  return EXIT.ok
}

/** Another link that makes the first operator; the one before is void. */
async function printSetUpLink(services: Services, config: Config, json: boolean, io: Io): Promise<number> {
  const link = await obtainSetUpLink(services, hostCaller('bootstrap'), true)
  if (link.kind !== 'made') throw new AppError('already_bootstrapped', 'There is an operator already. Ask one for an invitation.')
  // A server that chose its port itself knows the rest of the address; nobody else does.
  const origin = config.publicUrl ?? localOrigin(config.listen.host, config.listen.port)
  const url = `${origin}/set-up#${link.token}`
  if (json) io.stdout.write(`${JSON.stringify({ setUpLink: url, expiresAt: formatInstant(link.expiresAt) })}\n`)
  else {
    io.stderr.write(`Shown once; it works once, until ${formatInstant(link.expiresAt)}. Open it in a browser while the server runs.\n`)
    io.stdout.write(`${url}\n`)
  }
  return EXIT.ok
}
