import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { run, type Outcome } from './testing/run.ts'

const KEY = `kw_mgmt_${'k3Y'.repeat(13)}`
const SECRET = `ucd_${'a1B2c3D4'.repeat(5)}`
const ISSUED_KEY = { id: 'key_1', organization: { id: 'org_1', slug: 'acme' }, environment: 'live', type: 'ucd', name: 'n', status: 'active', newestVersion: 3 }

type Reply = { status: number; body: unknown } | ((response: ServerResponse) => void)

let replies: Record<string, Reply> = {}
let seen: { call: string; body: string; authorization: string | undefined }[] = []
let url = ''
const folder = mkdtempSync(join(tmpdir(), 'keywright-cli-'))

const server = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
  request.on('end', () => {
    const call = `${request.method} ${request.url}`
    seen.push({ call, body, authorization: request.headers.authorization })
    const reply = replies[call] ?? { status: 404, body: { code: 'not_found', detail: `No reply for ${call}.` } }
    if (typeof reply === 'function') return reply(response)
    response.writeHead(reply.status, { 'content-type': reply.status < 400 ? 'application/json' : 'application/problem+json' }).end(JSON.stringify(reply.body))
  })
})

beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true })
})
beforeEach(() => {
  replies = {}
  seen = []
})

function keywright(commandLine: string[], { input = '', env = {} }: { input?: string; env?: Record<string, string> } = {}): Promise<Outcome> {
  return run(commandLine, { input, env: { KEYWRIGHT_URL: url, KEYWRIGHT_KEY: KEY, ...env } })
}

