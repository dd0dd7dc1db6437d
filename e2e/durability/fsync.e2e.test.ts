import { afterAll, beforeAll, expect, test } from 'vitest'
import { INSTALL_TIMEOUT } from '../debian-package.ts'
import { TestServer } from '../harness.ts'
import { install, type Installation, issue, KEYS } from './installation.ts'
import { requireStrace, type SystemCall, systemCallsOf } from './strace.ts'

const CALLS = ['fsync', 'fdatasync', 'pwrite64', 'pwritev', 'write', 'writev', 'sendto', 'sendmsg', 'read', 'recvfrom', 'recvmsg']
const WRITE = /^(write|writev|sendto|sendmsg)$/
const READ = /^(read|recvfrom|recvmsg)$/

let server: TestServer
let installation: Installation

beforeAll(async () => {
  await requireStrace()
  server = await TestServer.start({ testClock: false })
  installation = await install(server)
}, INSTALL_TIMEOUT)
afterAll(async () => server?.[Symbol.asyncDispose]())

/** Shows that the change was written to the log and the log was synced after the request came in and before the answer went out. */
function expectSyncedBefore(answer: RegExp, request: RegExp, calls: readonly SystemCall[]): void {
  const came = calls.find((call) => READ.test(call.name) && request.test(call.text))
  const answered = calls.find((call) => WRITE.test(call.name) && answer.test(call.text))
  if (!came || !answered) throw new Error(`the request or its answer was not seen among ${calls.length} calls`)
  const between = calls.filter((call) => call.startedAt > came.endedAt && call.endedAt < answered.startedAt)
  const written = between.filter((call) => /^(pwrite64|pwritev|write)$/.test(call.name) && call.text.includes('keywright.db-wal'))
  expect(written.length, 'nothing was written to the log before the answer').toBeGreaterThan(0)
  const lastWrite = Math.max(...written.map((call) => call.endedAt))
  const synced = between.filter((call) => /^f(data)?sync$/.test(call.name) && call.text.includes('keywright.db-wal') && call.startedAt >= lastWrite)
  expect(synced.length, 'the log was not synced between its last write and the answer').toBeGreaterThan(0)
  const sync = synced[0] as SystemCall
  const since = (at: number) => `${((at - came.endedAt) * 1000).toFixed(2)} ms`
  console.log(
    `request read at 0, log written until ${since(lastWrite)}, ${sync.name} from ${since(sync.startedAt)} to ${since(sync.endedAt)}, answer written at ${since(answered.startedAt)}`,
  )
}

test('the log is synced to the disk before the answer that a key was issued', async () => {
  const calls = await systemCallsOf(server.pid, CALLS, async () => expect((await issue(installation)).status).toBe(201))
  expectSyncedBefore(/HTTP\/1\.1 201/, /POST \/v1\/organizations/, calls)
})

test('the log is synced to the disk before the answer that a key was removed', async () => {
  const { body } = await issue(installation)
  const calls = await systemCallsOf(
    server.pid,
    CALLS,
    async () => void (await server.must(200, 'DELETE', `${KEYS}/${body.key.id}`, { key: installation.admin })),
  )
  expectSyncedBefore(/HTTP\/1\.1 200/, /DELETE \/v1\/organizations/, calls)
})

test('each of 20 keys that share commits is answered only after a sync that began after its request', async () => {
  const calls = await systemCallsOf(server.pid, CALLS, async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => issue(installation)))
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 20 }, () => 201))
  })
  const requests = calls.filter((call) => READ.test(call.name) && /POST \/v1\/organizations/.test(call.text))
  const answers = calls.filter((call) => WRITE.test(call.name) && /HTTP\/1\.1 201/.test(call.text))
  expect(answers).toHaveLength(20)
  const syncs = calls.filter((call) => /^f(data)?sync$/.test(call.name) && call.text.includes('keywright.db-wal'))
  for (const answer of answers) {
    const socket = socketOf(answer)
    const came = requests.find((request) => socketOf(request) === socket) as SystemCall
    expect(syncs.some((sync) => sync.startedAt > came.endedAt && sync.endedAt < answer.startedAt)).toBe(true)
  }
  console.log(`20 keys issued at once: ${syncs.length} syncs of the log`)
})

/** `21<socket:[4711]>` or `21<TCP:[...]>`. */
function socketOf(call: SystemCall): string {
  return /^\d+/.exec(call.text)?.[0] ?? ''
}
