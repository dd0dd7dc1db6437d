/**
 * `npm run build`: builds the console into `packages/console/dist` unless the build there is of these very sources; prints what a
 * browser loads first, compressed, and fails when that is too much. `npm start` and `npm test` run it too.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { commandScript, ROOT } from './root.ts'

const CONSOLE = join(ROOT, 'packages/console')
const OUTPUT = join(CONSOLE, 'dist')
const STAMP = join(OUTPUT, 'sources.stamp')
/** Everything that the build reads. */
const SOURCES = ['packages/console', 'packages/core/src', 'packages/sdk/src/client', 'package-lock.json', 'tools/build-console.ts']
/** Bytes of compressed script before the first page is there. */
const MOST = 250_000

interface Chunk {
  file: string
  isEntry?: boolean
  imports?: string[]
}

/** Builds when the sources are not those of the last build. False: it failed or is too large; the reason is printed. */
export async function buildConsole(): Promise<boolean> {
  const stamp = stampOfSources()
  if (isBuiltOf(stamp)) {
    console.log(`ok      console (built before): ${report(OUTPUT).sentence}`)
    return true
  }
  if (!existsSync(join(ROOT, 'node_modules/vite/package.json'))) {
    // `npm ci --omit=dev`: the server runs without the console, and says so at `/`.
    console.log('        console: not built, since the tools that build it are not installed.')
    return true
  }
  // Beside the place, then moved there: a server that starts meanwhile reads one build or the other, never half of one.
  const fresh = `${OUTPUT}-${process.pid}`
  try {
    await runVite(['build', CONSOLE, '--outDir', fresh, '--emptyOutDir', '--logLevel', 'error'])
    const { bytes, sentence } = report(fresh)
    console.log(`${bytes > MOST ? 'FAILED' : 'ok    '}  console: ${sentence}`)
    if (bytes > MOST) return false
    writeFileSync(join(fresh, 'sources.stamp'), stamp)
    takePlace(fresh, stamp)
    return true
  } catch (error) {
    console.log(`FAILED  console\n${error instanceof Error ? error.message : String(error)}`)
    return false
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

/** Two that build at the same time build the same: whoever comes second leaves the first one's there. */
function takePlace(fresh: string, stamp: string): void {
  const before = `${fresh}-before`
  for (let tries = 1; ; tries++) {
    try {
      // Moved away whole: while one is being deleted, another could be moved into it.
      if (existsSync(OUTPUT)) renameSync(OUTPUT, before)
      renameSync(fresh, OUTPUT)
      return
    } catch (error) {
      if (isBuiltOf(stamp)) return
      if (tries === 10) throw error
    } finally {
      rmSync(before, { recursive: true, force: true })
    }
  }
}

function isBuiltOf(stamp: string): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp
}

/** A process of its own: under a test runner NODE_ENV is `test`, and the console would be built with React's development code. */
async function runVite(args: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [commandScript('vite'), ...args], { cwd: ROOT, env: { ...process.env, NODE_ENV: 'production' } })
}

/** What a browser must have before it shows a page: the entry and all that it imports at once. */
function report(folder: string): { bytes: number; sentence: string } {
  const manifest = JSON.parse(readFileSync(join(folder, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>
  const first = new Set<string>()
  const take = (name: string): void => {
    const chunk = manifest[name]
    if (chunk === undefined || first.has(chunk.file)) return
    first.add(chunk.file)
    for (const each of chunk.imports ?? []) take(each)
  }
  for (const [name, chunk] of Object.entries(manifest)) if (chunk.isEntry) take(name)
  const bytes = [...first].reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file)), { level: 9 }).length, 0)
  return { bytes, sentence: `first load is ${(bytes / 1000).toFixed(1)} kB of compressed script (at most ${MOST / 1000} kB)` }
}

function stampOfSources(): string {
  const hash = createHash('sha256')
  const add = (path: string): void => {
    hash.update(`${path}\0`)
    hash.update(readFileSync(join(ROOT, path)))
  }
  for (const source of SOURCES) {
    if (/\.\w+$/.test(source)) add(source)
    else for (const path of filesOf(source)) add(path)
  }
  return hash.digest('hex')
}

function filesOf(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) return entry.name === 'node_modules' || entry.name.startsWith('dist') ? [] : filesOf(path)
      return /\.test\.tsx?$|\.md$/.test(entry.name) ? [] : [path]
    })
    .toSorted()
}

if (import.meta.main) process.exitCode = (await buildConsole()) ? 0 : 1
