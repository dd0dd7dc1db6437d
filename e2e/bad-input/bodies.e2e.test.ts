import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rawRequest, sendRaw } from '../fence/raw.ts'
import { forgedSecret, World } from '../fence/world.ts'

let world: World
let verifier: string

beforeAll(async () => {
  world = await World.make()
  verifier = (await world.verifier()).secret
})
afterAll(async () => world[Symbol.asyncDispose]())

const KEYS = '/v1/organizations/acme/keys'

/** Bytes as they are, with the operator's key. */
async function post(path: string, body: string | Buffer, type: string | null = 'application/json', key: string = world.operator) {
  const { status, body: text } = await sendRaw(
    world.server.url,
    rawRequest('POST', path, [['Authorization', `Bearer ${key}`], ...(type === null ? [] : [['Content-Type', type] as [string, string]])], body),
  )
  return { status, body: text === '' ? null : JSON.parse(text) }
}

test('all mistakes of a request are told at once, each with its path', async () => {
  const mistaken = {
    type: 'Plain!',
    environment: 7,
    expiresInSeconds: -1,
    scopes: ['fine', 'not fine'],
    addresses: [{ cidr: '203.0.113.5/24', labl: 'x' }],
    limits: [{ calls: 0, per: '1 month' }],
    metadata: { 'a b': 'x', ok: 1 },
    tags: ['-'],
    nmae: 'x',
    constructor: 1,
  }
  const { status, body } = await post(KEYS, JSON.stringify(mistaken))
  expect(status).toBe(422)
  expect(body.code).toBe('invalid_request')
  const paths = body.errors.map((error: { path: string }) => error.path)
  for (const path of [
    'type',
    'environment',
    'expiresInSeconds',
    'scopes[1]',
    'limits[0].calls',
    'limits[0].per',
    'metadata.ok',
    'tags[0]',
    'nmae',
    'constructor',
  ])
    expect(paths, path).toContain(path)
  expect(paths.some((path: string) => path.startsWith('addresses[0]'))).toBe(true)
  expect((await world.ask(200, 'GET', KEYS)).items).toEqual([])
})

test('unknown fields and queries are refused everywhere, and the field is named', async () => {
  for (const [method, path, body] of [
    ['POST', '/v1/verify', { secret: 'x', surprise: 1 }],
    ['POST', '/v1/organizations', { slug: 'fine', surprise: 1 }],
    ['PATCH', '/v1/organizations/acme', { name: 'fine', surprise: 1 }],
    ['POST', '/v1/verifier-keys', { name: 'x', apis: 'all', surprise: 1 }],
    ['POST', '/v1/management-keys', { name: 'x', surprise: 1 }],
    ['POST', '/v1/config:apply', { version: 1, surprise: 1 }],
    ['PUT', '/v1/key-types/plain', { slug: 'plain', prefix: 'pln', surprise: 1 }],
    ['POST', '/v1/secrets:identify', { secret: 'x', surprise: 1 }],
  ] as const) {
    const answered = await world.server.call(method, path, { key: path === '/v1/verify' ? verifier : world.operator, body })
    expect([path, answered.status]).toEqual([path, 422])
    expect(answered.body.errors, path).toMatchObject([{ path: 'surprise', code: 'unknown_field' }])
  }
  const verified = await world.server.must(422, 'POST', '/v1/verify?api=orders', { key: verifier, body: { secret: 'x' } })
  expect(verified.errors).toMatchObject([{ path: 'query', code: 'unknown_field' }])
  for (const path of ['/v1/me', '/v1/organizations', '/v1/config', KEYS, '/v1/organizations/acme/audit-events:export']) {
    const answered = await world.server.must(422, 'GET', `${path}?surprise=1`, { key: world.operator })
    expect(answered.errors).toMatchObject([{ path: 'query.surprise', code: 'unknown_field' }])
  }
})

test('a body that is no object is refused by its own name', async () => {
  for (const body of ['null', '[]', '"x"', '1', 'true', '[{"type":"plain"}]']) expect((await post(KEYS, body)).status, body).toBe(422)
  for (const body of ['', '{', '{"type":}', "{'type':1}", '{"type":"plain"}}', '\u0000', 'NaN', '{"a":1,}', '\ufeff{}x']) {
    const answered = await post(KEYS, body)
    expect([400, 422], `${body}: ${JSON.stringify(answered.body)}`).toContain(answered.status)
  }
})

