import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from '../harness.ts'
import { CONFIGURATION, World } from '../fence/world.ts'
import { anyText, anyValue, corrupted, Dice, mutated } from './generate.ts'

const SEED = 20_261_120
const ROUNDS = process.env.KEYWRIGHT_TEST_LONG === '1' ? 20_000 : 700
const AT_ONCE = 20
const HANGS_MS = 10_000

let world: World
let verifier: string
let plain: string

beforeAll(async () => {
  world = await World.make({ KEYWRIGHT_TRUSTED_PROXIES: '127.0.0.1/32' })
  verifier = (await world.verifier()).secret
  plain = (await world.key('acme')).secret
})
afterAll(async () => world[Symbol.asyncDispose]())

interface Input {
  method: string
  path: string
  headers: Record<string, string>
  body?: Buffer | string
}

/** Sends what `make` makes; fails with the input that got a 500, a status out of place, or no answer in time. */
async function fuzz(what: string, make: (dice: Dice) => Input): Promise<void> {
  const dice = new Dice(SEED)
  const statuses = new Map<number, number>()
  let slowest = 0
  const one = async (): Promise<void> => {
    const { method, path, headers, body } = make(dice)
    let request: Request
    try {
      request = new Request(`${world.server.url}${path}`, {
        method,
        headers,
        signal: AbortSignal.timeout(HANGS_MS),
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
      })
    } catch {
      return // fetch itself refuses to send it
    }
    const told = JSON.stringify({ seed: SEED, method, path, headers, body: body?.toString() }).slice(0, 2_000)
    const began = performance.now()
    const answered = await fetch(request).catch((error: unknown) => expect.unreachable(`${error}: ${told}`))
    const text = await answered.text()
    slowest = Math.max(slowest, performance.now() - began)
    statuses.set(answered.status, (statuses.get(answered.status) ?? 0) + 1)
    expect(answered.status, `${told} -> ${text}`).toBeLessThan(500)
    for (const secret of [world.operator, verifier]) expect(text, told).not.toContain(secret)
    expect(text, told).not.toMatch(/\bat .*\.ts:\d+/)
  }
  for (let round = 0; round < ROUNDS; round += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, one))
  const counts = [...statuses].toSorted().map(([status, count]) => `${status}: ${count}`)
  console.log(
    `${what}: ${[...statuses.values()].reduce((sum, count) => sum + count, 0)} inputs from seed ${SEED} (${counts.join(', ')}), the slowest took ${Math.round(slowest)} ms`,
  )
  expect(statuses.size).toBeGreaterThan(1)
  await world.server.must(200, 'GET', '/v1/me', { key: world.operator })
  expect(world.server.output).not.toMatch(/"level":(50|60)/)
}

