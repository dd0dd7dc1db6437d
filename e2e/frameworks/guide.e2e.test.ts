import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createVerifier } from '@keywright/sdk/verifier/verifier.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT, TestServer } from '../harness.ts'
import { until } from '../verifier/installation.ts'

const GUIDE = readFileSync(join(ROOT, 'docs/guides/verify-in-your-process.md'), 'utf8')
const { end: END, ...SNIPPETS } = Object.fromEntries([...GUIDE.matchAll(/```js (\w+)\n([^]*?)```/g)].map(([, name, code]) => [name as string, code as string]))

let server: TestServer
let folder: string
let operator: string
let secret: string
let verifierKey: string

beforeAll(async () => {
  server = await TestServer.start({ testClock: false })
  operator = await server.bootstrap()
  await server.applyPreset('starter', operator)
  await server.must(201, 'POST', '/v1/organizations', { key: operator, body: { slug: 'acme' } })
  secret = (await issue()).secret
  folder = mkdtempSync(join(tmpdir(), 'keywright-guide-'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  mkdirSync(join(folder, 'node_modules/@keywright'), { recursive: true })
  symlinkSync(join(ROOT, 'packages/sdk'), join(folder, 'node_modules/@keywright/sdk'))
  mkdirSync(join(folder, 'node_modules/@hono'))
  for (const name of ['express', 'fastify', 'hono', '@hono/node-server']) symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name))
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

let names = 0
async function issue(): Promise<{ id: string; secret: string }> {
  const body = { type: 'api-key', name: `Key ${++names}`, environment: 'live', addresses: 'any' }
  const answer = await server.must(201, 'POST', '/v1/organizations/acme/keys', { key: operator, body })
  return { id: answer.key.id, secret: answer.secret }
}

/** What runs a handler that is exported, as its framework's own server would: `node serve.js FILE`. */
const SERVE = `import { createServer } from 'node:http'
const exported = await import(process.argv[2])
const handle = exported.GET
createServer(async (incoming, response) => {
  const answer = await handle(new Request('http://127.0.0.1' + incoming.url, { headers: incoming.headers }), {})
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
}).listen(process.env.PORT)
`

test('the guide has the five', () => {
  expect(Object.keys(SNIPPETS)).toEqual(['express', 'fastify', 'hono', 'next', 'node'])
})

test('its command issues a verifier key as printed', async () => {
  const [, words] = /keywright -- (verifier-keys issue [^\n)]+)/.exec(GUIDE) as RegExpExecArray
  const { code, stdout } = await server.cli((words as string).split(' '), { key: operator })
  expect(code).toBe(0)
  verifierKey = /kw_verify_\w+/.exec(stdout)?.[0] as string
  expect(verifierKey).toBeTypeOf('string')
})

test.each(Object.keys(SNIPPETS))('%s: what is printed runs, lets in, refuses, and refuses what was removed', async (name) => {
  const file = join(folder, `${name}.js`)
  writeFileSync(file, SNIPPETS[name] as string)
  writeFileSync(join(folder, 'serve.js'), SERVE)
  const exported = /^export /m.test(SNIPPETS[name] as string)
  const port = await freePort()
  const env = { PATH: process.env['PATH'] ?? '', KEYWRIGHT_URL: server.url, VERIFIER_KEY: verifierKey, PORT: String(port) }
  const child = spawn(process.execPath, exported ? [join(folder, 'serve.js'), file] : [file], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ask = (key?: string) =>
    fetch(`http://127.0.0.1:${port}/orders`, key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } }).catch(() => ({
      status: 0,
      json: async () => null,
    }))
  try {
    const issued = await issue()
    await until(`${name} answers\n${output}`, async () => {
      if (child.exitCode !== null) throw new Error(`${name} ended:\n${output}`)
      return (await ask(issued.secret)).status === 200
    })
    expect(await (await ask(secret)).json()).toEqual({ organization: 'acme' })
    expect(await (await ask()).json()).toMatchObject({ status: 401, code: 'missing' })
    await server.must(200, 'DELETE', `/v1/organizations/acme/keys/${issued.id}?confirm=true`, { key: operator })
    expect(await (await ask(issued.secret)).json()).toMatchObject({ status: 401, code: 'removed' })
    expect(output).not.toContain(secret)
  } finally {
    await end(child)
  }
})

