import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test } from 'vitest'
import { type Finished, ROOT, TestServer } from '../harness.ts'

const MAIN = join(ROOT, 'packages/server/src/main.ts')
const folders: string[] = []
const children: ChildProcess[] = []
const KEY = Buffer.alloc(32, 7).toString('base64')

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const each of folders.splice(0)) rmSync(each, { recursive: true, force: true })
})

function folder(parent = tmpdir()): string {
  const made = mkdtempSync(join(parent, 'keywright-start-'))
  folders.push(made)
  return made
}

/** A command that must end by itself; a server that starts after all is ended, and fails the test. */
function keywright(args: string[], env: Record<string, string>): Promise<Finished> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env.PATH ?? '', KEYWRIGHT_LISTEN: '127.0.0.1:0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
    if (/ready at/.test(stdout)) child.kill('SIGKILL')
  })
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  return new Promise((done) => child.once('close', (code) => done({ code, stdout, stderr })))
}

/** Ends with 1, says one thing on stderr for a person, no stack trace, nothing on stdout, and none of the secrets. */
function refused({ code, stdout, stderr }: Finished, sentence: RegExp): void {
  expect(stderr).toMatch(sentence)
  expect(stderr).toMatch(/^error: /)
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).not.toMatch(/\n\s+at |node:internal|\.ts:\d+/)
  expect(stderr).not.toContain(KEY)
}

test('a variable that does not exist is refused, with the one that was meant', async () => {
  const data = join(folder(), 'data')
  refused(await keywright(['serve'], { KEYWRIGHT_DATA: data, KEYWRIGHT_LISTN: '127.0.0.1:1' }), /KEYWRIGHT_LISTN is unknown\. Did you mean KEYWRIGHT_LISTEN\?/)
  expect(existsSync(data)).toBe(false)
})

test('every mistake of the environment is told at once, and no secret of it', async () => {
  const data = join(folder(), 'data')
  const finished = await keywright(['serve'], {
    KEYWRIGHT_DATA: data,
    KEYWRIGHT_LISTEN: 'nowhere',
    KEYWRIGHT_PUBLIC_URL: 'ftp://x',
    KEYWRIGHT_TRUSTED_PROXIES: '10.0.0.0/8, 10.0.0.1/8',
    KEYWRIGHT_ALLOW_HTTP: 'yes',
    KEYWRIGHT_LOG_LEVEL: 'loud',
    KEYWRIGHT_MASTER_KEY: `${KEY.slice(0, -4)}!`,
    KEYWRIGHT_SMTP_URL: 'smtp://user:verysecret@mail',
    KEYWRIGHT_WHATEVER: '1',
  })
  refused(finished, /^error: The environment cannot be used\. \(invalid_configuration\)\n(?: {2}KEYWRIGHT_\w+: \S[^\n\ufffd]*\n){8,}$/)
  for (const name of ['LISTEN', 'PUBLIC_URL', 'TRUSTED_PROXIES', 'ALLOW_HTTP', 'LOG_LEVEL', 'MASTER_KEY', 'SMTP_URL', 'WHATEVER'])
    expect(finished.stderr).toContain(`KEYWRIGHT_${name}`)
  expect(finished.stderr).not.toContain(KEY.slice(0, 20))
  expect(finished.stderr).not.toContain('verysecret')
  expect(existsSync(data)).toBe(false)
})

test('listening beyond loopback without TLS is refused', async () => {
  refused(
    await keywright(['serve'], { KEYWRIGHT_DATA: join(folder(), 'data'), KEYWRIGHT_LISTEN: '0.0.0.0:0' }),
    /KEYWRIGHT_LISTEN names 0\.0\.0\.0, which is reached from outside/,
  )
})

test('a data folder that is a file, lies under one, or cannot be written is named', async () => {
  const file = join(folder(), 'file')
  writeFileSync(file, 'mine')
  for (const command of ['serve', 'bootstrap', 'migrate']) {
    refused(await keywright([command], { KEYWRIGHT_DATA: file }), /data folder .*file cannot be used: it is a file/)
    refused(await keywright([command], { KEYWRIGHT_DATA: join(file, 'data') }), /cannot be used: a part of the path is a file/)
  }
  refused(await keywright(['serve'], { KEYWRIGHT_DATA: '/proc/keywright' }), /data folder \/proc\/keywright cannot be used/)
  expect(readFileSync(file, 'utf8')).toBe('mine')
})

