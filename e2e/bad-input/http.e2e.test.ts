import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pause } from '../harness.ts'
import { rawRequest, sendRaw } from '../fence/raw.ts'
import { forgedSecret, World } from '../fence/world.ts'

let world: World
let verifier: string

beforeAll(async () => {
  world = await World.make({ KEYWRIGHT_LOG_LEVEL: 'trace' })
  verifier = (await world.verifier()).secret
})
afterAll(async () => world[Symbol.asyncDispose]())

test('two Authorization fields are refused: which of two counts must not depend on who reads them', async () => {
  const { secret } = await world.operatorKey()
  for (const pair of [
    [world.operator, world.operator],
    [world.operator, secret],
    ['garbage', world.operator],
    [world.operator, 'garbage'],
  ]) {
    const fields = pair.map((key): [string, string] => ['Authorization', `Bearer ${key}`])
    for (const [method, path] of [
      ['GET', '/v1/me'],
      ['DELETE', '/v1/organizations/acme'],
    ] as const) {
      const { status, body } = await sendRaw(world.server.url, rawRequest(method, path, fields))
      expect([status, JSON.parse(body).code]).toEqual([400, 'credential_repeated'])
    }
  }
  const twice = await sendRaw(
    world.server.url,
    rawRequest(
      'POST',
      '/v1/verify',
      [
        ['Authorization', `Bearer ${verifier}`],
        ['authorization', `Bearer ${verifier}`],
        ['Content-Type', 'application/json'],
      ],
      '{"secret":"x"}',
    ),
  )
  expect(twice.status).toBe(400)
  await world.ask(200, 'GET', '/v1/organizations/acme')
})

test('a second Authorization field is found behind thousands of others', async () => {
  const many = Array.from({ length: 2_500 }, (): [string, string] => ['a', ''])
  const { status } = await sendRaw(
    world.server.url,
    rawRequest('GET', '/v1/me', [['Authorization', `Bearer ${world.operator}`], ...many, ['Authorization', 'Bearer x']]),
  )
  expect(status).toBe(400)
})

test('a secret in the URL is refused and never logged, however it is written', async () => {
  const issued = await world.key('acme')
  const secrets = [issued.secret, world.operator, verifier, forgedSecret('pln', 'url'), forgedSecret('pln', 'long', 128)]
  const encode = (text: string) => [...text].map((character) => `%${character.charCodeAt(0).toString(16)}`).join('')
  for (const secret of secrets) {
    const written = [
      secret,
      secret.replaceAll('_', '%5F'),
      secret.replaceAll('_', '%5f'),
      encode(secret),
      encode(secret).replaceAll('%', '%25'),
      `%ZZ&x=${secret.replaceAll('_', '%5F')}`,
    ]
    for (const text of written) {
      for (const target of [
        `/v1/me?key=${text}`,
        `/v1/organizations/acme/keys/${text}`,
        `/v1/keys/${text}`,
        `/${text}`,
        `/v1/organizations/acme/keys?q=${text}`,
        `/v1/authorize/${text}`,
        `/v1/authorize/orders?key=${text}`,
        `/docs?${text}`,
        `/v1/organizations/%zz/${text}`,
      ]) {
        const { status, body } = await sendRaw(world.server.url, rawRequest('GET', target, [['Authorization', `Bearer ${world.operator}`]]))
        expect(status, `${target} ${body}`).toBe(400)
        expect(JSON.parse(body).code, target).toBe('secret_in_url')
        expect(body).not.toContain(secret.slice(-38))
      }
    }
    const verified = await sendRaw(
      world.server.url,
      rawRequest(
        'POST',
        `/v1/verify?secret=${secret}`,
        [
          ['Authorization', `Bearer ${verifier}`],
          ['Content-Type', 'application/json'],
        ],
        '{"secret":"x"}',
      ),
    )
    expect(verified.status).toBe(400)
    expect(world.server.output).not.toContain(secret.slice(-38))
  }
})

