import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Verifier } from '@keywright/sdk/verifier/verifier.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Installation, until } from './installation.ts'
import { TcpProxy } from './tcp-proxy.ts'

// A file system of its own in memory, which can be full and closed to writing. Only root may mount one; nothing else makes a disk full for one process.
const mountPoint = mkdtempSync(join(tmpdir(), 'keywright-small-disk-'))
const mounting = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', mountPoint], { encoding: 'utf8' })
const mounted = mounting.status === 0
if (!mounted)
  console.error(
    `No file system can be mounted here (${mounting.error?.message ?? mounting.stderr.trim()}): NOT RUN, the snapshot file on a disk that is full or read-only.`,
  )

let installation: Installation
let proxy: TcpProxy
let folder: string
beforeAll(async () => {
  installation = await Installation.start()
  proxy = await TcpProxy.start(() => installation.server.url)
  folder = mkdtempSync(join(tmpdir(), 'keywright-verifier-'))
})
afterAll(async () => {
  await proxy[Symbol.asyncDispose]()
  await installation[Symbol.asyncDispose]()
  if (mounted) spawnSync('umount', [mountPoint])
  for (const each of [folder, mountPoint]) rmSync(each, { recursive: true, force: true })
})

const said = (decision: { valid: boolean; reason?: string; detail?: string | null }) =>
  decision.valid ? 'allowed' : decision.reason === 'unavailable' ? `unavailable ${decision.detail}` : decision.reason
const revoke = async (id: string) =>
  (await installation.server.must(200, 'POST', `/v1/organizations/acme/keys/${id}:deactivate?confirm=true`, { key: installation.key, body: {} })).propagation

/** A verifier in a process of its own, with a bound of 20 seconds and therefore a file every two. */
async function startProcess(snapshotFile: string): Promise<ChildProcess> {
  const words = [join(import.meta.dirname, 'verifier-process.ts'), proxy.url, installation.verifierKey, 'crm-api', '20', snapshotFile]
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout })) if (line === 'ready') break
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

/** Makes a verifier that cannot reach the server, and waits until it has looked at its file. */
async function alone(options: Parameters<Installation['verifier']>[0], look: (verifier: Verifier) => unknown): Promise<void> {
  proxy.isDown = true
  const verifier = installation.verifier({ url: proxy.url, ...options })
  try {
    await until('it has tried to reach the server', () => verifier.status.problem !== null)
    await look(verifier)
  } finally {
    await verifier.close()
    proxy.isDown = false
  }
}

test('trap: a process that is killed right after it confirmed a revocation leaves no file from before it', async () => {
  const snapshotFile = join(folder, 'killed')
  const { id, secret } = await installation.issue()
  const child = await startProcess(snapshotFile)
  try {
    await until('there is a file', () => existsSync(snapshotFile))
    expect(await revoke(id)).toMatchObject({ confirmed: 1, mayAcceptUntil: [] })
  } finally {
    await kill(child)
  }
  await alone({ snapshotFile, stalenessSeconds: 20 }, (verifier) => expect(said(verifier.verify({ secret }))).not.toBe('allowed'))
})

test('a process that was cut off still counts when another has gone on from its file: it may be there yet', async () => {
  const snapshotFile = join(folder, 'shared')
  const { id } = await installation.issue()
  const child = await startProcess(snapshotFile)
  try {
    await until('there is a file', () => existsSync(snapshotFile))
    child.kill('SIGSTOP')
    proxy.cut()
    const other = installation.verifier({ url: proxy.url, snapshotFile, name: 'other', stalenessSeconds: 20 })
    await other.ready()
    await until('the other has connected', () => other.status.connected)
    const propagation = await revoke(id)
    expect(propagation.mayAcceptUntil).toContainEqual({ verifier: expect.stringMatching(new RegExp(`^process ${child.pid}@`)), until: expect.any(String) })
    expect(propagation.summary).not.toContain('everywhere')
    await other.close()
  } finally {
    await kill(child)
  }
})

test('trap: while another process decides by a file that it took from one that is there yet, nobody is told that all refuse', async () => {
  const snapshotFile = join(folder, 'twins')
  const { id, secret } = await installation.issue()
  const options = { url: proxy.url, snapshotFile, stalenessSeconds: 20 }
  const first = installation.verifier({ ...options, name: 'first' })
  await first.ready()
  await until('there is a file', () => existsSync(snapshotFile))
  // The connection that is there goes on; another is not to be had.
  await alone({ ...options, name: 'second' }, async (second) => {
    expect(said(second.verify({ secret }))).toBe('allowed')
    const { mayAcceptUntil, summary } = await revoke(id)
    expect([said(first.verify({ secret })), said(second.verify({ secret }))]).toEqual(['inactive', 'allowed'])
    expect(mayAcceptUntil).toContainEqual({ verifier: expect.stringMatching(/^first@/), until: expect.any(String) })
    expect(summary).not.toContain('everywhere')
    expect(first.status.problem).toContain('Give each process a file of its own.')
  })
  await first.close()
})

