import { startService } from '../../compose.ts'
import { loadConfig } from '../../config/load.ts'
import { createLog } from '../../kernel/log.ts'
import { formatInstant } from '@keywright/core/time.ts'
import type { SetUpLink } from '../../management/sign-in/set-up-link.ts'
import { EXIT, type Io } from '../io.ts'

/** Runs the server until SIGTERM or SIGINT. */
export async function run(options: { testClock?: boolean }, io: Io): Promise<number> {
  const { config, secrets } = loadConfig(io.env)
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
  })
  const log = createLog(config.logLevel, (line) => void io.stdout.write(line))
  const service = await startService(config, secrets, log, { testClock: options.testClock ?? false })
  const shown = config.publicUrl ?? service.url
  io.stdout.write(
    [
      `Keywright is ready at ${shown} (data in ${service.dataFolder}).`,
      ...(service.bootstrapped ? [] : ['Next, in another terminal, the first management key (printed once):', '  npm run --silent keywright -- bootstrap']),
      ...setUpText(service.setUpLink, service.origin),
      `Reference of the API: ${shown}/docs`,
      '',
    ].join('\n'),
  )
  const signal = await stopped
  log.info({ signal }, 'stopping: requests that run are answered, nothing new is taken')
  // Whoever asks twice does not want to wait.
  process.once(signal, () => process.exit(EXIT.interrupted))
  await service[Symbol.asyncDispose]()
  log.info({}, 'stopped')
  return EXIT.ok
}

/** The link is a secret: it goes to the terminal, never to the log. */
function setUpText(link: SetUpLink, origin: string): string[] {
  if (link.kind === 'not-needed') return []
  const again = '  npm run --silent keywright -- bootstrap --set-up-link'
  if (link.kind === 'open')
    return [
      `A link that sets up the first operator was printed before and works until ${formatInstant(link.expiresAt)}. If it was lost, this prints another:`,
      again,
    ]
  return [
    `To sign in to the console, open this link and become the first operator. It is shown once and works once, until ${formatInstant(link.expiresAt)}:`,
    `  ${origin}/set-up#${link.token}`,
    'If it was lost or is too old, this prints another, as long as there is no operator:',
    again,
  ]
}