test('unknown addresses are 404 and unknown methods 405 with what the address takes', async () => {
  for (const target of [
    '/v1',
    '/v1/',
    '/v1/Me',
    '/v1/me/',
    '//v1/me',
    '/v1//me',
    '/v1/./me',
    '/v1/organizations/acme/keys:activate',
    '/v1/organizations/acme/keys/x:explode',
    '/v1/organizations/acme/keys/x%3Aactivate',
    '/.env',
    '/..%2f..%2fetc/passwd',
    '/v1/organizations/%ZZ',
    '/v1/organizations/%00',
    `/v1/organizations/${'x'.repeat(5_000)}`,
    '/v1/authorize',
    '/v1/me%20',
    '/v1/me;x=1',
    'http://127.0.0.1/nowhere',
  ]) {
    const { status, body, head } = await sendRaw(world.server.url, rawRequest('GET', target, [['Authorization', `Bearer ${world.operator}`]]))
    expect([404, 405], `${target} ${body}`).toContain(status)
    expect(head, target).toMatch(/application\/problem\+json/)
    expect(JSON.parse(body), target).toMatchObject({
      code: expect.stringMatching(/^(not_found|method_not_allowed)$/),
      requestId: expect.stringMatching(/^req_/),
    })
  }
  for (const [method, path, allow] of [
    ['DELETE', '/v1/me', 'GET, PATCH'],
    ['GET', '/v1/verify', 'POST'],
    ['PATCH', '/v1/organizations', 'GET, POST'],
    ['GET', '/v1/secrets:identify', 'POST'],
    ['GET', '/v1/config:apply', 'POST'],
    ['POST', '/docs', 'GET'],
    ['DELETE', '/healthz', 'GET'],
    ['OPTIONS', '/v1/me', 'GET, PATCH'],
    ['PROPFIND', '/v1/me', 'GET, PATCH'],
    ['TRACE', '/v1/me', 'GET, PATCH'],
  ] as const) {
    const { status, head, body } = await sendRaw(world.server.url, rawRequest(method, path, [['Authorization', `Bearer ${world.operator}`]]))
    expect([method, path, status, /^allow: (.*)$/im.exec(head)?.[1]], body).toEqual([method, path, 405, allow])
  }
})

test('a command has one spelling: with its colon encoded it does not exist, and nothing is done', async () => {
  const { id } = await world.key('acme')
  for (const colon of ['%3A', '%3a']) {
    for (const path of [`/v1/organizations/acme/keys/${id}${colon}deactivate`, `/v1/organizations/acme${colon}suspend`, `/v1/config${colon}apply`]) {
      const { status, body } = await sendRaw(world.server.url, rawRequest('POST', path, [['Authorization', `Bearer ${world.operator}`]]))
      expect([path, status, JSON.parse(body).code]).toEqual([path, 404, 'not_found'])
    }
  }
  expect((await world.ask(200, 'GET', `/v1/organizations/acme/keys/${id}`)).status).toBe('active')
})

test('malformed HTTP gets 400 and an end of the connection, never a stack trace', async () => {
  const auth = `Authorization: Bearer ${world.operator}\r\n`
  for (const bytes of [
    'garbage\r\n\r\n',
    'GET\r\n\r\n',
    'GET /v1/me\r\n\r\n',
    'GET /v1/me HTTP/9.9\r\n\r\n',
    '\u0016\u0003\u0001\u0002\u0000\u0001',
    'GET /v1/me HTTP/1.1\r\n\r\n',
    `GET /v1/me HTTP/1.1\r\nHost: x\r\n${auth} folded: x\r\nBad Header: x\r\n\r\n`,
    `GET /v1/me HTTP/1.1\r\nHost: x\r\nno-colon\r\n\r\n`,
    `GET /v1/me HTTP/1.1\r\nHost: x\r\nx: a\u0000b\r\n\r\n`,
    `POST /v1/verify HTTP/1.1\r\nHost: x\r\n${auth}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`,
    `POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n`,
    `POST /v1/verify HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nXYZ\r\n`,
    `GET /v1/me\u00e9 HTTP/1.1\r\nHost: x\r\n\r\n`,
  ]) {
    const { status, text } = await sendRaw(world.server.url, bytes, { patience: 2_000 })
    expect([400, 401, 404], JSON.stringify([bytes, text.slice(0, 200)])).toContain(status)
    // Node itself answers what names no host, with nothing but the status.
    if (/^GET \/v1\/me HTTP\/1.1\r\n\r\n$/.test(bytes)) continue
    // What is wrong in a body may come when the request was answered already.
    const [, first = ''] = text.split(/\r\n\r\n|HTTP\/1\.1 (?=\d{3} )/).filter((piece) => piece !== '')
    expect(JSON.parse(first), bytes).toMatchObject({ status, code: expect.any(String), requestId: expect.stringMatching(/^req_/) })
    expect(text).not.toMatch(/\bat .*\.(ts|js):\d+/)
    expect(text).not.toContain(world.operator)
  }
  await world.server.must(200, 'GET', '/healthz')
})

