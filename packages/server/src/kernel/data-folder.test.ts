import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { lockDataFolder, openDataFolder } from './data-folder.ts'

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Another process that takes the lock, says so, and stays. */
async function holder(folder: string): Promise<ChildProcess> {
  const script = `
    const { openDataFolder, lockDataFolder } = await import(${JSON.stringify(new URL('./data-folder.ts', import.meta.url).href)})
    globalThis.lock = lockDataFolder(openDataFolder(${JSON.stringify(folder)}))
    console.log('locked')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout as NonNullable<typeof child.stdout>, 'data')
  return child
}

test('is made for its owner only, with the folders above it', () => {
  const path = join(temporaryFolder(), 'a', 'data')
  expect(openDataFolder(path)).toMatchObject({ path, databaseFile: join(path, 'keywright.db'), masterKeyFile: join(path, 'master.key') })
  expect(statSync(path).mode & 0o777).toBe(0o700)
  expect(readdirSync(path)).toEqual([])
})

test('a file in its place is refused with a sentence that names it', () => {
  const path = join(temporaryFolder(), 'data')
  writeFileSync(path, '')
  for (const folder of [path, join(path, 'below')]) {
    expect(() => openDataFolder(folder)).toThrow(
      expect.objectContaining({ code: 'storage_unavailable', message: expect.stringMatching(/data folder .*data.* cannot be used: .*file.*KEYWRIGHT_DATA/) }),
    )
  }
})

test('a folder that may not be written is refused, and nothing is left in it', async () => {
  const path = temporaryFolder()
  if (process.getuid?.() !== 0) {
    chmodSync(path, 0o500)
    expect(() => openDataFolder(path)).toThrow(/this user may not write there/)
    return chmodSync(path, 0o700)
  }
  // Root may write anywhere, so somebody else has to try.
  const script = `
    process.setgid(65534); process.setuid(65534)
    try { openDataFolder(${JSON.stringify(path)}) } catch (error) { console.log(error.code, error.message) }`
  const load = `const { openDataFolder } = await import(${JSON.stringify(new URL('./data-folder.ts', import.meta.url).href)});`
  const child = spawn(process.execPath, ['--input-type=module', '-e', load + script], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await once(child, 'close')
  expect(output).toMatch(/storage_unavailable .*this user may not write there/)
  expect(readdirSync(path)).toEqual([])
})

test('one server at a time; the next gets the folder when the first has gone', () => {
  const folder = openDataFolder(temporaryFolder())
  const first = lockDataFolder(folder)
  expect(() => lockDataFolder(folder)).toThrow(expect.objectContaining({ code: 'storage_unavailable', message: expect.stringContaining(folder.path) }))
  first[Symbol.dispose]()
  lockDataFolder(folder)[Symbol.dispose]()
})

test('a lock of another process holds until that process is killed, and then leaves nothing behind that would hold', async () => {
  const path = temporaryFolder()
  const child = await holder(path)
  const folder = openDataFolder(path)
  expect(() => lockDataFolder(folder)).toThrow(/Another Keywright server uses the data folder .* Stop it first/)
  child.kill('SIGKILL')
  await once(child, 'exit')
  lockDataFolder(folder)[Symbol.dispose]()
  expect(existsSync(join(path, 'lock.db-journal'))).toBe(false)
})