test('a body that is not UTF-8, or only half a character, is refused', async () => {
  for (const bytes of [
    [0xff, 0xfe],
    [0x22, 0xc3, 0x28, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
    [0x22, 0xf0, 0x9f, 0x98],
  ]) {
    for (const [path, type, key] of [
      [KEYS, 'application/json', world.operator],
      ['/v1/config:apply', 'application/yaml', world.operator],
      ['/v1/verify', 'application/json', verifier],
    ] as const) {
      const answered = await post(path, Buffer.from(bytes), type, key)
      expect([answered.status, answered.body.code]).toEqual([400, 'malformed_body'])
    }
  }
})

test('a deep body is an answer, not a crash', async () => {
  for (const body of ['['.repeat(100_000), `${'['.repeat(100_000)}${']'.repeat(100_000)}`, `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`]) {
    for (const [path, key] of [
      [KEYS, world.operator],
      ['/v1/config:apply', world.operator],
      ['/v1/verify', verifier],
    ] as const) {
      const answered = await post(path, body, 'application/json', key)
      expect([answered.status, answered.body.code], path).toEqual([400, 'malformed_body'])
    }
  }
  const yaml = await post('/v1/config:apply', `version: ${'['.repeat(5_000)}`, 'application/yaml')
  expect(yaml.status).toBe(422)
  await world.server.must(200, 'GET', '/healthz')
})

test('a body larger than the address takes is refused with 413, announced or not', async () => {
  const large = JSON.stringify({ type: 'plain', name: 'x'.repeat(300_000) })
  for (const [path, key] of [
    [KEYS, world.operator],
    ['/v1/verify', verifier],
  ] as const) {
    expect((await post(path, large, 'application/json', key)).status, path).toBe(413)
    const chunk = `${'x'.repeat(65_536)}`
    const chunked = `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${`10000\r\n${chunk}\r\n`.repeat(8)}0\r\n\r\n`
    expect((await sendRaw(world.server.url, chunked)).status, path).toBe(413)
  }
  expect((await post('/v1/config:apply', `# ${'x'.repeat(1_100_000)}`, 'application/yaml')).status).toBe(413)
})

test('a field named __proto__ is refused, and changes nothing of other requests', async () => {
  for (const body of ['{"__proto__":{"type":"plain"}}', '{"type":"plain","metadata":{"__proto__":"x"}}', '{"a":[{"b":{"__proto__":1}}]}']) {
    const answered = await post(KEYS, body)
    expect([answered.status, answered.body.code]).toEqual([400, 'malformed_body'])
  }
  expect(
    (await post('/v1/verify', '{"secret":"x","request":{"method":"GET","path":"/","headers":{"__proto__":"x"}}}', 'application/json', verifier)).status,
  ).toBe(400)
  expect((await post('/v1/config:apply', 'version: 1\n__proto__: {}\n', 'application/yaml')).status).toBe(422)
  await world.server.must(422, 'GET', `${KEYS}?__proto__=1`, { key: world.operator })
  await world.server.must(422, 'GET', `${KEYS}?constructor=1`, { key: world.operator })
})

test('a field that stands twice in a configuration file is refused with its line', async () => {
  const answered = await post('/v1/config:apply', '{"version": 1,\n "environments": ["live"],\n "environments": ["test"]}', 'application/yaml')
  expect(answered.status).toBe(422)
  expect(answered.body.errors).toMatchObject([{ path: 'environments', code: 'duplicate_field', message: expect.stringMatching(/^line 3: /) }])
})

test('a body of another type, or of none, is refused with 415', async () => {
  const body = JSON.stringify({ type: 'plain' })
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/jsonp',
    'text/json',
    'application/yaml',
    'json',
    null,
  ]) {
    expect((await post(KEYS, body, type)).status, `${type}`).toBe(415)
    expect((await post('/v1/verify', body, type, verifier)).status, `${type}`).toBe(415)
  }
  expect((await post('/v1/config:apply', 'version: 1', 'text/plain')).status).toBe(415)
})

test('a packed body is refused as that, and never unpacked', async () => {
  for (const [path, key] of [
    [KEYS, world.operator],
    ['/v1/verify', verifier],
  ] as const) {
    const packed = gzipSync(JSON.stringify({ type: 'plain' }))
    const fields: [string, string][] = [
      ['Authorization', `Bearer ${key}`],
      ['Content-Type', 'application/json'],
      ['Content-Encoding', 'gzip'],
    ]
    const { status, body } = await sendRaw(world.server.url, rawRequest('POST', path, fields, packed))
    expect([path, status, JSON.parse(body).detail]).toEqual([path, 415, 'Send the body as it is, without Content-Encoding.'])
  }
})

