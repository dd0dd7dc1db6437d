import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../harness.ts'
import { rawRequest, sendRaw } from '../fence/raw.ts'
import { forgedSecret, World } from '../fence/world.ts'
import { cellsOf, forms } from './search.ts'

const KEYS = '/v1/organizations/acme/keys'
const FORMULAS = ['=1+1', '+1', '-1', '@SUM(A1)', '=cmd|calc']

let world: World
let verifier: string
/** Every secret that was issued, and every one that somebody only said. */
const secrets = new Set<string>()
/** Every text that a client was answered where no secret belongs. */
const answers: string[] = []
/** What commands printed where no secret belongs. */
const printed: string[] = []

async function say(
  method: string,
  path: string,
  options: { key?: string | undefined; body?: unknown; headers?: Record<string, string> } = {},
): Promise<number> {
  const answered = await world.server.call(method, path, options)
  answers.push(JSON.stringify(answered.body), JSON.stringify([...answered.headers]))
  return answered.status
}

/** A life in which much is issued, and secrets stand wherever people and programs put them by mistake. */
beforeAll(async () => {
  world = await World.make({ KEYWRIGHT_LOG_LEVEL: 'trace', KEYWRIGHT_SUPPORT_CONTACT: 'help@example.com' })
  verifier = (await world.verifier()).secret
  for (const name of FORMULAS) {
    await world.verifier(['orders'], { name })
    await world.key('acme', 'plain', { name })
  }
  for (let index = 0; index < 20; index++) {
    const type = index % 2 === 0 ? 'plain' : 'vault'
    const issued = await world.key('acme', type)
    const replaced = await world.ask(200, 'POST', `${KEYS}/${issued.id}:replace`, { expectedVersion: 1, overlapSeconds: index % 3 === 0 ? 3600 : 0 })
    if (type === 'vault') {
      expect((await world.ask(200, 'POST', `${KEYS}/${issued.id}:reveal`)).secret).toBe(replaced.secret)
      if (index % 4 === 1) await world.ask(200, 'DELETE', `${KEYS}/${issued.id}`)
    }
  }
  await world.manager('acme', 'administrator', ['credentials:manage'])
  await world.operatorKey(['keys:reveal'])
  const invented = [forgedSecret('pln', 'one'), forgedSecret('kw_mgmt', 'two'), forgedSecret('kw_verify', 'three', 50), forgedSecret('other', 'four', 128)]
  for (const secret of [...world.secrets, ...invented]) secrets.add(secret)
  for (const secret of [world.secrets.at(-3) as string, world.secrets[7] as string, world.operator, verifier, ...invented]) await blurt(secret)
  await say('POST', '/v1/config:diff', {
    key: world.operator,
    body: `version: 1\n# ${world.secrets[5]}\nkeyTypes: [{ slug: x, prefix: x, ${world.secrets[6]}: 1 }]\n`,
    headers: { 'content-type': 'application/yaml' },
  })
  // Usage is stored in the background; a look at it stores it now.
  for (const { id } of (await world.ask(200, 'GET', `${KEYS}?limit=100`)).items) {
    for (const suffix of ['', '/usage', '/events']) await say('GET', `${KEYS}/${id}${suffix}`, { key: world.operator })
  }
}, 60_000)
afterAll(async () => world[Symbol.asyncDispose]())