test.skipIf(process.platform === 'win32')('what is written into a data folder that others may enter is for its user alone', async () => {
  const data = folder()
  chmodSync(data, 0o755)
  await keywright(['migrate'], { KEYWRIGHT_DATA: data })
  // Ends as soon as it is ready, so the files of a running server are there.
  await keywright(['serve'], { KEYWRIGHT_DATA: data })
  const files = readdirSync(data)
  expect(files).toEqual(expect.arrayContaining(['keywright.db', 'master.key', 'revocations.journal']))
  for (const file of files) expect([file, statSync(join(data, file)).mode & 0o077]).toEqual([file, 0])
  // That they may enter is one finding; the others are told all the same.
  const { code, stdout } = await keywright(['doctor'], { KEYWRIGHT_DATA: data })
  expect(code).toBe(1)
  expect(stdout).toMatch(/^FAIL {2}data folder +Others may enter .* Run: chmod 700 /m)
  for (const check of ['database', 'master key', 'audit chain', 'journal', 'replica']) expect(stdout).toMatch(new RegExp(`^ok {4}${check} `, 'm'))
})

test('a port in use is named, and the data folder is let go', async () => {
  const data = join(folder(), 'data')
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => other.once('listening', done))
  const { port } = other.address() as { port: number }
  refused(
    await keywright(['serve'], { KEYWRIGHT_DATA: data, KEYWRIGHT_LISTEN: `127.0.0.1:${port}` }),
    new RegExp(`Something else listens on 127\\.0\\.0\\.1:${port} already`),
  )
  other.close()
  expect((await keywright(['serve'], { KEYWRIGHT_DATA: data })).stdout).toMatch(/ready at/)
})

test('a second server on the same folder is refused while the first goes on', async () => {
  await using first = await TestServer.start()
  refused(await keywright(['serve'], { KEYWRIGHT_DATA: join(first.folder, 'data') }), /Another Keywright server uses the data folder/)
  await first.must(200, 'GET', '/healthz')
})

test('a database of a newer version is left alone, by the server and by commands on the host', async () => {
  const data = join(folder(), 'data')
  expect((await keywright(['migrate'], { KEYWRIGHT_DATA: data })).code).toBe(0)
  const file = join(data, 'keywright.db')
  const database = new DatabaseSync(file)
  database.exec("insert into migrations (name, applied_at) values ('9999-from-the-future', 0)")
  database.close()
  for (const command of ['serve', 'migrate', 'bootstrap']) refused(await keywright([command], { KEYWRIGHT_DATA: data }), /newer/i)
})

test('a file that is no database is left alone', async () => {
  const data = folder()
  chmodSync(data, 0o700)
  writeFileSync(join(data, 'keywright.db'), 'this is my diary, '.repeat(1000))
  refused(await keywright(['serve'], { KEYWRIGHT_DATA: data }), /database/i)
  expect(readFileSync(join(data, 'keywright.db'), 'utf8')).toMatch(/^this is my diary/)
})

test('without its own master key a database is not opened, and no new key is made', async () => {
  const data = join(folder(), 'data')
  expect((await keywright(['migrate'], { KEYWRIGHT_DATA: data })).code).toBe(0)
  const file = join(data, 'master.key')
  if (!existsSync(file)) expect((await keywright(['bootstrap', '--json'], { KEYWRIGHT_DATA: data })).code).toBe(0)
  const right = readFileSync(file, 'utf8')
  refused(
    await keywright(['serve'], { KEYWRIGHT_DATA: data, KEYWRIGHT_MASTER_KEY: KEY }),
    /needs the master key [0-9a-f]{16}, and KEYWRIGHT_MASTER_KEY holds [0-9a-f]{16}\. The right one lies in/,
  )
  rmSync(file)
  refused(await keywright(['serve'], { KEYWRIGHT_DATA: data }), /needs the master key [0-9a-f]{16}, and there is none/)
  expect(existsSync(file)).toBe(false)
  for (const [content, mode, sentence] of [
    [`${KEY}\n`, 0o600, /needs the master key [0-9a-f]{16}, and .*master\.key holds/],
    ['short', 0o600, /does not hold a master key/],
    [right, 0o644, /has the permissions 0644/],
  ] as const) {
    writeFileSync(file, content)
    chmodSync(file, mode)
    const finished = await keywright(['serve'], { KEYWRIGHT_DATA: data })
    refused(finished, sentence)
    expect(finished.stderr).not.toContain(right.trim())
  }
  chmodSync(file, 0o600)
  expect((await keywright(['serve'], { KEYWRIGHT_DATA: data })).stdout).toMatch(/ready at/)
})

