/** `npm run check`: types, lint, format and generated files, all at once; exits 1 when any of them fails. */
import { spawn } from 'node:child_process'
import { commandScript, ROOT } from './root.ts'

interface Check {
  name: string
  command: () => string[]
  /** What repairs most of it. */
  repair?: string
}

export interface CheckResult {
  name: string
  passed: boolean
  output: string
}

const CHECKS: Check[] = [
  { name: 'types', command: () => [commandScript('typescript', 'tsc'), '-p', 'tsconfig.json', '--pretty', 'false'] },
  { name: 'types of the console', command: () => [commandScript('typescript', 'tsc'), '-p', 'packages/console/tsconfig.json', '--pretty', 'false'] },
  { name: 'lint', command: () => [commandScript('oxlint'), '--deny-warnings'] },
  { name: 'format', command: () => [commandScript('oxfmt'), '--list-different'], repair: 'npm run format' },
  { name: 'generated files', command: () => ['tools/generate.ts', '--check'], repair: 'npm run generate' },
]

/** Runs every check, also after one has failed, and prints one line for each, with its output when it failed. */
export async function runChecks(): Promise<CheckResult[]> {
  const results = await Promise.all(CHECKS.map(runCheck))
  for (const result of results) {
    console.log(`${result.passed ? 'ok    ' : 'FAILED'}  ${result.name}`)
    if (!result.passed) console.log(`${result.output.trimEnd()}\n`)
  }
  return results
}

function runCheck(check: Check): Promise<CheckResult> {
  const { promise, resolve } = Promise.withResolvers<CheckResult>()
  const chunks: Buffer[] = []
  const finish = (passed: boolean, more = ''): void => {
    const hint = passed || check.repair === undefined ? '' : `\nTo repair: ${check.repair}`
    resolve({ name: check.name, passed, output: Buffer.concat(chunks).toString('utf8').trimEnd() + more + hint })
  }
  try {
    const child = spawn(process.execPath, check.command(), {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    })
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', (error) => finish(false, error.message))
    child.on('close', (code, signal) => finish(code === 0, code === 0 ? '' : signal ? `\nended by ${signal}` : ''))
  } catch (error) {
    // A package that is not installed: the other checks still say what they have to say.
    finish(false, error instanceof Error ? error.message : String(error))
  }
  return promise
}

if (import.meta.main) {
  const results = await runChecks()
  process.exitCode = results.every((result) => result.passed) ? 0 : 1
}
