import { isMainThread } from 'node:worker_threads'
import type { Command } from 'commander'
import type { Io, Session } from './io.ts'
import { report } from './report.ts'

/** What a file in `host/` exports: does the work and answers the exit code. */
interface HostCommand {
  run: (options: never, io: Io, args: readonly string[]) => Promise<number>
}

/** Host commands load the store and the server; remote ones must not wait for that, so each is loaded when it is called. */
export function addHostCommands(session: Session, program: Command): void {
  runsHere(
    session,
    program.command('serve').description('run the server').option('--test-clock', 'let tests set the time; never in production'),
    () => import('./host/serve.ts'),
  )
  runsHere(session, program.command('migrate').description('create or upgrade the database'), () => import('./host/migrate.ts'))
  runsHere(
    session,
    program
      .command('bootstrap')
      .description('issue the first management key; its secret is printed once')
      .option('--json', 'print JSON')
      .option('--again', 'issue another, when the first was lost')
      .option('--set-up-link', 'print a link that makes the first operator of the console instead, once more'),
    () => import('./host/bootstrap.ts'),
  )
  runsHere(
    session,
    program.command('doctor').description('check settings, files and database').option('--json', 'print JSON'),
    () => import('./host/doctor.ts'),
  )
  runsHere(
    session,
    program.command('backup <file>').description('copy the database as of one moment, also while the server runs').option('--json', 'print JSON'),
    () => import('./host/backup.ts'),
  )
  runsHere(
    session,
    program
      .command('restore <file>')
      .description('put a backup in the place of the database; the server must be stopped')
      .option('--yes', 'do not ask')
      .option('--json', 'print JSON; needs --yes')
      .option('--journal <file>', 'a journal of revocations that was kept elsewhere'),
    () => import('./host/restore.ts'),
  )
  runsHere(
    session,
    program
      .command('demo')
      .description('run the documented systems with sample APIs, in a folder that is gone afterwards')
      .option('--check', 'make the printed calls and end'),
    () => import('./host/demo.ts'),
  )
  const masterKey = program.command('master-key').description('the key under which retrievable secrets lie').helpOption('-h, --help', 'show this help')
  runsHere(
    session,
    masterKey.command('rotate').description('put everything under a new master key; the server must be stopped').option('--json', 'print JSON'),
    () => import('./host/rotate-master-key.ts'),
  )
}

function runsHere(session: Session, command: Command, load: () => Promise<HostCommand>): void {
  command.helpOption('-h, --help', 'show this help').action(async () => {
    const options = command.opts<{ json?: boolean }>()
    // Whatever is written here is for this user alone, also in a data folder that others may enter. (In a worker a test runs this.)
    if (isMainThread) process.umask(0o077)
    try {
      const { run } = await load()
      session.exitCode = await run(options as never, session.io, command.processedArgs as string[])
    } catch (error) {
      session.exitCode = report(session.io, error, options.json ?? false)
    }
  })
}
