import { hash } from 'node:crypto'
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { doctor, install, type Installation, issue, KEYS, verdict } from '../durability/installation.ts'
import { provenAudit } from '../durability/proof.ts'
import { Writer } from '../durability/writer.ts'
import { pause, TestServer } from '../harness.ts'

let server: TestServer
let installation: Installation
let data: string
let file: string

beforeEach(async () => {
  server = await TestServer.start({ testClock: false })
  installation = await install(server)
  data = join(server.folder, 'data')
  file = join(server.folder, 'backup.db')
})
afterEach(async () => server[Symbol.asyncDispose]())

async function backup(to = file): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await server.cli(['backup', to, '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

async function restore(...more: string[]) {
  const { code, stdout, stderr } = await server.cli(['restore', file, '--yes', '--json', ...more])
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout)
}

const command = (id: string, name: string, body: object = {}) => server.must(200, 'POST', `${KEYS}/${id}:${name}`, { key: installation.admin, body })

async function newKey(name: string): Promise<{ id: string; secret: string }> {
  const { status, body } = await issue(installation, { name })
  expect(status).toBe(201)
  return { id: body.key.id, secret: body.secret }
}

test('a backup made under write load holds one moment, and is a whole installation in an empty folder', async () => {
  const writers = Array.from({ length: 4 }, (_none, index) => new Writer(installation, `w${index}`))
  const runs = Promise.all(writers.map((writer) => writer.run()))
  runs.catch(() => {}) // awaited below
  await pause(300)
  const told = (await backup()) as { keys: number; change: number; auditHead: { number: number; hash: string } }
  const acknowledgedBefore = writers.reduce((sum, writer) => sum + writer.keys.length, 0)
  await pause(200)
  await server.stop('SIGKILL')
  await runs
  expect(acknowledgedBefore).toBeGreaterThan(10)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const masterKey = readFileSync(join(data, 'master.key'), 'utf8').trim()
  expect(readFileSync(file).includes(Buffer.from(masterKey, 'base64'))).toBe(false)

  const bytes = readFileSync(file).toString('latin1')
  const secrets = [
    installation.admin,
    installation.verifier,
    ...writers.flatMap((writer) => writer.keys.flatMap((key) => [...key.ended, ...(key.secret === null ? [] : [key.secret])])),
  ]
  expect(secrets.filter((secret) => bytes.includes(secret))).toEqual([])

  rmSync(data, { recursive: true })
  mkdirSync(data, { mode: 0o700 })
  writeFileSync(join(data, 'master.key'), `${masterKey}\n`, { mode: 0o600 })
  const done = await restore()
  expect(done).toMatchObject({ lost: null, keptAs: null, journal: { found: false }, backup: { change: told.change } })
  await server.run()
  const events = await provenAudit(installation)
  expect(events[told.auditHead.number - 1]).toMatchObject({ hash: told.auditHead.hash })
  // Right after the backup's own end; nobody is an operator there, so the start made a set-up link.
  expect(events.slice(told.auditHead.number, told.auditHead.number + 2).map(({ action }) => action)).toEqual([
    'installation.restored',
    'installation.set_up_link_made',
  ])
  expect((await doctor(server)).replica).toMatch(new RegExp(`^${told.keys} keys at change ${told.change}$`))
  for (const writer of writers)
    for (const key of writer.keys)
      if (key.secret !== null) expect(['valid', 'inactive', 'removed', 'replaced', 'unknown']).toContain(await verdict(installation, key.secret))
  expect((await issue(installation, { name: 'after the restore' })).status).toBe(201)
})

test('what was revoked after the backup stays revoked after the restore, and what nobody knows any more is said', async () => {
  const keys = Object.fromEntries(
    await Promise.all(['kept', 'removed', 'deactivated', 'replaced', 'overlapping', 'reactivated'].map(async (name) => [name, await newKey(name)])),
  )
  const verifier = await server.must(201, 'POST', '/v1/verifier-keys', { key: installation.admin, body: { name: 'leaked', apis: 'all' } })
  const manager = await server.must(201, 'POST', '/v1/management-keys', { key: installation.admin, body: { name: 'leaked', capabilities: [] } })
  const other = await server.must(201, 'POST', '/v1/organizations', { key: installation.admin, body: { slug: 'other', environments: ['live'] } })
  const theirs = await server.must(201, 'POST', '/v1/organizations/other/keys', { key: installation.admin, body: { type: 'plain', name: 'theirs' } })
  await backup()

  await server.must(200, 'DELETE', `${KEYS}/${keys.removed.id}`, { key: installation.admin })
  await command(keys.deactivated.id, 'deactivate')
  await command(keys.reactivated.id, 'deactivate')
  await command(keys.reactivated.id, 'activate')
  await command(keys.replaced.id, 'replace', { expectedVersion: 1, overlapSeconds: 0 })
  await server.call('DELETE', `/v1/verifier-keys/${verifier.key.id}`, { key: installation.admin })
  await server.call('DELETE', `/v1/management-keys/${manager.key.id}`, { key: installation.admin })
  await server.must(200, 'PATCH', '/v1/organizations/other', { key: installation.admin, body: { status: 'suspended' } })
  const late = await newKey('late')
  await server.must(200, 'DELETE', `${KEYS}/${late.id}`, { key: installation.admin })
  const journal = readFileSync(join(data, 'revocations.journal'), 'utf8')
  for (const text of [keys.removed.secret, keys.replaced.secret, installation.admin]) expect(journal).not.toContain(text)
  expect(await server.stop('SIGKILL')).toBeNull()
  appendFileSync(join(data, 'revocations.journal'), '{"kind":"key","change":[9') // torn: the process died while it wrote

  const { stdout } = await server.cli(['restore', file, '--yes'])
  expect(stdout).toContain('1  key.replaced')
  expect(stdout).toContain('1 key was issued since')
  expect(stdout).toMatch(new RegExp(`not known to it .*${late.id}`))
  expect(stdout).toMatch(new RegExp(`no secret that works.*${keys.replaced.id}`))
  expect(stdout).toContain('last line of the journal was cut off')
  await server.run()
  const verdicts = await Promise.all(Object.entries(keys).map(async ([name, key]) => [name, await verdict(installation, (key as { secret: string }).secret)]))
  expect(Object.fromEntries(verdicts)).toEqual({
    kept: 'valid',
    removed: 'removed',
    deactivated: 'inactive',
    replaced: 'replaced',
    overlapping: 'valid',
    // Given back since, so not taken away again.
    reactivated: 'valid',
  })
  expect(await verdict(installation, theirs.secret)).toBe('organization_suspended')
  expect(await verdict(installation, late.secret)).toBe('unknown')
  expect((await server.call('GET', '/v1/me', { key: manager.secret })).status).toBe(401)
  expect((await server.call('POST', '/v1/verify', { key: verifier.secret, body: { secret: keys.kept.secret } })).status).toBe(401)
  const restored = (await provenAudit(installation)).findLast((event) => event.action === 'installation.restored')
  expect(restored?.detail).toMatchObject({ lost: { keys: 1, actions: { 'key.issued': 1, 'key.replaced': 1 } }, revokedAgain: { unknown: [late.id] } })
  expect(other.id).toBeDefined()

  // The journal goes on: the same backup can be restored once more.
  await command(keys.kept.id, 'deactivate')
  await server.stop()
  await restore()
  await server.run()
  expect(await verdict(installation, keys.kept.secret)).toBe('inactive')
  expect(await verdict(installation, keys.removed.secret)).toBe('removed')
  expect(readdirSync(data).filter((name) => name.includes('before-restore'))).toHaveLength(2)
})

test('the numbers of the lost history come back under other marks, so nobody goes on from them', async () => {
  const key = await newKey('a')
  await backup()
  for (let count = 0; count < 3; count++) await newKey(`lost ${count}`)
  await server.must(200, 'DELETE', `${KEYS}/${key.id}`, { key: installation.admin })
  await server.stop()
  const log = () => {
    using database = new DatabaseSync(join(data, 'keywright.db'), { readOnly: true })
    return database.prepare('SELECT number, mark FROM change_log ORDER BY number').all() as { number: number; mark: string }[]
  }
  const before = log()
  const { backup: from } = await restore()
  await server.run()
  for (let count = 0; count < 6; count++) await newKey(`new ${count}`)
  const after = log()
  expect(after.length).toBeGreaterThan(before.length)
  expect(after.slice(0, from.change)).toEqual(before.slice(0, from.change))
  const marks = new Set(after.map((entry) => entry.mark))
  expect(before.slice(from.change).filter((entry) => marks.has(entry.mark))).toEqual([])
})

test('a file that cannot be used is refused with the reason, and nothing has changed', async () => {
  await newKey('a')
  await backup()
  const refused = async (reason: RegExp, given = file) => {
    const { code, stderr } = await server.cli(['restore', given, '--yes'])
    expect(stderr).toMatch(reason)
    expect(code).toBe(1)
  }
  await refused(/Another Keywright server uses the data folder/)
  expect((await server.cli(['backup', file])).stderr).toMatch(/is there already/)
  await server.stop()
  // Looking at a database leaves an empty write-ahead log beside it.
  const state = () => ({
    files: readdirSync(data)
      .filter((name) => !/-(wal|shm)$/.test(name))
      .toSorted(),
    database: hash('sha256', readFileSync(join(data, 'keywright.db'))),
  })
  const before = state()

  const text = join(server.folder, 'text.db')
  writeFileSync(text, 'not a database, but long enough to be one'.repeat(100))
  await refused(/is not a backup made by Keywright/, text)
  await refused(/cannot be read/, join(server.folder, 'none.db'))
  const damaged = join(server.folder, 'damaged.db')
  const bytes = readFileSync(file)
  bytes.fill(0xff, 8192, 8192 + 4096)
  writeFileSync(damaged, bytes)
  await refused(/is damaged/, damaged)
  const changed = (name: string, sql: string) => {
    const copy = join(server.folder, name)
    copyFileSync(file, copy)
    using database = new DatabaseSync(copy)
    database.exec(sql)
    return copy
  }
  await refused(/made by a newer Keywright/, changed('newer.db', "INSERT INTO migrations VALUES ('9999-later', 1)"))
  await refused(/needs the master key 0123456789abcdef/, changed('key.db', "UPDATE settings SET value = '0123456789abcdef' WHERE name = 'masterKeyId'"))
  await refused(/is of the installation ins_other/, changed('other.db', "UPDATE settings SET value = 'ins_other' WHERE name = 'installationId'"))
  const unasked = await server.cli(['restore', file])
  expect({ code: unasked.code, stderr: unasked.stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') })
  expect(state()).toEqual(before)
})

test('a database exchanged by hand for an older one is not served: what was revoked since would work again', async () => {
  const key = await newKey('a')
  await backup()
  await server.stop()
  const old = readFileSync(join(data, 'keywright.db'))
  await server.run()
  await server.must(200, 'DELETE', `${KEYS}/${key.id}`, { key: installation.admin })
  await server.stop()
  const newest = readFileSync(join(data, 'keywright.db'))
  writeFileSync(join(data, 'keywright.db'), old)
  await expect(server.run()).rejects.toThrow(/exchanged for an older/)
  copyFileSync(file, join(data, 'keywright.db'))
  await expect(server.run()).rejects.toThrow(/is a backup/)
  writeFileSync(join(data, 'keywright.db'), newest)
  await server.run()
  expect(await verdict(installation, key.secret)).toBe('removed')
  expect(existsSync(join(data, 'revocations.journal'))).toBe(true)
})
