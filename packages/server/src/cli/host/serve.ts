import { startService } from '../../compose.ts'
import { loadConfig } from '../../config/load.ts'
import { createLog } from '../../kernel/log.ts'
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