test('a number of a query that is none, or stands twice, is told in plain words', async () => {
  for (const query of ['limit=5&limit=6', 'limit=many']) {
    const { errors } = await world.server.must(422, 'GET', `${KEYS}?${query}`, { key: world.operator })
    expect(errors).toEqual([{ path: 'query.limit', code: 'invalid_type', message: 'Must be a number, and said once.' }])
  }
})

test('half of a surrogate pair in a name or a fact is refused, and nothing is made', async () => {
  await post('/v1/organizations', String.raw`{"slug":"halved","name":"\ud83d"}`)
  await world.server.must(404, 'GET', '/v1/organizations/halved', { key: world.operator })
  expect((await post(KEYS, String.raw`{"type":"plain","name":"x","environment":"live","addresses":"any","metadata":{"a":"\udc00"}}`)).status).toBe(422)
})

test('very many mistakes are bounded in the answer and do not hold up others', async () => {
  const fields = Object.fromEntries(Array.from({ length: 14_000 }, (_, index) => [`metadatta${index}`, 1]))
  const body = JSON.stringify(fields)
  const began = performance.now()
  const answered = await post(KEYS, body)
  const took = performance.now() - began
  expect(answered.status).toBe(422)
  expect(answered.body.errors).toHaveLength(101)
  expect(answered.body.errors.at(-1).code).toBe('more_errors')
  console.log(`14,000 mistakes were answered in ${Math.round(took)} ms`)
})

test('a cursor that is not ours is refused, whatever it holds', async () => {
  const cursors = [
    'x',
    '!!',
    '%00',
    Buffer.from('[]').toString('base64url'),
    Buffer.from('[1]').toString('base64url'),
    Buffer.from('["x",1]').toString('base64url'),
    Buffer.from('[1e999,"x"]').toString('base64url'),
    Buffer.from('{"a":1}').toString('base64url'),
    Buffer.from('['.repeat(200)).toString('base64url'),
  ]
  for (const cursor of cursors) {
    for (const path of ['/v1/organizations', KEYS, '/v1/verifier-keys']) {
      const answered = await world.server.must(422, 'GET', `${path}?cursor=${cursor}`, { key: world.operator })
      expect(answered.errors).toMatchObject([{ path: 'query.cursor' }])
    }
  }
  await world.server.must(422, 'GET', `/v1/audit-events?cursor=${Buffer.from('["1"]').toString('base64url')}`, { key: world.operator })
  for (const limit of ['0', '101', '-1', 'x', '1.5', '', '1&limit=2', 'Infinity'])
    await world.server.must(422, 'GET', `${KEYS}?limit=${limit}`, { key: world.operator })
})

test('a secret pasted where it would be stored is refused, and not repeated', async () => {
  const secret = forgedSecret('pln', 'pasted')
  const texts = [secret, `my key is ${secret}!`, `x_${secret}`]
  for (const text of texts) {
    for (const [method, path, body] of [
      ['POST', KEYS, { type: 'plain', environment: 'live', addresses: 'any', name: text }],
      ['POST', KEYS, { type: 'plain', environment: 'live', addresses: 'any', metadata: { note: text } }],
      ['POST', KEYS, { type: 'plain', environment: 'live', addresses: [{ cidr: '203.0.113.1', label: text }] }],
      ['POST', KEYS, { type: text }],
      ['POST', KEYS, { type: 'plain', [text]: 1 }],
      ['POST', '/v1/organizations', { slug: 'fine', name: text }],
      ['POST', '/v1/organizations', { slug: 'fine', aliases: [text] }],
      ['POST', '/v1/verifier-keys', { name: text, apis: 'all' }],
      ['POST', '/v1/management-keys', { name: text }],
      ['POST', '/v1/config:apply', { version: 1, keyTypes: [{ slug: 'x', prefix: 'x', description: text }] }],
    ] as const) {
      const answered = await world.server.call(method, path, { key: world.operator, body })
      expect([422, 400], `${path} ${JSON.stringify(answered.body)}`).toContain(answered.status)
      expect(JSON.stringify(answered.body)).not.toContain(secret.slice(-38))
    }
  }
  const yaml = await post('/v1/config:apply', `version: 1\nkeyTypes:\n  - { slug: x, prefix: x, description: "${secret}" }\n`, 'application/yaml')
  expect(yaml.status).toBe(422)
  expect(JSON.stringify(yaml.body)).not.toContain(secret.slice(-38))
})