test('an offer to upgrade is no reason to refuse: the request is answered as any other, its body too', async () => {
  const offers = (protocol: string): [string, string][] => [
    ['Connection', 'Upgrade'],
    ['Upgrade', protocol],
    ...(protocol === 'websocket'
      ? ([
          ['Sec-WebSocket-Version', '13'],
          ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
        ] as [string, string][])
      : []),
  ]
  const { secret } = await world.key('acme')
  for (const protocol of ['h2c', 'websocket']) {
    const manager: [string, string] = ['Authorization', `Bearer ${world.operator}`]
    expect((await sendRaw(world.server.url, rawRequest('GET', '/v1/me', [...offers(protocol), manager]))).status).toBe(200)
    const fields: [string, string][] = [...offers(protocol), ['Authorization', `Bearer ${verifier}`], ['Content-Type', 'application/json']]
    const verified = await sendRaw(world.server.url, rawRequest('POST', '/v1/verify', fields, JSON.stringify({ secret, api: 'both' })))
    expect([protocol, verified.status, JSON.parse(verified.body).valid]).toEqual([protocol, 200, true])
    // A browser opens a WebSocket to an API behind a proxy, and the proxy asks with what it was given.
    const asked: [string, string][] = [
      ...offers(protocol),
      ['Keywright-Verifier', verifier],
      ['Authorization', `Bearer ${secret}`],
      ['X-Forwarded-Method', 'GET'],
      ['X-Forwarded-Uri', '/anything'],
    ]
    expect((await sendRaw(world.server.url, rawRequest('GET', '/v1/authorize/both', asked))).status).toBe(200)
  }
  const replica = await sendRaw(world.server.url, rawRequest('GET', '/v1/replica', [...offers('h2c'), ['Authorization', `Bearer ${verifier}`]]))
  expect([replica.status, JSON.parse(replica.body).detail]).toEqual([422, 'Ask for a WebSocket.'])
})

test('a flood of header fields is refused with 431, and the server goes on', async () => {
  for (const fields of [[['x', 'y'.repeat(20_000)]], Array.from({ length: 3_000 }, (_, index) => [`x-${index}`, 'y'])] as [string, string][][]) {
    for (const path of ['/v1/me', '/v1/authorize/orders', '/v1/verify'])
      expect((await sendRaw(world.server.url, rawRequest('GET', path, fields))).status).toBe(431)
  }
  const long = await sendRaw(world.server.url, rawRequest('GET', `/${'x'.repeat(20_000)}`, []))
  expect([long.status, JSON.parse(long.body).code]).toEqual([431, 'header_too_large'])
  expect(long.head).toMatch(/^content-type: application\/problem\+json/im)
  await world.server.must(200, 'GET', '/healthz')
})

test('slow clients and half requests do not hold up others', async () => {
  const { hostname, port } = new URL(world.server.url)
  const halves = [
    'GET /v1/me HT',
    `POST /v1/verify HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${verifier}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"sec`,
    `POST /v1/organizations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.operator}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"slu`,
    '',
  ]
  const sockets = Array.from({ length: 200 }, (_, index) => {
    const socket = connect(Number(port), hostname, () => socket.write(halves[index % halves.length] as string))
    return socket.on('error', () => {})
  })
  await pause(100)
  const began = performance.now()
  for (let index = 0; index < 20; index++) await world.server.must(200, 'POST', '/v1/verify', { key: verifier, body: { secret: 'x' } })
  console.log(`20 verifications beside 200 half requests took ${Math.round(performance.now() - began)} ms`)
  for (const socket of sockets) socket.destroy()
  await pause(100)
  expect(world.server.output).not.toMatch(/"level":50/)
  expect((await world.ask(200, 'GET', '/v1/organizations')).items.map((each: { slug: string }) => each.slug).toSorted()).toEqual(['acme', 'globex'])
})

test('preconditions, ranges and other fields that nobody asked for do no harm', async () => {
  for (const [name, value] of [
    ['If-None-Match', '*'],
    ['If-Modified-Since', 'garbage'],
    ['If-Unmodified-Since', '0'],
    ['Range', 'bytes=9-1'],
    ['Accept', 'text/\u00ff'],
    ['X-Request-Id', '../../x'],
    ['X-Forwarded-For', 'garbage'],
    ['X-HTTP-Method-Override', 'DELETE'],
    ['Host', 'evil.example.com'],
    ['Content-Encoding', 'gzip'],
    ['Upgrade', 'h2c'],
    ['Cookie', 'a=b'],
  ]) {
    const { status, head } = await sendRaw(
      world.server.url,
      rawRequest('GET', '/v1/organizations/acme', [
        ['Authorization', `Bearer ${world.operator}`],
        [name as string, value as string],
      ]),
    )
    expect([200, 400], `${name}`).toContain(status)
    expect(head).not.toContain('evil.example.com')
    expect(head).not.toContain('../../x')
  }
  await world.ask(200, 'GET', '/v1/organizations/acme')
})
