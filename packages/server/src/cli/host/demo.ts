import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT, type Io } from '../io.ts'
import { check } from './demo/check.ts'
import { Processes } from './demo/processes.ts'
import { requireRepository } from './demo/repository.ts'
import { type Demo, setUp } from './demo/set-up.ts'
import { type DemoCall, demoSystems, type DemoSystem } from './demo/systems.ts'

/** The documented systems with sample APIs behind them, in a folder of its own that is gone afterwards. */
export async function run(options: { check?: boolean }, io: Io): Promise<number> {
  requireRepository()
  const stopped = new Promise<null>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve(null))
  })
  const folder = mkdtempSync(join(tmpdir(), 'keywright-demo-'))
  const processes = new Processes()
  try {
    io.stdout.write(`Starting Keywright and five sample APIs in ${folder} ...\n`)
    const demo = await Promise.race([setUp(processes, folder), stopped])
    if (demo === null) return EXIT.interrupted
    const systems = demoSystems(demo)
    io.stdout.write(describe(demo, systems))
    if (options.check) return (await checkAll(io, systems)) || (demo.revocation.before === 200 && demo.revocation.after === 401 ? EXIT.ok : EXIT.failed)
    io.stdout.write('\nPress Ctrl-C to stop everything and remove the folder.\n')
    // Ctrl-C reaches the programs too: that they end then is no failure.
    const fell = await Promise.race([processes.fell.then(afterAMoment), stopped])
    if (fell !== null) throw fell
    io.stdout.write('\nStopping.\n')
    return EXIT.ok
  } finally {
    await processes[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function afterAMoment(error: Error): Promise<Error> {
  await new Promise((resolve) => setTimeout(resolve, 500))
  return error
}

function describe(demo: Demo, systems: readonly DemoSystem[]): string {
  const { server, managementKey, projectsKey, revocation } = demo
  return [
    '',
    `Keywright is at ${server}, its reference at ${server}/docs. Two organizations are there: acme and zeta.`,
    "Five documented systems run as configuration, each with a sample API in a process of its own. Names and marks are their vendors'.",
    ...systems.flatMap(({ title, calls, notes }, index) => ['', `${index + 1}. ${title}`, ...calls.flatMap(line), ...notes.map((note) => `   ${note}`)]),
    '',
    'Each sample API decides in its own process, by a replica that Keywright keeps up to date. A key was just taken away there:',
    `   its call was answered ${revocation.before}, then it was removed (${revocation.summary}), and its next call was answered ${revocation.after}.`,
    'Take one away yourself, and make the call of number 3 again: 401 removed.',
    `   KEYWRIGHT_URL=${server} KEYWRIGHT_KEY=${managementKey} npm run --silent keywright -- keys remove acme ${projectsKey} --yes --confirm`,
    '',
  ].join('\n')
}

function line({ says, command, status, contains }: DemoCall): string[] {
  return [`   ${says}:`, command, `   -> ${status}  ${contains.join('  ')}`]
}

async function checkAll(io: Io, systems: readonly DemoSystem[]): Promise<number> {
  let wrong = 0
  io.stdout.write('\n')
  for (const { title, calls } of systems) {
    for (const call of calls) {
      const problem = await check(call)
      if (problem !== null) wrong++
      io.stdout.write(`${problem === null ? 'ok     ' : 'FAILED '} ${title.split(':')[0]}: ${call.says}${problem === null ? '' : `\n${problem}`}\n`)
    }
  }
  io.stdout.write(wrong === 0 ? 'Every printed line was answered as said.\n' : `${wrong} of the printed lines were not answered as said.\n`)
  return wrong === 0 ? EXIT.ok : EXIT.failed
}
