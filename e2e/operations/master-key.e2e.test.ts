import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pause, ROOT, TestServer } from '../harness.ts'

const CONFIGURATION = { version: 1, environments: ['live'], keyTypes: [{ slug: 'shown', prefix: 'shown', visibility: 'retrievable' }] }

async function installed(count: number, env: Record<string, string> = {}) {
  const server = await TestServer.start({ testClock: false, env })
  const admin = await server.bootstrap()
  await server.must(200, 'POST', '/v1/config:apply', { key: admin, body: CONFIGURATION })
  await server.must(201, 'POST', '/v1/organizations', { key: admin, body: { slug: 'acme', environments: ['live'] } })
  const keys: { id: string; secret: string }[] = []
  for (let index = 0; index < count; index++) {
    const { key, secret } = await server.must(201, 'POST', '/v1/organizations/acme/keys', { key: admin, body: { type: 'shown' } })
    keys.push({ id: key.id, secret })
  }
  const reveals = async () => {
    for (const { id, secret } of keys)
      expect((await server.must(200, 'POST', `/v1/organizations/acme/keys/${id}:reveal`, { key: admin, body: {} })).secret).toBe(secret)
  }
  return { server, admin, reveals, data: join(server.folder, 'data') }
}

test('every stored secret opens after a rotation, with the new key alone; the old key is kept beside', async () => {
  const { server, reveals, data } = await installed(5)
  await using _server = server
  expect((await server.cli(['master-key', 'rotate'])).stderr).toMatch(/Another Keywright server uses/)
  await server.stop()
  const old = readFileSync(join(data, 'master.key'), 'utf8')
  const { code, stdout, stderr } = await server.cli(['master-key', 'rotate', '--json'])
  expect(code, stderr).toBe(0)
  const { from, to, envelopes, keptAs } = JSON.parse(stdout)
  expect(envelopes).toMatchObject({ secret_versions: 5 })
  expect(readFileSync(join(data, keptAs), 'utf8')).toBe(old)
  expect(keptAs).toBe(`master.key.${from}`)
  expect(to).not.toBe(from)
  expect(existsSync(join(data, 'master.key.next'))).toBe(false)
  for (const text of [old.trim(), readFileSync(join(data, 'master.key'), 'utf8').trim()]) expect(stdout + stderr).not.toContain(text)
  await server.run()
  await reveals()
})

test('a rotation that is killed anywhere is finished by running it again, and the server says so until then', async () => {
  const { server, reveals, data } = await installed(40)
  await using _server = server
  await server.stop()
  const key = join(data, 'master.key')
  // kill -9 at moments spread over the whole run: some milliseconds after the new key is on disk, within or after the transaction.
  const seen = new Set<string>()
  for (const delay of [0, 15, 40, 70, 110, 160]) {
    const before = readFileSync(key, 'utf8')
    const child = spawn(process.execPath, [join(ROOT, 'packages/server/src/main.ts'), 'master-key', 'rotate'], { env: server.env, stdio: 'ignore' })
    const ended = new Promise((done) => child.once('exit', done))
    while (!existsSync(`${key}.next`) && child.exitCode === null) await pause(1)
    await pause(delay)
    child.kill('SIGKILL')
    await ended
    seen.add(`${existsSync(`${key}.next`) ? 'next' : 'none'} ${readFileSync(key, 'utf8') === before ? 'old' : 'new'}`)
    const again = await server.cli(['master-key', 'rotate'])
    expect(again.code, again.stderr).toBe(0)
    expect(existsSync(`${key}.next`)).toBe(false)
  }
  console.log(`rotation killed in these states: ${[...seen].join(', ')}`)
  await server.run()
  await reveals()

  // Between the commit and the exchange of the files, exactly.
  await server.stop()
  const old = readFileSync(key, 'utf8')
  expect((await server.cli(['master-key', 'rotate'])).code).toBe(0)
  renameSync(key, `${key}.next`)
  writeFileSync(key, old, { mode: 0o600 })
  await expect(server.run()).rejects.toThrow(/rotation was interrupted/)
  const finished = await server.cli(['master-key', 'rotate', '--json'])
  expect(JSON.parse(finished.stdout)).toMatchObject({ envelopes: null })
  // After the first file, exactly: the new key is there and nothing lies under it; the server runs on the old one.
  writeFileSync(`${key}.next`, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 })
  await server.run()
  await reveals()
  await server.stop()
  expect((await server.cli(['master-key', 'rotate'])).code).toBe(0)
  await server.run()
  await reveals()
}, 240_000)

test('a key from the environment is rotated to one from the environment, and never without being told to which', async () => {
  const [first, second] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]
  const { server, reveals, data } = await installed(2, { KEYWRIGHT_MASTER_KEY: first })
  await using _server = server
  await server.stop()
  expect((await server.cli(['master-key', 'rotate'])).stderr).toMatch(/KEYWRIGHT_MASTER_KEY_NEXT/)
  expect((await server.cli(['master-key', 'rotate'], { env: { KEYWRIGHT_MASTER_KEY_NEXT: first } })).stderr).toMatch(/is the old one/)
  const rotated = await server.cli(['master-key', 'rotate', '--json'], { env: { KEYWRIGHT_MASTER_KEY_NEXT: second } })
  expect(JSON.parse(rotated.stdout)).toMatchObject({ envelopes: { secret_versions: 2 } })
  expect(existsSync(join(data, 'master.key'))).toBe(false)
  await expect(server.run()).rejects.toThrow(/needs the master key/)
  server.env['KEYWRIGHT_MASTER_KEY'] = second
  await server.run()
  await reveals()
})
