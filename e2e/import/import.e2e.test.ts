import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { checksumOf } from '@keywright/core/secret/checksum.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answered, TestServer } from '../harness.ts'

let server: TestServer
let key: string
let verifier: string

const TYPES = `version: 1
environments: [live, test]
keyTypes:
  - { slug: plain, prefix: plain, environments: [live], naming: { mode: optional, unique: true } }
  - { slug: capped, prefix: capped, environments: [live], cap: { max: 2, counts: notRemoved, per: organization } }
  - { slug: strict, prefix: strict, environments: [live], naming: { mode: required }, expiry: { mode: required }, addresses: { mode: optional } }
  - { slug: shown, prefix: shown, environments: [live], visibility: retrievable }
  - { slug: old, prefix: old, environments: [live], sunset: [{ origin: legacy, deprecatedAt: 2020-01-01T00:00:00Z, retiredAt: 2021-01-01T00:00:00Z }] }
apis:
  - { slug: bearer, environment: live, accepts: [plain, capped, strict, shown, old], carriers: [{ in: header, name: Authorization, scheme: bearer }] }
  - { slug: raw, environment: live, accepts: [plain], carriers: [{ in: header, name: X-Token }] }
  - { slug: body, environment: live, accepts: [plain], carriers: [{ in: body, name: api_key }] }
`
const sha256 = (secret: string) => createHash('sha256').update(secret).digest()
const secretOf = (name: string) => `legacy/${name}/${sha256(name).toString('base64').slice(0, 32)}`

beforeAll(async () => {
  server = await TestServer.start({ env: { KEYWRIGHT_LOG_LEVEL: 'debug' } })
  key = await server.bootstrap()
  await server.must(200, 'POST', '/v1/config:apply', { key, body: TYPES, headers: { 'content-type': 'application/yaml' } })
  for (const slug of ['acme', 'zeta', 'caps', 'fuzz']) await server.must(201, 'POST', '/v1/organizations', { key, body: { slug } })
  verifier = (await server.must(201, 'POST', '/v1/verifier-keys', { key, body: { name: 'test', apis: 'all' } })).secret
})
afterAll(async () => server[Symbol.asyncDispose]())

const send = (lines: unknown[], { org = 'acme', query = '', by = key }: { org?: string; query?: string; by?: string } = {}): Promise<Answered> =>
  server.call('POST', `/v1/organizations/${org}/keys:import${query}`, { key: by, body: lines })
const text = (body: string, org = 'acme') =>
  server.call('POST', `/v1/organizations/${org}/keys:import`, { key, body, headers: { 'content-type': 'application/x-ndjson' } })
const verify = async (secret: string): Promise<string> => {
  const answer = await server.must(200, 'POST', '/v1/verify', { key: verifier, body: { secret } })
  return answer.valid ? 'valid' : (answer.reason as string)
}
interface Result {
  line: number
  result: string
  key: string | null
  errors: { code: string }[]
  remarks: { code: string }[]
}
const told = ({ body }: Answered) =>
  (body.lines as Result[]).map(({ line, result, errors, remarks }) => [line, result, ...[...errors, ...remarks].map(({ code }) => code)].join(' '))

describe('a secret of any form goes on to work', () => {
  const forms = [
    'x',
    'a:b/c+d==',
    'sk_live_0123456789abcdefghijklmno',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
    '!"#$%&\'()*+,-./~{|}`^',
    'z'.repeat(512),
  ]

  test.each(forms)('%j, by digest, in every carrier', async (secret) => {
    expect(told(await send([{ type: 'plain', digest: sha256(secret).toString('hex') }]))).toEqual(['1 imported'])
    const ask = (api: string, headers: object, body?: unknown) =>
      server.must(200, 'POST', '/v1/verify', {
        key: verifier,
        body: { api, request: { method: 'POST', path: '/x', headers, ...(body === undefined ? {} : { body }) } },
      })
    const answers = [
      await ask('bearer', { authorization: `Bearer ${secret}` }),
      await ask('raw', { 'x-token': secret }),
      await ask('body', {}, { api_key: secret }),
      await ask('body', {}, JSON.stringify({ api_key: secret })),
    ]
    expect(answers.map(({ valid, key: found }) => valid && found.organization)).toEqual(['acme', 'acme', 'acme', 'acme'])
  })

  test('by the secret itself; by a digest in base64url, padded or not; one with a space is none', async () => {
    const [one, two, three] = ['by-secret', 'by-base64url', 'padded'].map(secretOf) as [string, string, string]
    const lines = [
      { type: 'plain', secret: one },
      { type: 'plain', digest: sha256(two).toString('base64url') },
      { type: 'plain', digest: `${sha256(three).toString('base64url')}=` },
      { type: 'plain', secret: 'with space' },
    ].map((line) => JSON.stringify(line))
    expect(told(await text(`${lines.join('\r\n')}\n\n`))).toEqual(['1 imported', '2 imported', '3 imported', '4 refused invalid_value'])
    expect(await Promise.all([one, two, three].map(verify))).toEqual(['valid', 'valid', 'valid'])
  })

  test('with everything that is known of it, and afterwards it is a key like any other', async () => {
    const secret = secretOf('full')
    const [result] = (
      await send([
        {
          digest: sha256(secret).toString('hex'),
          type: 'plain',
          name: 'Old importer',
          environment: 'live',
          origin: 'legacy-table',
          createdAt: '2019-02-03T04:05:06Z',
          metadata: { row: '17' },
          tags: ['legacy'],
          hint: 'legacy/…8f2c',
          expiresAt: '2099-01-01T00:00:00Z',
        },
      ])
    ).body.lines
    const path = `/v1/organizations/acme/keys/${result.key}`
    expect(await server.must(200, 'GET', path, { key })).toMatchObject({
      name: 'Old importer',
      origin: 'legacy-table',
      createdAt: '2019-02-03T04:05:06.000Z',
      metadata: { row: '17' },
      tags: ['legacy'],
      hint: 'legacy/…8f2c',
      status: 'active',
    })
    const replaced = await server.must(200, 'POST', `${path}:replace`, { key, body: { expectedVersion: 1 } })
    expect([replaced.secret.startsWith('plain_'), await verify(secret), await verify(replaced.secret)]).toEqual([true, 'replaced', 'valid'])
    await server.must(200, 'DELETE', path, { key })
    expect(await verify(secret)).toBe('replaced')
    expect(told(await send([{ digest: sha256(secret).toString('hex'), type: 'plain' }]))).toEqual(['1 present'])
  })
})

