import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT, run } from '../harness.ts'

const MAIN = join(ROOT, 'packages/server/src/main.ts')
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keywright-demo-test-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const environment = () => ({ PATH: process.env['PATH'] ?? '', TMPDIR: folder })
const refused = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => false,
    () => true,
  )

test('every line that the demo prints is answered as it says, and nothing is left behind', async () => {
  const { code, stdout, stderr } = await run(process.execPath, [MAIN, 'demo', '--check'], environment())
  expect(stderr).toBe('')
  expect(code, stdout).toBe(0)
  for (const system of ['1. Insider, ', '2. Insider One', '3. InsideMaps, API keys', '4. InsideMaps, API master tokens', '5. Insites'])
    expect(stdout).toContain(`\n${system}`)
  expect(stdout.match(/^ok {5}/gm)).toHaveLength(stdout.match(/^curl /gm)?.length as number)
  expect(stdout).toContain('shifted to ten minutes ahead')
  // A revocation arrives in a process that decides by itself.
  expect(stdout).toMatch(
    /its call was answered 200, then it was removed \(refused everywhere: 6 of 6 verifiers, \d+ ms\), and its next call was answered 401\./,
  )
  expect(readdirSync(folder)).toEqual([])
})

test.each(['SIGINT', 'SIGTERM'] as const)('%s stops every program and removes the folder', async (signal) => {
  const child = spawn(process.execPath, [MAIN, 'demo'], { env: environment(), stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes('Press Ctrl-C')) resolve()
    })
    child.once('exit', () => reject(new Error(output)))
  })
  const removal = /^ +(KEYWRIGHT_URL=\S+) (KEYWRIGHT_KEY=\S+) .*-- (keys remove .*)$/m.exec(output) as RegExpExecArray
  const [url, key] = [removal[1] as string, removal[2] as string].map((text) => text.slice(text.indexOf('=') + 1)) as [string, string]
  // What it says to try last, as printed but for npm.
  const removed = await run(process.execPath, [MAIN, ...(removal[3] as string).split(' ')], { ...environment(), KEYWRIGHT_URL: url, KEYWRIGHT_KEY: key })
  expect(removed.code, removed.stderr).toBe(0)
  expect(removed.stderr).toMatch(/^Confirmed: refused everywhere: 6 of 6 verifiers/m)
  const again = /^curl .*organizations\/acme\/projects -H '.*$/m.exec(output)?.[0] as string
  expect((await run('/bin/sh', ['-c', again], environment())).stdout).toContain('"reason":"removed"')

  const urls = [...new Set(output.match(/http:\/\/127\.0\.0\.1:\d+/g))]
  expect(urls).toHaveLength(6)
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  child.kill(signal)
  expect(await ended).toBe(0)
  expect(await Promise.all(urls.map(refused))).toEqual(urls.map(() => true))
  expect(readdirSync(folder)).toEqual([])
})

test('stopped while it starts, it leaves nothing behind either', async () => {
  for (const milliseconds of [300, 700, 1100]) {
    const child = spawn(process.execPath, [MAIN, 'demo'], { env: environment(), stdio: 'ignore' })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    await new Promise((resolve) => setTimeout(resolve, milliseconds))
    child.kill('SIGTERM')
    await ended
    expect(readdirSync(folder)).toEqual([])
  }
})
