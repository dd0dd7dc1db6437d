import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Finished, ROOT, run, TestServer } from '../harness.ts'
import { Sample } from './sample.ts'

/** E.3 and E.4 with a real external program: three processes that share nothing but HTTP. */
const PROGRAM = join(ROOT, 'examples/legacy-sync')
const PEOPLE = 200
let server: TestServer
let crm: Sample
let key: string
let folder: string
let instance: { id: string; secret: string }

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keywright-legacy-'))
  server = await TestServer.start({ testClock: false })
  key = await server.bootstrap()
  await server.applyPreset('insites', key)
  await server.must(201, 'POST', '/v1/organizations', { key, body: { slug: 'acme', environments: ['production'] } })
  const { items } = await server.must(200, 'GET', '/v1/organizations/acme/keys', { key })
  const { secret } = await server.must(200, 'POST', `/v1/organizations/acme/keys/${items[0].id}:reveal`, { key })
  instance = { id: items[0].id, secret }
  crm = await Sample.start(server, key, 'crm', ['insites-crm', 'insites-crm-staging'])
})
afterAll(async () => {
  await crm?.[Symbol.asyncDispose]()
  await server?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const environment = (secret: string) => ({ PATH: process.env['PATH'] ?? '', CRM_URL: crm.url, CRM_HOST: 'acme.localhost', CRM_KEY: secret })
const file = () => join(folder, 'people.sqlite')

/** Starts the program and calls back once it has copied so many; answers how it ended. */
function copyUntil(secret: string, count: number, then: (kill: () => void) => void): Promise<Finished> {
  const child = spawn(process.execPath, [join(PROGRAM, 'main.ts'), file()], { env: environment(secret), stdio: ['ignore', 'pipe', 'pipe'] })
  const finished: Finished = { code: null, stdout: '', stderr: '' }
  let called = false
  child.stderr.on('data', (chunk: Buffer) => (finished.stderr += chunk.toString()))
  child.stdout.on('data', (chunk: Buffer) => {
    finished.stdout += chunk.toString()
    if (called || !finished.stdout.includes(`copied ${count}\n`)) return
    called = true
    then(() => child.kill('SIGKILL'))
  })
  return new Promise((resolve) => child.once('close', (code) => resolve({ ...finished, code })))
}

const total = async (secret: string): Promise<number> => {
  const listed = await crm.call({ path: '/crm/api/v2/contacts?size=1', headers: { host: 'acme.localhost', authorization: secret } })
  return listed.body.total as number
}

test('a program that was killed goes on without duplicates, is refused from the instant its key is replaced, and ends the work with the new one', async () => {
  expect((await run(process.execPath, [join(PROGRAM, 'make-legacy.ts'), file(), String(PEOPLE)], { PATH: process.env['PATH'] ?? '' })).code).toBe(0)
  const killed = await copyUntil(instance.secret, 30, (kill) => kill())
  expect(killed.code).toBeNull()
  // Killed between the copy and the note of it: the CRM knows one more person than the legacy database.
  const legacy = new DatabaseSync(file())
  legacy.exec('UPDATE people SET crm_id = NULL WHERE number = 30')
  legacy.close()

  let replaced: Promise<{ secret: string; refusedFrom: number }> | null = null
  const refused = await copyUntil(instance.secret, 40, () => {
    const body = { expectedVersion: 1 }
    replaced = server.must(200, 'POST', `/v1/organizations/acme/keys/${instance.id}:replace`, { key, body }).then(async (answer) => {
      // From the instant of the answer on, nothing more is let in with the old value.
      return { secret: answer.secret as string, refusedFrom: await total(answer.secret) }
    })
  })
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/^stopped after \d+: 401 replaced/)])
  const { secret, refusedFrom } = await (replaced as unknown as Promise<{ secret: string; refusedFrom: number }>)
  expect(await total(secret)).toBe(refusedFrom)
  expect(refusedFrom).toBeLessThan(PEOPLE)

  const finished = await run(process.execPath, [join(PROGRAM, 'main.ts'), file()], environment(secret))
  expect([finished.code, finished.stderr]).toEqual([0, ''])
  expect(await total(secret)).toBe(PEOPLE)
})
