import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AppError } from '@keywright/core/problem-code.ts'
import { systemClock } from '../../packages/server/src/kernel/clock.ts'
import { systemRandom } from '../../packages/server/src/kernel/random.ts'
import { issueOperatorKeyInUnit } from '../../packages/server/src/management/credentials/own-keys.ts'
import type { Caller, Services } from '../../packages/server/src/management/services.ts'
import { commit } from '../../packages/server/src/management/unit.ts'
import { openSqlite } from '../../packages/server/src/store/drivers/sqlite/open.ts'
import { migrate } from '../../packages/server/src/store/migrate.ts'
import { TestServer } from '../harness.ts'
import { allKeys, doctor, eachOf, install, type Installation, issue, KEYS, verdict } from './installation.ts'

// A file system of three megabytes in memory: the database's log alone would grow to four before it is folded in.
const mountPoint = mkdtempSync(join(tmpdir(), 'keywright-disk-'))
const mounting = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', mountPoint], { encoding: 'utf8' })
const mounted = mounting.status === 0
if (!mounted)
  console.error(
    `No file system can be mounted here (${mounting.error?.message ?? mounting.stderr.trim()}): NOT RUN with a server, only with a bound on the file's pages.`,
  )

let server: TestServer
let installation: Installation
const acknowledged: { id: string; secret: string }[] = []
const removed: { id: string; secret: string }[] = []

beforeAll(async () => {
  if (!mounted) return
  mkdirSync(join(mountPoint, 'data'), { mode: 0o700 })
  server = await TestServer.start({ testClock: false, env: { KEYWRIGHT_DATA: join(mountPoint, 'data') } })
  installation = await install(server)
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  if (mounted) spawnSync('umount', [mountPoint])
  rmSync(mountPoint, { recursive: true, force: true })
})

/** Issues until not even a single key finds room. @returns the refusal. */
async function fill() {
  for (let width = 16, refusals = 0; ;) {
    const answers = await Promise.all(Array.from({ length: width }, () => issue(installation, { metadata: { filler: 'x'.repeat(400) } })))
    for (const { status, body } of answers) if (status === 201) acknowledged.push({ id: body.key.id, secret: body.secret })
    const refused = answers.find((answer) => answer.status !== 201)
    if (refused) width = 1
    refusals = refused ? refusals + 1 : 0
    if (refused && refusals > 5) return refused
    if (acknowledged.length > 20_000) throw new Error('the disk never became full')
  }
}

test.runIf(mounted)('on a full disk a write is refused with 507 disk_full and a sentence', async () => {
  const refused = await fill()
  expect({ status: refused.status, code: refused.body.code }).toEqual({ status: 507, code: 'disk_full' })
  expect(refused.body.detail).toContain('disk is full')
})

test.runIf(mounted)('meanwhile reads and verification go on, and exactly the acknowledged keys are there', async () => {
  await eachOf(acknowledged.slice(-200), async ({ secret }) => expect(await verdict(installation, secret)).toBe('valid'))
  expect(idsOf(await allKeys(installation))).toEqual(idsOf(acknowledged))
  await server.must(200, 'GET', `${KEYS}/${acknowledged[0]?.id}`, { key: installation.admin })
  await server.must(200, 'GET', '/v1/organizations/acme/audit-events', { key: installation.admin })
  await server.must(200, 'GET', '/readyz')
})

test.runIf(mounted)('a revocation that cannot be stored is not acknowledged, and the key goes on working', async () => {
  for (;;) {
    // A small change may still find room in the log.
    const { id, secret } = acknowledged[0] as { id: string; secret: string }
    const { status, body } = await server.call('DELETE', `${KEYS}/${id}`, { key: installation.admin })
    expect(await verdict(installation, secret)).toBe(status === 200 ? 'removed' : 'valid')
    if (status !== 200) return void expect({ status, code: body.code }).toEqual({ status: 507, code: 'disk_full' })
    removed.push(...acknowledged.splice(0, 1))
  }
})

test.runIf(mounted)('when there is room again, writes work without a restart', async () => {
  const { status, stderr } = spawnSync('mount', ['-o', 'remount,size=8m', mountPoint], { encoding: 'utf8' })
  expect(status, stderr).toBe(0)
  const { status: issued, body } = await issue(installation)
  expect(issued).toBe(201)
  acknowledged.push({ id: body.key.id, secret: body.secret })
  removed.push(...acknowledged.splice(0, 1))
  await server.must(200, 'DELETE', `${KEYS}/${removed.at(-1)?.id}`, { key: installation.admin })
})