describe('keys issue', () => {
  const ISSUED = { key: ISSUED_KEY, secret: SECRET }
  beforeEach(() => void (replies['POST /v1/organizations/acme/keys'] = { status: 201, body: ISSUED }))

  test('prints the secret alone on stdout and says on stderr that it is shown once', async () => {
    const { code, stdout, stderr } = await keywright(
      'keys issue acme --type ucd --scope a --scope b --address 203.0.113.0/24=office --expires-in 30d --limit 100/60s --metadata k=v --tag t'.split(' '),
    )
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${SECRET}\n` })
    expect(stderr).toContain('Shown once. Store it now.')
    expect(seen[0]?.authorization).toBe(`Bearer ${KEY}`)
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
      type: 'ucd',
      scopes: ['a', 'b'],
      tags: ['t'],
      metadata: { k: 'v' },
      limits: [{ calls: 100, per: '60s' }],
      addresses: [{ cidr: '203.0.113.0/24', label: 'office' }],
      expiresInSeconds: 2_592_000,
    })
  })

  test("prints exactly the API's JSON with --json, and nothing beside it", async () => {
    const { code, stdout, stderr } = await keywright(['keys', 'issue', 'acme', '--type', 'ucd', '--json'])
    expect({ code, stderr, answer: JSON.parse(stdout) as unknown }).toEqual({ code: 0, stderr: '', answer: ISSUED })
  })

  test('ends in 2 for wrong usage before anything is sent', async () => {
    const codes: unknown[] = []
    for (const wrong of [['keys', 'issue', 'acme'], ['keys', 'issue', 'acme', '--type', 'ucd', '--expires-in', '1month'], ['keys', 'nonsense'], ['keys']])
      codes.push((await keywright(wrong)).code)
    expect(codes).toEqual([2, 2, 2, 2])
    expect(seen).toEqual([])
  })
})

test('keys replace without an expected version reads the key first, and says so', async () => {
  replies = {
    'GET /v1/organizations/acme/keys/key_1': { status: 200, body: ISSUED_KEY },
    'POST /v1/organizations/acme/keys/key_1:replace': { status: 200, body: { key: ISSUED_KEY, secret: SECRET } },
  }
  const { stdout, stderr } = await keywright(['keys', 'replace', 'acme', 'key_1', '--overlap', '1h'])
  expect(stdout).toBe(`${SECRET}\n`)
  expect(stderr).toContain('read the key first; replacing its version 3')
  expect(JSON.parse(seen[1]?.body ?? '')).toEqual({ expectedVersion: 3, overlapSeconds: 3600 })
})

describe('a refusal', () => {
  const PROBLEM = {
    code: 'invalid_request',
    status: 422,
    detail: 'Two mistakes.',
    requestId: 'req_9',
    support: 'help@example.com',
    errors: [{ path: 'slug', code: 'x', message: 'Must be shorter.' }],
    max: 5,
  }
  beforeEach(() => void (replies['POST /v1/organizations'] = { status: 422, body: PROBLEM }))

  test('ends in 1 and tells people what, where, whom to ask and the request', async () => {
    const { code, stdout, stderr } = await keywright(['orgs', 'create', 'acme'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe('error: Two mistakes. (invalid_request)\n  slug: Must be shorter.\nWho can help: help@example.com\nRequest: req_9\n')
  })

  test('is JSON on stderr with --json', async () => {
    const { code, stdout, stderr } = await keywright(['orgs', 'create', 'acme', '--json'])
    expect({ code, stdout, error: JSON.parse(stderr) as unknown }).toEqual({ code: 1, stdout: '', error: { error: PROBLEM } })
  })
})

describe('the key', () => {
  beforeEach(
    () =>
      void (replies['GET /v1/me'] = {
        status: 200,
        body: { kind: 'management-key', id: 'key_1', name: 'n', role: 'operator', capabilities: [], organization: null, actions: [] },
      }),
  )

  test('is taken from a file, or from standard input with --key-stdin', async () => {
    const file = join(folder, 'key')
    writeFileSync(file, `${KEY}2\n`)
    expect((await keywright(['whoami'], { env: { KEYWRIGHT_KEY: '', KEYWRIGHT_KEY_FILE: file } })).code).toBe(0)
    expect((await keywright(['whoami', '--key-stdin'], { input: `${KEY}3\n` })).code).toBe(0)
    expect(seen.map(({ authorization }) => authorization)).toEqual([`Bearer ${KEY}2`, `Bearer ${KEY}3`])
  })

  test('is asked for when there is none, and two are one too many: 2', async () => {
    const none = await keywright(['whoami'], { env: { KEYWRIGHT_KEY: '' } })
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('KEYWRIGHT_KEY_FILE') as string })
    expect((await keywright(['whoami'], { env: { KEYWRIGHT_KEY_FILE: 'x' } })).code).toBe(2)
  })

  test('is refused as an argument without being repeated: 2', async () => {
    for (const json of [[], ['--json']]) {
      const { code, stdout, stderr } = await keywright(['verify', SECRET, ...json])
      expect(code).toBe(2)
      expect(stdout + stderr).not.toContain(SECRET)
      expect(stderr).toContain('looks like a secret')
    }
  })

  test('does not travel in the clear: 2', async () => {
    const { code, stderr } = await keywright(['whoami'], { env: { KEYWRIGHT_URL: 'http://keys.example.com' } })
    expect({ code, json: stderr.includes(KEY) }).toEqual({ code: 2, json: false })
  })
})

test('ends in 3 when the server cannot be reached', async () => {
  const { code, stderr } = await keywright(['whoami', '--json'], { env: { KEYWRIGHT_URL: 'http://127.0.0.1:1' } })
  expect({ code, error: (JSON.parse(stderr) as { error: { code: string } }).error.code }).toEqual({ code: 3, error: 'unreachable' })
})

describe('verify', () => {
  test('takes the secret from standard input and ends in 0 for valid, 1 for refused', async () => {
    replies['POST /v1/verify'] = { status: 200, body: { valid: false, reason: 'insufficient_scope', status: 403, missing: ['a'], requestId: 'req_1' } }
    const refused = await keywright(['verify', '--api', 'crm', '--scope', 'a', '--ip', '203.0.113.7'], { input: `${SECRET}\n` })
    expect(refused).toMatchObject({ code: 1, stderr: '', stdout: expect.stringContaining('insufficient_scope') as string })
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ secret: SECRET, api: 'crm', requiredScopes: ['a'], ip: '203.0.113.7' })

    const key = {
      id: 'key_1',
      type: 'ucd',
      organization: 'acme',
      organizationId: 'org_1',
      environment: 'live',
      scopes: [],
      name: '',
      secretVersion: 1,
      expiresAt: null,
    }
    replies['POST /v1/verify'] = { status: 200, body: { valid: true, key, carrierChecked: true, companionsChecked: true, requestId: 'req_1' } }
    expect((await keywright(['verify'], { env: { KEYWRIGHT_SECRET: SECRET } })).code).toBe(0)
  })
})

describe('config', () => {
  const CHANGE = {
    section: 'keyTypes',
    slug: 'ucd',
    kind: 'changed',
    fields: [{ path: 'cap.max', from: 5, to: 3 }],
    effect: ['Nobody is cut off.'],
    keys: 2,
    organizations: 1,
  }

  test('apply prints the impact, then applies', async () => {
    replies = { 'POST /v1/config:diff': { status: 200, body: { changes: [CHANGE] } }, 'POST /v1/config:apply': { status: 200, body: { changes: [CHANGE] } } }
    const { code, stdout, stderr } = await keywright(['config', 'apply', '-'], { input: 'version: 1\n' })
    expect(stderr).toBe('~ keyTypes ucd: changed, touches 2 keys of 1 organization\n    cap.max: 5 -> 3\n    Nobody is cut off.\n')
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Applied: 0 created, 1 changed.\n' })
    expect(seen.map(({ call, body }) => [call, body])).toEqual([
      ['POST /v1/config:diff', 'version: 1\n'],
      ['POST /v1/config:apply', 'version: 1\n'],
    ])
  })

  test('export writes YAML, and overwrites no file without --force', async () => {
    replies['GET /v1/config'] = { status: 200, body: { version: 1, environments: ['live'] } }
    const file = join(folder, 'config.yaml')
    expect((await keywright(['config', 'export', file])).code).toBe(0)
    expect(readFileSync(file, 'utf8')).toBe('version: 1\nenvironments:\n  - live\n')
    expect((await keywright(['config', 'export', file])).code).toBe(2)
    expect((await keywright(['config', 'export', file, '--force'])).code).toBe(0)
  })
})

test('orgs remove does nothing unattended without --yes', async () => {
  replies['DELETE /v1/organizations/acme'] = { status: 204, body: undefined }
  expect((await keywright(['orgs', 'remove', 'acme'])).code).toBe(2)
  expect(seen).toEqual([])
  expect((await keywright(['orgs', 'remove', 'acme', '--yes'])).code).toBe(0)
})

test('lists walk every page with --all', async () => {
  const organization = { id: 'org_1', slug: 'acme', name: 'Acme', status: 'active', aliases: [], entitlements: [], environments: ['live'] }
  replies = {
    'GET /v1/organizations?limit=100': { status: 200, body: { items: [organization], nextCursor: 'c' } },
    'GET /v1/organizations?limit=100&cursor=c': { status: 200, body: { items: [{ ...organization, slug: 'other' }], nextCursor: null } },
  }
  const { stdout } = await keywright(['orgs', 'list', '--all'])
  expect(stdout.split('\n').map((line) => line.split(' ')[0])).toEqual(['SLUG', 'acme', 'other', ''])
})

test('an export is streamed as it is', async () => {
  replies['GET /v1/audit-events:export?format=csv'] = (response) =>
    void response.writeHead(200, { 'content-type': 'text/csv; charset=utf-8' }).end('a,b\n1,2\n')
  expect(await keywright(['audit', 'export', '--format', 'csv'])).toEqual({ code: 0, stdout: 'a,b\n1,2\n', stderr: '' })
})

test('help groups host and remote commands and shows examples; version is the version', async () => {
  const { code, stdout } = await keywright(['--help'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/On the host[\s\S]*serve[\s\S]*Remote[\s\S]*keys[\s\S]*Examples:/)
  expect((await keywright(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
})