test('a secret of our own form, of another Keywright say, is taken in its field and refused in any other', async () => {
  const begin = `old_${'Aa0'.repeat(11)}`
  const own = `${begin}${checksumOf(begin)}`
  const line = { secret: own, type: 'plain', environment: 'live', addresses: 'any' }
  const misplaced = [
    { ...line, name: own },
    { ...line, addresses: [{ cidr: '10.0.0.0/8', label: own }] },
    { ...line, metadata: { note: `was ${own}` } },
  ]
  const answered = await send([...misplaced, line])
  expect(told(answered)).toEqual(['1 refused secret', '2 refused secret', '3 refused secret', '4 imported'])
  expect(JSON.stringify(answered.body)).not.toContain(own)
  expect(await verify(own)).toBe('valid')
  expect(told(await text(misplaced.map((each) => JSON.stringify(each)).join('\n')))).toEqual(['1 refused secret', '2 refused secret', '3 refused secret'])
})

test('the same secret again is there already, in the same request and in the next; another organization cannot take it', async () => {
  const line = { type: 'plain', secret: secretOf('twice') }
  expect(told(await send([line, line]))).toEqual(['1 imported', '2 present repeated'])
  const again = await send([line])
  expect([told(again), again.body.lines[0].key]).toEqual([['1 present'], expect.stringMatching(/^key_/)])
  expect(told(await send([line], { org: 'zeta' }))).toEqual(['1 refused secret_elsewhere'])
})

test('caps hold line by line, unless importing beyond them is asked for', async () => {
  const lines = ['a', 'b', 'c', 'd'].map((name) => ({ type: 'capped', secret: secretOf(`capped-${name}`) }))
  const org = 'caps'
  expect(told(await send(lines, { org, query: '?dryRun=true' }))).toEqual([
    '1 would_import',
    '2 would_import',
    '3 refused cap_reached',
    '4 refused cap_reached',
  ])
  expect(await verify(lines[0]?.secret as string)).toBe('malformed')
  expect(told(await send(lines, { org }))).toEqual(['1 imported', '2 imported', '3 refused cap_reached', '4 refused cap_reached'])
  expect(told(await send(lines, { org, query: '?allowOverCap=true' }))).toEqual(['1 present', '2 present', '3 imported cap_reached', '4 imported cap_reached'])
})

test('names, expiry and addresses follow the type, unless keys that do not are asked for; then each is listed as non-compliant', async () => {
  const lines = [
    { type: 'strict', secret: secretOf('strict-1') },
    { type: 'plain', name: 'Same', secret: secretOf('name-1') },
    { type: 'plain', name: 'SAME', secret: secretOf('name-2') },
  ]
  expect(told(await send(lines))).toEqual(['1 refused required required required', '2 imported', '3 refused name_taken'])
  const allowed = await send(lines, { query: '?allowNonCompliant=true' })
  expect(told(allowed)).toEqual(['1 imported required required required', '2 present', '3 imported name_taken'])
  const { nonCompliance } = await server.must(200, 'GET', `/v1/organizations/acme/keys/${allowed.body.lines[0].key}`, { key })
  expect(nonCompliance.map(({ code }: { code: string }) => code)).toEqual(['name', 'expiry'])
})