test.runIf(mounted)('after kill -9 and a restart every acknowledged key works, and what was counted while the disk was full is stored', async () => {
  const seen = acknowledged.at(-2) as { id: string }
  const { lastSeen } = await server.must(200, 'GET', `${KEYS}/${seen.id}`, { key: installation.admin })
  expect(lastSeen, 'usage that could not be stored was dropped').not.toBeNull()
  await server.stop('SIGKILL')
  await server.run()
  await eachOf(acknowledged, async ({ secret }) => expect(await verdict(installation, secret)).toBe('valid'))
  for (const { secret } of removed) expect(await verdict(installation, secret)).toBe('removed')
  expect(idsOf(await allKeys(installation, '&status=active'))).toEqual(idsOf(acknowledged))
  expect((await doctor(server, true))['audit chain']).toMatch(/events, whole$/)
  console.log(`full disk: ${acknowledged.length} acknowledged keys and ${removed.length} revocations, 0 lost`)
})

test.runIf(mounted)('a server that is started on a full disk verifies as before', async () => {
  await fill()
  await server.stop('SIGKILL')
  await server.run()
  await eachOf(acknowledged.slice(-100), async ({ secret }) => expect(await verdict(installation, secret)).toBe('valid'))
  expect(await verdict(installation, removed[0]?.secret as string)).toBe('removed')
})

test.runIf(mounted)('a server and a backup that find no room at all say that the disk is full', async () => {
  // Stopped with room left, so that nothing but the database itself is there any more.
  spawnSync('mount', ['-o', 'remount,size=16m', mountPoint])
  await server.stop('SIGTERM')
  const filler = join(mountPoint, 'filler')
  const descriptor = openSync(filler, 'w')
  expect(() => {
    for (;;) writeSync(descriptor, Buffer.alloc(4096))
  }).toThrow('ENOSPC')
  closeSync(descriptor)
  await expect(server.run()).rejects.toThrow(/The disk is full\. Nothing was stored\. \(disk_full\)/)
  const { code, stderr } = await server.cli(['backup', join(mountPoint, 'backup.db')])
  expect([code, stderr]).toEqual([1, expect.stringContaining('The disk is full.')])
  expect(readdirSync(mountPoint).toSorted()).toEqual(['data', 'filler'])
  rmSync(filler)
  await server.run()
  expect(await verdict(installation, removed[0]?.secret as string)).toBe('removed')
})

test('a use case whose last page does not fit is disk_full and leaves nothing; the ones before it stay', async () => {
  // The same without a file system of its own: a bound on the pages of the file, where nothing can be mounted.
  const folder = mkdtempSync(join(tmpdir(), 'keywright-pages-'))
  try {
    await using database = await openSqlite({ file: join(folder, 'keywright.db'), maxPages: 120 })
    await migrate(database, 0)
    const services: Services = {
      database,
      clock: systemClock(),
      random: systemRandom,
      masterKey: { id: '0'.repeat(16), bytes: new Uint8Array(32) },
      afterCommit: async () => {},
    }
    let issued = 0
    const issueOne = () =>
      commit(services, HOST, (unit) =>
        issueOperatorKeyInUnit(services, HOST, unit, { name: `Key ${issued}`, capabilities: [], addresses: 'any', expiresAt: null }),
      )
    const refusal = await (async () => {
      for (;;) {
        try {
          await issueOne()
          issued++
        } catch (error) {
          return error as AppError
        }
      }
    })()
    expect(refusal.code).toBe('disk_full')
    expect(issued).toBeGreaterThan(0)
    const [keys, changes] = await database.reader.batch<[unknown, unknown]>([
      database.build.selectFrom('keys').select('id').compile(),
      database.build.selectFrom('change_log').select('number').where('kind', '=', 'key').compile(),
    ])
    expect({ keys: keys.length, changes: changes.length }).toEqual({ keys: issued, changes: issued })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

const HOST: Caller = { actor: { kind: 'host', id: 'test', name: null }, role: 'operator', capabilities: new Set(), organizationId: null, requestId: null }

function idsOf(keys: readonly { id: string }[]): string[] {
  return keys.map((key) => key.id).toSorted()
}