/** Says the secret in every place of a request, right and wrong. */
async function blurt(secret: string): Promise<void> {
  const { url } = world.server
  const basic = Buffer.from(`:${secret}`).toString('base64')
  for (const key of [secret, `${secret}x`, secret.slice(0, -1)]) {
    secrets.add(key)
    for (const path of ['/v1/me', '/v1/organizations/globex', KEYS]) await say('GET', path, { key, headers: { 'user-agent': `client ${secret}` } })
    for (const body of [
      { secret: key },
      { api: 'both', secret: key },
      {
        api: 'both',
        request: { method: 'GET', path: `/x?key=${key}`, headers: { authorization: `Bearer ${key}`, 'user-agent': `${'a'.repeat(150)} ${key}` } },
      },
      { api: 'form', request: { method: 'POST', path: '/', headers: {}, body: { token: key, other: key } } },
      { [key]: key },
      { secret: key, api: key },
      { secret: key, types: [key] },
      { secret: key, organization: key.slice(0, 100), environment: 'live' },
      { secret: key, ip: key },
      { secret: key, cost: key },
    ]) {
      await say('POST', '/v1/verify', { key: verifier, body })
    }
    await say('POST', '/v1/secrets:identify', { key: world.operator, body: { secret: key } })
    for (const headers of [
      { authorization: `Bearer ${key}` },
      { authorization: key },
      { 'x-api-key': key },
      { authorization: `Basic ${basic}` },
      { 'x-forwarded-uri': `/orders/1?key=${key}` },
      { 'x-forwarded-for': key },
      { 'user-agent': key },
      { 'x-request-id': key },
    ]) {
      await say('GET', '/v1/authorize/orders', {
        headers: { 'keywright-verifier': verifier, 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/orders/1', ...headers },
      })
      await say('GET', '/v1/authorize/orders', { headers: { 'keywright-verifier': key, ...headers } })
    }
    for (const body of [
      { type: key },
      { type: 'plain', [key]: 1 },
      { type: 'plain', environment: 'live', scopes: [key] },
      { type: 'plain', environment: 'live', addresses: [{ cidr: key }] },
      { type: 'plain', environment: 'live', tags: [key.slice(0, 40)] },
      { type: 'plain', name: 7, metadata: { [key]: 'x' } },
    ]) {
      await say('POST', KEYS, { key: world.operator, body: key === secret ? { ...body, name: `my ${key}` } : { ...body, surprise: 1 } })
    }
    await say('PATCH', '/v1/organizations/acme', { key: world.operator, body: { aliases: [key, key], surprise: 1 } })
    await say('POST', KEYS, { key: world.operator, body: `{"type": "${key}` })
    await say('POST', KEYS, { key: world.operator, body: key })
    for (const target of [`/v1/me?${key}`, `/v1/organizations/${key}`, `${KEYS}/${key}`, `/v1/${key}:x`, `/v1/me?a=%ZZ&k=${key}`])
      answers.push((await sendRaw(url, rawRequest('GET', target, [['Authorization', `Bearer ${world.operator}`]]))).text)
  }
  answers.push((await sendRaw(url, `GET /v1/me HTTP/1.1\r\nHost: x\r\nBad Header: ${secret}\r\n\r\n`)).text, (await sendRaw(url, `${secret}\r\n\r\n`)).text)
  for (const args of [
    ['keys', 'get', 'acme', secret],
    ['identify', secret],
    ['config', 'apply', secret],
    ['whoami', '--key', secret],
  ]) {
    if (printed.length >= 8) break
    const { stdout, stderr, code } = await world.server.cli(args, { key: world.operator })
    expect(code).not.toBe(0)
    printed.push(stdout + stderr)
  }
}

function expectNoSecret(where: string, text: string): void {
  for (const secret of secrets) {
    const form = forms(secret).find((each) => text.includes(each))
    if (form === undefined) continue
    const at = text.indexOf(form)
    expect.unreachable(
      `${where} holds a secret of the run: ...${text.slice(Math.max(0, at - 120), at)}[here]${text.slice(at + form.length, at + form.length + 60)}`,
    )
  }
}

const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile())

test('the run had many secrets, and the search finds each of their forms', () => {
  expect(secrets.size).toBeGreaterThan(60)
  const [first] = secrets
  for (const text of [first as string, Buffer.from(`x: ${first}`).toString('base64'), Buffer.from(first as string).toString('hex'), `"${first}"`])
    expect(() => expectNoSecret('a test', text)).toThrow(/holds a secret/)
})