test('what has expired, is retired or inactive is taken over as that', async () => {
  const [expired, retired, inactive] = ['expired', 'retired', 'inactive'].map(secretOf) as [string, string, string]
  const lines = [
    { type: 'plain', secret: expired, expiresAt: '2020-01-01T00:00:00Z' },
    { type: 'old', secret: retired, origin: 'legacy' },
    { type: 'plain', secret: inactive, status: 'inactive' },
  ]
  expect(told(await send(lines))).toEqual(['1 imported expired', '2 imported retired', '3 imported'])
  expect(await Promise.all([expired, retired, inactive].map(verify))).toEqual(['expired', 'retired', 'inactive'])
})

test('a secret of the file is kept only where the type shows secrets again; no hint shows one', async () => {
  const secret = secretOf('shown')
  const answer = await send([
    { type: 'shown', secret },
    { type: 'shown', digest: sha256(secretOf('not shown')).toString('hex') },
    { type: 'plain', secret: secretOf('hinted'), hint: 'x' },
    { type: 'plain', digest: sha256('short-secret').toString('hex'), hint: 'short-secret' },
    { type: 'plain', secret: 'abcdefghijklmnop', hint: 'abcdefghijkl…' },
  ])
  expect(told(answer)).toEqual(['1 imported', '2 imported not_revealable', '3 imported', '4 refused shows_secret', '5 refused shows_secret'])
  const [first, second] = answer.body.lines as Result[]
  expect(await server.must(200, 'POST', `/v1/organizations/acme/keys/${first?.key}:reveal`, { key })).toEqual({ secret })
  expect((await server.call('POST', `/v1/organizations/acme/keys/${second?.key}:reveal`, { key })).status).toBe(409)
})

test('one event a key and a summary; secrets and digests stand nowhere', async () => {
  const secret = secretOf('audited')
  const answer = await send([{ type: 'plain', secret }, { type: 'nothing' }])
  const { items } = await server.must(200, 'GET', '/v1/organizations/acme/audit-events', { key })
  expect(items.slice(0, 2)).toMatchObject([
    { action: 'keys.imported', detail: { imported: 1, refused: 1, present: 0 } },
    { action: 'key.imported', subject: { id: answer.body.lines[0].key }, detail: { line: 1, type: 'plain' } },
  ])
  const audit = await (await fetch(`${server.url}/v1/audit-events:export`, { headers: { authorization: `Bearer ${key}` } })).text()
  const stored = readdirSync(server.env['KEYWRIGHT_DATA'] as string).map((name) => {
    const path = join(server.env['KEYWRIGHT_DATA'] as string, name)
    return statSync(path).isFile() ? readFileSync(path).toString('latin1') : ''
  })
  expect(stored.join('').length).toBeGreaterThan(0)
  for (const place of [audit, server.output, ...stored]) for (const hidden of [secret, secretOf('shown')]) expect(place.includes(hidden)).toBe(false)
  expect(audit).not.toContain(sha256(secret).toString('hex'))
})

test('operators only: an owner is refused, a stranger finds nothing', async () => {
  const owner = await server.must(201, 'POST', '/v1/organizations/acme/management-keys', { key, body: { name: 'owner', role: 'owner' } })
  expect((await send([], { by: owner.secret })).status).toBe(403)
  expect((await send([], { by: owner.secret, org: 'zeta' })).status).toBe(404)
  expect((await send([], { by: 'nonsense' })).status).toBe(401)
})

test('any lines at all: each has its result, and nothing is ever a 500', async () => {
  const value = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.boolean(), fc.array(fc.string(), { maxLength: 3 }), fc.constant('any'), fc.double())
  const almost = fc.record(
    {
      type: fc.oneof(fc.constantFrom('plain', 'capped', 'strict', 'shown', 'kw-management', '__proto__'), value),
      secret: fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[!-~]{1,40}$/), value),
      digest: fc.oneof(fc.stringMatching(/^[0-9a-f]{64}$/), fc.stringMatching(/^[A-Za-z0-9_-]{43}$/), value),
      name: value,
      environment: value,
      addresses: fc.oneof(value, fc.array(fc.record({ cidr: fc.oneof(fc.ipV4(), fc.string()) }), { maxLength: 3 })),
      expiresAt: fc.oneof(fc.constantFrom('2020-01-01T00:00:00Z', '9999-12-31T23:59:59Z'), value),
      createdAt: fc.oneof(fc.constant('0001-01-01T00:00:00Z'), value),
      metadata: fc.oneof(fc.dictionary(fc.string(), value), value),
      hint: value,
      prefix: value,
    },
    { requiredKeys: [] },
  )
  const line = fc.oneof(
    { weight: 4, arbitrary: almost.map((entry) => JSON.stringify(entry)) },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 30 }), async (lines) => {
      const body = lines.map((each) => each.replaceAll('\n', ' ')).join('\n')
      const answer = await text(body, 'fuzz')
      expect([200]).toContain(answer.status)
      expect(answer.body.imported + answer.body.present + answer.body.refused).toBe(body.split('\n').filter((each) => each.trim() !== '').length)
    }),
    { numRuns: 60 },
  )
  for (const body of ['"text"', '{}', '5', 'null', '[', '[[[[]]]]']) expect((await send(body as never, { org: 'fuzz' })).status).toBeLessThan(500)
})