test('closed before it could begin, a verifier puts the file back that it has taken', async () => {
  const snapshotFile = join(folder, 'taken')
  const { secret } = await installation.issue()
  const first = installation.verifier({ url: proxy.url, snapshotFile })
  await first.ready()
  await first.close()
  proxy.isDown = true
  await installation.verifier({ url: proxy.url, snapshotFile }).close()
  await alone({ snapshotFile }, (verifier) => expect(said(verifier.verify({ secret }))).toBe('allowed'))
})

test('a file that cannot be written is told in words, decisions go on, and the next one that can be written ends the problem', async () => {
  const parent = join(folder, 'state')
  const snapshotFile = join(parent, 'replica')
  writeFileSync(parent, 'a file where the folder should be')
  const { secret } = await installation.issue()
  const verifier = installation.verifier({ snapshotFile, stalenessSeconds: 10 })
  const problems: string[] = []
  verifier.on('problem', ({ message }) => problems.push(message))
  await verifier.ready()
  const expected = `The snapshot file ${snapshotFile} cannot be written: what should be its folder is a file (ENOTDIR). There is none now, so a restart while the server is away would wait for it.`
  await until('it says so', () => verifier.status.problem === expected)
  expect(problems.at(-1)).toBe(expected)
  expect([said(verifier.verify({ secret })), verifier.status.state]).toEqual(['allowed', 'fresh'])
  rmSync(parent)
  mkdirSync(parent)
  await until('it is written', () => verifier.status.problem === null)
  expect(existsSync(snapshotFile)).toBe(true)
  await verifier.close()
})

test.runIf(mounted)('on a disk that is full, or read-only, the file from before stays and is what a restart goes on from', async () => {
  const snapshotFile = join(mountPoint, 'replica')
  const filler = join(mountPoint, 'filler')
  const { secret } = await installation.issue()
  const options = { url: proxy.url, snapshotFile, stalenessSeconds: 20, name: 'on a small disk' }
  const verifier = installation.verifier(options)
  await verifier.ready()
  await until('there is a file', () => existsSync(snapshotFile))
  const before = readFileSync(snapshotFile)
  fill(filler)
  const full = `The snapshot file ${snapshotFile} cannot be written: there is no room on the disk (ENOSPC). The one from before stays.`
  await until('the disk is full', () => verifier.status.problem === full)
  expect([said(verifier.verify({ secret })), readFileSync(snapshotFile).equals(before), readdirSync(mountPoint)]).toEqual([
    'allowed',
    true,
    ['filler', 'replica'],
  ])
  rmSync(filler)
  await until('there is room again', () => verifier.status.problem === null)
  expect(readFileSync(snapshotFile).equals(before)).toBe(false)
  remount('ro')
  const closed = `The snapshot file ${snapshotFile} cannot be written: nothing can be written there (EROFS). The one from before stays.`
  await until('it is read-only', () => verifier.status.problem === closed)
  expect(said(verifier.verify({ secret }))).toBe('allowed')
  // It can be neither renewed nor removed, and lacks this: so nobody may be told that all refuse.
  const { id } = await installation.issue()
  expect((await revoke(id)).summary).not.toContain('everywhere')
  await until('it says so', () => verifier.status.problem?.includes('outdated and cannot be removed: nothing can be written there (EROFS)') === true)
  remount('rw')
  await until('it is removed or renewed', () => verifier.status.problem === null)
  await until('the server believes it again', async () => {
    const listed = await installation.server.must(200, 'GET', '/v1/verifiers', { key: installation.key })
    return listed.items.some(({ name, lag }: { name: string; lag: number }) => name === 'on a small disk' && lag === 0)
  })
  await until('there is a file', () => existsSync(snapshotFile))
  fill(filler)
  const last: string[] = []
  verifier.on('problem', ({ message }) => last.push(message))
  await verifier.close()
  expect(last.at(-1)).toBe(full)
  // Full to the last byte: taking the file is a change of its name, which needs no room.
  await alone(options, (after) => expect(said(after.verify({ secret }))).toBe('allowed'))
})

test.runIf(mounted)('a change that comes while the disk is full takes the outdated file away: nothing revoked is left in it', async () => {
  const snapshotFile = join(mountPoint, 'outdated')
  const filler = join(mountPoint, 'filler')
  rmSync(filler, { force: true })
  const { id, secret } = await installation.issue()
  const verifier = installation.verifier({ url: proxy.url, snapshotFile, stalenessSeconds: 20, name: 'full' })
  await verifier.ready()
  await until('there is a file', () => existsSync(snapshotFile))
  fill(filler)
  const { confirmed, mayAcceptUntil } = await revoke(id)
  expect(confirmed).toBe(1)
  expect(mayAcceptUntil.filter((each: { verifier: string }) => each.verifier.startsWith('full@'))).toEqual([])
  expect(existsSync(snapshotFile)).toBe(false)
  expect(said(verifier.verify({ secret }))).toBe('inactive')
  await verifier.close()
})

/** Leaves no byte free. */
function fill(path: string): void {
  try {
    for (let bytes = ''; ; bytes += 'x'.repeat(4096)) writeFileSync(path, bytes)
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' })
  }
}

function remount(mode: 'ro' | 'rw'): void {
  const { status, stderr } = spawnSync('mount', ['-o', `remount,${mode},size=256k`, mountPoint], { encoding: 'utf8' })
  expect(status, stderr).toBe(0)
}