test('a test clock is refused outside the folder for temporary files, and beyond loopback', async () => {
  const outside = folder()
  // For this process temporary files lie elsewhere.
  refused(await keywright(['serve', '--test-clock'], { KEYWRIGHT_DATA: join(outside, 'data'), TMPDIR: folder() }), /A test clock is for tests/)
  expect(existsSync(join(outside, 'data', 'keywright.db'))).toBe(false)
  refused(
    await keywright(['serve', '--test-clock'], { KEYWRIGHT_DATA: join(folder(), 'data'), KEYWRIGHT_LISTEN: '0.0.0.0:0', KEYWRIGHT_ALLOW_HTTP: 'true' }),
    /A test clock is for tests/,
  )
})

test('without a test clock nobody sets the clock', async () => {
  await using server = await TestServer.start({ testClock: false })
  for (const method of ['PUT', 'POST', 'GET'])
    expect((await server.call(method, '/test-clock', { body: method === 'GET' ? undefined : { now: '2030-01-01T00:00:00Z' } })).status).toBe(404)
})

test('a configuration file with mistakes is refused whole, with line and field of each', async () => {
  await using server = await TestServer.start()
  const key = await server.bootstrap()
  const file = join(server.folder, 'wrong.yaml')
  const lines = [
    'version: 1',
    'keyTypes:',
    '  - slug: good',
    '    prefix: good',
    '  - slug: Bad Slug',
    '    prefix: kw_mine',
    '    secretLenght: 40',
    'apis:',
    '  - slug: api',
    '    accepts: [nothing]',
    '    carriers: [{ in: query, name: key }]',
    '    routes: [{ method: GET, path: "/a/../b" }]',
  ]
  writeFileSync(file, lines.join('\n'))
  const before = await server.must(200, 'GET', '/v1/config', { key })
  const applied = await server.cli(['config', 'apply', file, '--yes'], { key })
  expect(applied.code).not.toBe(0)
  for (const [line, field] of [
    [5, 'keyTypes[1].slug'],
    [7, 'keyTypes[1].secretLenght'],
    [11, 'apis[0].carriers[0]'],
  ] as const) {
    expect(applied.stderr).toMatch(new RegExp(`${field.replaceAll(/[[\].]/g, '\\$&')}.*line ${line}: `))
  }
  expect(applied.stderr).not.toMatch(/\n\s+at /)
  // What is wrong only beside something else, in the file or stored, has its line as well.
  const contradicting = [
    'version: 1',
    'keyTypes:',
    '  - slug: good',
    '    prefix: kw_mine',
    'apis:',
    '  - slug: api',
    '    label: Api',
    '    accepts: [nothing]',
  ]
  writeFileSync(file, contradicting.join('\n'))
  for (const command of ['diff', 'apply']) {
    const { code, stderr } = await server.cli(['config', command, file, ...(command === 'apply' ? ['--yes'] : [])], { key })
    expect(code).toBe(1)
    expect(stderr).toMatch(/keyTypes\[good\]\.prefix: line 4: /)
    expect(stderr).toMatch(/apis\[api\]\.accepts\[0\]: line 8: /)
  }
  for (const text of [
    'version: 2',
    'version: 1\n\tx: 1',
    'version: 1\nversion: 1',
    'a: &a 1\nb: *a',
    '- 1',
    'version: 1\nkeyTypes: &x [*x]',
    '',
    '{',
    '\u0000',
    'version: 1\nkeyTypes: [{slug: x, prefix: x, sunset: [{deprecatedAt: 2026-13-01}]}]',
  ]) {
    const refusal = await server.call('POST', '/v1/config:apply', { key, body: text, headers: { 'content-type': 'application/yaml' } })
    expect(refusal.status, text).toBe(422)
    for (const error of refusal.body.errors) expect(error.message, text).toMatch(/^line \d+: /)
  }
  expect(await server.must(200, 'GET', '/v1/config', { key })).toEqual(before)
})