test('no answer, refusal or error text repeats a secret', () => {
  expect(answers.length).toBeGreaterThan(1_000)
  for (const answer of answers) expectNoSecret('an answer', answer)
  for (const text of printed) expectNoSecret('what a command printed', text)
  for (const answer of answers) expect(answer).not.toMatch(/\bat .*\.ts:\d+|"status":500/)
})

test('no export, list, reference or configuration holds a secret', async () => {
  const paths = [
    '/v1/audit-events:export?format=ndjson',
    '/v1/audit-events:export?format=csv',
    '/v1/organizations/acme/audit-events:export?format=ndjson',
    '/v1/organizations/acme/audit-events:export?format=csv',
    '/v1/config',
    '/v1/organizations?limit=100',
    '/v1/verifier-keys?limit=100',
    '/v1/management-keys?limit=100',
    `${KEYS}?limit=100`,
    '/v1/organizations/acme/management-keys',
    '/openapi.json',
    '/docs',
    '/healthz',
    '/v1/key-types',
    '/v1/apis',
  ]
  for (const path of paths) {
    const text = await (await fetch(`${world.server.url}${path}`, { headers: { authorization: `Bearer ${world.operator}` } })).text()
    expect(text.length, path).toBeGreaterThan(10)
    expectNoSecret(path, text)
  }
  const exported = await world.server.cli(['config', 'export', '-'], { key: world.operator })
  expectNoSecret('config export', exported.stdout + exported.stderr)
})

describe('what the server left behind', () => {
  test('neither standard output nor standard error holds a secret, at the level trace', () => {
    expect(world.server.output.split('\n').length).toBeGreaterThan(500)
    expectNoSecret('the output', world.server.output)
    expect(world.server.output).not.toMatch(/"level":(50|60)/)
  })

  test('no file of the data folder but the master key helps to a secret, running or stopped', async () => {
    const folder = join(world.server.folder, 'data')
    const look = (): string[] => {
      const looked = files(folder).filter((file) => !file.endsWith('master.key'))
      for (const file of looked) expectNoSecret(file, readFileSync(file, 'latin1'))
      return looked
    }
    expect(look().map((file) => file.slice(folder.length + 1))).toEqual(expect.arrayContaining(['keywright.db', 'keywright.db-wal']))
    const masterKey = readFileSync(join(folder, 'master.key'), 'utf8').trim()
    for (const file of files(world.server.folder).filter((each) => !each.endsWith('master.key'))) expect(readFileSync(file, 'latin1')).not.toContain(masterKey)
    expect(world.server.output + answers.join('')).not.toContain(masterKey)
    // Of the secrets, none but the retrievable ones can be had back at all; strings(1) of the file is what a thief begins with.
    const dumped = await run('/bin/sh', ['-c', `grep -a -o '[[:alnum:]_]\\{38,\\}' ${join(folder, 'keywright.db')} | sort -u`], {
      PATH: process.env.PATH ?? '',
    })
    expectNoSecret('strings of the database', dumped.stdout)
    expect(await world.server.stop()).toBe(0)
    look()
    expectNoSecret('the output of the end', world.server.output)
    await world.server.run()
  })
})

test('a cell of the CSV that a spreadsheet would take for a formula is neutralized: the name of whoever acted, which he chose', async () => {
  for (const [index, name] of FORMULAS.entries()) {
    const { secret } = await world.operatorKey([], { name })
    await world.server.must(201, 'POST', '/v1/organizations', { key: secret, body: { slug: `by-formula-${index}` } })
    const own = (await world.server.must(200, 'GET', '/v1/me', { key: secret })).id
    const text = await (
      await fetch(`${world.server.url}/v1/audit-events:export?format=csv&actor=${own}`, { headers: { authorization: `Bearer ${world.operator}` } })
    ).text()
    const [head, event] = text.trimEnd().split('\r\n').map(cellsOf)
    expect(event).toHaveLength(head?.length ?? 0)
    expect(event?.[6]).toBe(`'${name}`)
  }
})