const json = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}`, 'content-type': 'application/json' })
/** JSON, now and then with bytes changed. */
const written = (dice: Dice, value: unknown): Buffer | string => (dice.below(4) === 0 ? corrupted(dice, JSON.stringify(value)) : JSON.stringify(value))
const headerText = (dice: Dice): string => anyText(dice).replaceAll(/[^\u0020-\u007e\u00a0-\u00ff]/g, '')

test('whatever is sent to verify, it is answered with a decision or a refusal', async () => {
  const right = {
    api: 'both',
    request: {
      method: 'GET',
      path: '/orders/1',
      headers: { authorization: `Bearer ${plain}`, 'x-a': ['1', '2'] },
      host: 'acme.example.com',
      body: { token: plain },
    },
    ip: '192.0.2.1',
    requiredScopes: ['orders.read'],
    types: ['plain'],
    organization: 'acme',
    environment: 'live',
    cost: 1,
  }
  const { request: _request, ...rest } = right
  await fuzz('POST /v1/verify', (dice) => ({
    method: 'POST',
    path: '/v1/verify',
    headers: json(verifier),
    body: written(
      dice,
      mutated(
        dice,
        dice.below(2) === 0
          ? { ...right, api: dice.one(['both', 'form', 'hosted', 'orders']) }
          : { ...rest, secret: dice.below(2) === 0 ? plain : anyText(dice) },
      ),
    ),
  }))
})

test('whatever a proxy or its client sends to authorize, it is answered', async () => {
  await fuzz('ANY /v1/authorize', (dice) => {
    const names = [
      'authorization',
      'x-forwarded-method',
      'x-forwarded-uri',
      'x-forwarded-host',
      'x-forwarded-for',
      'x-original-uri',
      'x-original-method',
      'cookie',
      'user-agent',
    ]
    const headers: Record<string, string> = {
      'keywright-verifier': dice.below(8) === 0 ? headerText(dice) : verifier,
      authorization: `Bearer ${plain}`,
      'x-forwarded-method': 'GET',
      'x-forwarded-uri': '/orders/1',
    }
    for (const name of dice.some(4, () => dice.one(names))) headers[name] = headerText(dice)
    const query = dice.below(3) === 0 ? `?dialect=${encodeURIComponent(anyText(dice).replaceAll(/[\ud800-\udfff]/g, ''))}` : dice.one(['', '?dialect=nginx'])
    return {
      method: dice.one(['GET', 'POST', 'HEAD', 'OPTIONS', 'DELETE']),
      path: `/v1/authorize/${dice.one(['orders', 'both', 'hosted', 'form', 'nowhere'])}${query}`,
      headers,
    }
  })
})

test('whatever is asked for, a key is issued or the mistakes are told', async () => {
  const right = {
    type: 'plain',
    name: 'name',
    environment: 'live',
    origin: 'page',
    expiresAt: null,
    scopes: ['orders.read'],
    addresses: [{ cidr: '10.0.0.0/8', label: 'office' }],
    metadata: { a: 'b' },
    tags: ['x'],
  }
  await fuzz('keys.issue', (dice) => ({
    method: 'POST',
    path: '/v1/organizations/acme/keys',
    headers: json(world.operator),
    body: written(dice, mutated(dice, { ...right, ...(dice.below(3) === 0 ? { expiresAt: undefined, expiresInSeconds: 60 } : {}) })),
  }))
})

test('whatever stands in a configuration file, it is compared or the mistakes are told', async () => {
  const files = ['insider-one', 'insider-2024', 'starter', 'insites', 'insidemaps'].map((name) => readFileSync(join(ROOT, 'presets', `${name}.yaml`), 'utf8'))
  await fuzz('config:diff and config:apply', (dice) => {
    const path = dice.one(['/v1/config:diff', '/v1/config:apply'])
    if (dice.below(2) === 0) return { method: 'POST', path, headers: json(world.operator), body: written(dice, mutated(dice, CONFIGURATION)) }
    const file = dice.one(files)
    const lines = file.split('\n')
    const at = dice.below(lines.length)
    lines[at] = dice.one([`${lines[at]}${anyText(dice)}`, lines[dice.below(lines.length)] as string, `  ${lines[at]}`, ''])
    return { method: 'POST', path, headers: { ...json(world.operator), 'content-type': 'application/yaml' }, body: corrupted(dice, lines.join('\n')) }
  })
})

test('whatever stands in a query or a path, the list is answered or refused', async () => {
  const paths = [
    '/v1/organizations',
    '/v1/organizations/acme/keys',
    '/v1/audit-events',
    '/v1/audit-events:export',
    '/v1/verifier-keys',
    '/v1/organizations/acme/audit-events',
    '/v1/key-types',
    '/v1/organizations/acme/key-types',
  ]
  const names = ['limit', 'cursor', 'q', 'type', 'status', 'environment', 'tag', 'action', 'subject', 'actor', 'from', 'to', 'format', 'per']
  const part = (dice: Dice): string =>
    dice.below(2) === 0
      ? encodeURIComponent(
          anyText(dice)
            .replaceAll(/[\ud800-\udfff]/g, '')
            .slice(0, 2_000),
        )
      : anyText(dice)
          .replaceAll(/[^!-~]|[#?/\\]/g, '')
          .slice(0, 2_000)
  await fuzz('queries and paths', (dice) => {
    const cursor = Buffer.from(JSON.stringify(anyValue(dice)))
      .toString('base64url')
      .slice(0, 400)
    const query = dice.some(3, () => `${dice.below(6) === 0 ? part(dice) : dice.one(names)}=${dice.below(4) === 0 ? cursor : part(dice)}`).join('&')
    const path =
      dice.below(3) > 0
        ? dice.one(paths)
        : `${dice.one(['/v1/organizations/', '/v1/organizations/acme/keys/', '/v1/key-types/', '/v1/apis/', '/v1/', '/'])}${part(dice)}`
    return { method: 'GET', path: `${path}${query === '' ? '' : `?${query}`}`, headers: json(world.operator) }
  })
})
