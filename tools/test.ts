/**
 * `npm test`, `npm run test:fast`, `npm run test:long`. Further arguments go to vitest, so `npm run test:fast -- cidr` runs the files
 * whose names contain `cidr`. The last line printed is always `N passed, N failed`, with `, N skipped` when some were.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { buildConsole } from './build-console.ts'
import { runChecks } from './check.ts'
import { commandScript, ROOT } from './root.ts'
import { countVitest, type Counts, failedTests, filesToRepeat, summaryLine, type VitestReport, withRepeated } from './test-summary.ts'

const MODES = {
  fast: { says: 'unit and property tests', projects: ['fast'], checks: false, long: false },
  all: { says: 'types, lint, format and generated files; then unit, property and end-to-end tests', projects: ['fast', 'e2e'], checks: true, long: false },
  long: { says: 'everything, with many more rounds of the tests that kill, race and fuzz', projects: ['fast', 'e2e'], checks: true, long: true },
}

const [modeName = 'all', ...vitestArguments] = process.argv.slice(2)
const mode = MODES[modeName as keyof typeof MODES] as (typeof MODES)[keyof typeof MODES] | undefined
if (mode === undefined) {
  console.error(`usage: tools/test.ts ${Object.keys(MODES).join('|')} [arguments of vitest]`)
  process.exit(2)
}

console.log(`Keywright tests (${modeName}): ${mode.says}.`)
console.log('They keep their files in the folder for temporary files and need no network beyond this machine but for what they say they fetch.')
if (mode.projects.includes('e2e'))
  console.log(
    'Where strace, nginx or a browser is missing, they say so and install it with apt-get; Node 22 and 24, for the SDK, are fetched with npm into node_modules/.cache, once. KEYWRIGHT_TEST_INSTALL=no forbids both, and those tests fail.',
  )
console.log('')

const counts: Counts = { passed: 0, failed: 0, skipped: 0 }
if (mode.checks) {
  // Each check counts as one test, so that the closing line and the exit code always agree.
  for (const result of await runChecks()) counts[result.passed ? 'passed' : 'failed']++
  counts[(await buildConsole()) ? 'passed' : 'failed']++
  console.log('')
}
const tests = await runVitest(mode.projects, mode.long)
counts.passed += tests.passed
counts.failed += tests.failed
counts.skipped += tests.skipped

console.log(summaryLine(counts))
process.exitCode = counts.failed === 0 && tests.passed > 0 ? 0 : 1

async function runVitest(projects: string[], long: boolean): Promise<Counts> {
  const first = await runVitestOnce(projects, long, vitestArguments)
  const files = filesToRepeat(first.report)
  if (first.report === null || files.length === 0) return countVitest(first.report, first.exitCode)
  const names = files.map((file) => relative(ROOT, file))
  console.log(`\nA test in a browser failed beside the others: ${names.join(', ')}. Once more, with nothing beside it.\n`)
  const again = await runVitestOnce(projects, long, names)
  if (again.exitCode === 0)
    console.log(`\nFailed at first and passed alone, which a busy machine explains or a race; look at it:\n${failedTests(first.report).join('\n')}\n`)
  return again.report === null ? countVitest(first.report, first.exitCode) : countVitest(withRepeated(first.report, again.report), again.exitCode)
}

async function runVitestOnce(projects: string[], long: boolean, further: string[]): Promise<{ report: VitestReport | null; exitCode: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-test-'))
  const reportFile = join(folder, 'report.json')
  try {
    const exitCode = await run(
      [
        commandScript('vitest'),
        'run',
        ...projects.map((project) => `--project=${project}`),
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${reportFile}`,
        ...further,
      ],
      long,
    )
    return { report: readReport(reportFile), exitCode }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function run(command: string[], long: boolean): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const environment = { ...process.env, ...(long ? { KEYWRIGHT_TEST_LONG: '1' } : {}) }
  const child = spawn(process.execPath, command, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], env: environment })
  child.on('error', (error) => {
    console.error(error.message)
    resolve(1)
  })
  child.on('close', (code) => resolve(code ?? 1))
  return promise
}

function readReport(file: string): VitestReport | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as VitestReport
  } catch {
    return null
  }
}