test('without the line that waits, a program starts while Keywright is away, and answers 503', async () => {
  const file = join(folder, 'away.js')
  const waiting = 'await verifier.ready()\n'
  expect(SNIPPETS['node']).toContain(waiting)
  writeFileSync(file, (SNIPPETS['node'] as string).replace(waiting, ''))
  const port = await freePort()
  const env = { PATH: process.env['PATH'] ?? '', KEYWRIGHT_URL: `http://127.0.0.1:${await freePort()}`, VERIFIER_KEY: verifierKey, PORT: String(port) }
  const child = spawn(process.execPath, [file], { cwd: folder, env, stdio: 'inherit' })
  try {
    const ask = () => fetch(`http://127.0.0.1:${port}/orders`).catch(() => null)
    await until('it answers', async () => (await ask())?.status === 503)
    expect(await (await ask())?.json()).toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 })
  } finally {
    await end(child)
  }
})

test('a process that ends as it says is named by no confirmation afterwards', async () => {
  const file = join(folder, 'ending.js')
  writeFileSync(file, `${SNIPPETS['node']}${END}`)
  const port = await freePort()
  const env = { PATH: process.env['PATH'] ?? '', KEYWRIGHT_URL: server.url, VERIFIER_KEY: verifierKey, PORT: String(port) }
  const child = spawn(process.execPath, [file], { cwd: folder, env, stdio: 'inherit' })
  const listed = async () => (await server.must(200, 'GET', '/v1/verifiers', { key: operator })).items.filter(({ pid }: { pid: number }) => pid === child.pid)
  try {
    const key = await issue()
    await until(
      'it answers',
      async () => (await fetch(`http://127.0.0.1:${port}/orders`, { headers: { authorization: `Bearer ${key.secret}` } }).catch(() => null))?.status === 200,
    )
    expect(await listed()).toHaveLength(1)
    const ended = new Promise((done) => child.once('exit', done))
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    await until('it is listed no more', async () => (await listed()).length === 0)
    const usage = await server.must(200, 'GET', `/v1/organizations/acme/keys/${key.id}/usage`, { key: operator })
    expect(usage.lastSeen).toMatchObject([{ calls: 1 }])
  } finally {
    await end(child)
  }
})

test('confirmed revocation: its commands work as printed, and say what is printed', async () => {
  const guide = readFileSync(join(ROOT, 'docs/guides/confirmed-revocation.md'), 'utf8')
  const [remove, list] = [...guide.matchAll(/keywright -- ([^\n]+)/g)].map(([, words]) => (words as string).split(' '))
  const verifier = createVerifier({ url: server.url, verifierKey, api: 'orders', name: 'orders' })
  try {
    await verifier.ready()
    const { id } = await issue()
    const removed = await server.cli(
      (remove as string[]).map((word) => (word === 'KEY_ID' ? id : word)),
      { key: operator },
    )
    // Verifiers of the programs above were killed: until their bound has passed, nobody may say "everywhere".
    expect([removed.code, removed.stderr]).toEqual([
      0,
      expect.stringMatching(/Confirmed: refused (?:everywhere: 1 of 1 verifier, \d+ ms|by 1 of \d verifiers; may still accept: )/),
    ])
    expect(guide).toContain('Confirmed: refused everywhere: 12 of 12 verifiers, 41 ms')
    const listed = await server.cli(list as string[], { key: operator })
    expect([listed.code, listed.stdout]).toEqual([0, expect.stringContaining('orders')])
    for (const heading of ['WHERE', 'LAG', 'KEYS', 'MAY ACCEPT UNTIL']) expect(listed.stdout).toContain(heading)
  } finally {
    await verifier.close()
  }
})

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = new Promise((done) => child.once('exit', done))
  child.kill('SIGKILL')
  await ended
}

async function freePort(): Promise<number> {
  const listener = createServer()
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done))
  const { port } = listener.address() as { port: number }
  await new Promise((done) => listener.close(done))
  return port
}
