import { createServer } from 'node:net'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createVerifier } from '@keywright/sdk/verifier/verifier.ts'
import { Installation, until } from './installation.ts'
import { RawVerifier } from './raw-verifier.ts'

let installation: Installation
beforeAll(async () => {
  installation = await Installation.start()
})
afterAll(() => installation[Symbol.asyncDispose]())

const said = (decision: { valid: boolean; reason?: string; detail?: string | null }) =>
  decision.valid ? 'allowed' : decision.reason === 'unavailable' ? `unavailable ${decision.detail}` : decision.reason

/** A verifier that cannot become ready, and why it says so. */
async function refusal(options: Partial<Parameters<typeof createVerifier>[0]>, timeoutSeconds = 10): Promise<{ code: string; message: string }> {
  const verifier = installation.verifier(options)
  const error = await verifier.ready({ timeoutSeconds }).then(
    () => expect.fail('it is ready'),
    (failure: unknown) => failure as { code: string; message: string },
  )
  expect(said(verifier.verify({ secret: 'crm_x' }))).toMatch(/^unavailable/)
  await verifier.close()
  return error
}

test('a wrong key, another API, a wrong address: each says what is wrong, and nothing is let through', async () => {
  const { verifierKey, server } = installation
  const wrong = `${verifierKey.slice(0, -1)}${verifierKey.endsWith('0') ? '1' : '0'}`
  expect(await refusal({ verifierKey: wrong })).toMatchObject({
    code: 'verifier_refused',
    message: `${server.url} does not accept this verifier key: it was revoked, has ended, may not be used from here, or is of another Keywright`,
  })
  for (const api of ['other-api', 'nothing-of-the-kind'])
    expect(await refusal({ api })).toMatchObject({
      code: 'verifier_refused',
      message: `This verifier key is not for the API "${api}", or there is no such API.`,
    })
  const closed = `http://127.0.0.1:${await freePort()}`
  expect(await refusal({ url: closed }, 1)).toMatchObject({
    code: 'not_ready',
    message: `Not ready within 1 second: ${closed} cannot be reached: nothing listens there (ECONNREFUSED)`,
  })
  expect(await refusal({ url: 'https://keywright.invalid' }, 5)).toMatchObject({
    code: 'not_ready',
    message: expect.stringMatching(
      /^Not ready within 5 seconds: https:\/\/keywright\.invalid cannot be reached: (?:there is no host of that name|the name could not be looked up) /,
    ),
  })
  expect(await refusal({ url: `${server.url}/elsewhere` })).toMatchObject({
    code: 'not_ready',
    message: `${server.url}/elsewhere: the server answers 404 not_found: There is nothing at this address. The reference stands at /docs.`,
  })
})

test('what is no Keywright at the address is said to be none', async () => {
  const web = createHttpServer((_request, response) => response.end('<h1>It works</h1>')).listen(0, '127.0.0.1')
  const cutting = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
  const mail = createServer((socket) => void socket.on('error', () => {}).write('220 mail.example.com ESMTP\r\n')).listen(0, '127.0.0.1')
  // Takes the connection, and never answers.
  const silent = createServer((socket) => void socket.on('error', () => {})).listen(0, '127.0.0.1')
  const servers = [web, cutting, mail, silent]
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const [atWeb, atCutting, atMail, atSilent] = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`) as [
    string,
    string,
    string,
    string,
  ]
  const messageAt = async (url: string) => {
    const { code, message } = await refusal({ url }, 1)
    expect(code).toBe('not_ready')
    return message.replace('Not ready within 1 second: ', '')
  }
  expect(await messageAt(atWeb)).toBe(`${atWeb}: there is no Keywright that serves verifiers at this address: it answers with status 200`)
  expect(await messageAt(atCutting)).toBe(`${atCutting} cannot be reached: the connection was cut; is the URL to begin with https:? (ECONNRESET)`)
  expect(await messageAt(atMail)).toMatch(/^http:\/\/127\.0\.0\.1:\d+ cannot be reached: what answers there does not speak HTTP \(HPE_\w+\)$/)
  expect(await messageAt(atSilent)).toBe(`${atSilent} has not answered yet.`)
  for (const server of servers) server.close()
})

test('options that cannot be right are refused at once, without repeating what may be a secret', () => {
  const { url, verifierKey } = { url: installation.server.url, verifierKey: installation.verifierKey }
  const make = (more: object) => () => createVerifier({ url, verifierKey, api: 'crm-api', ...more })
  expect(make({ verifierKey: `crm_${'x'.repeat(40)}` })).toThrow(/must be a verifier key/)
  expect(make({ url: 'http://keys.example.com' })).toThrow(/unencrypted/)
  expect(make({ api: 'CRM' })).toThrow(/slug/)
  expect(make({ stalenessSeconds: 0 })).toThrow(/stalenessSeconds/)
  expect(make({ onStale: 'allow' })).toThrow(/onStale/)
  expect(make({ trustedProxies: ['10.0.0.1/8'] })).toThrow(/trustedProxies/)
  expect(make({ trustedProxies: '10.0.0.0/8' })).toThrow('"trustedProxies" must be a list of addresses and networks.')
  expect(make({ trustedProxies: [5] })).toThrow(/trustedProxies/)
  expect(make({ ca: 'nonsense' })).toThrow('"ca" must be one or more certificates in PEM')
  expect(make({ snapshotFile: '' })).toThrow('"snapshotFile" must be the path of a file.')
  expect(make({ name: 'two\nlines' })).toThrow('"name" must be a text of at most 100 characters, none of them a control character.')
  // Of an environment variable: any text would be taken for yes.
  expect(make({ url: 'http://keys.example.com', allowHttp: 'false' })).toThrow('"allowHttp" must be true or false.')
  expect(() => createVerifier(undefined as never)).toThrow('A verifier is made with { url, verifierKey, api }.')
  expect(make({ stalenesSeconds: 5 })).toThrow(/There is no option "stalenesSeconds"/)
})

test('only what the APIs of the key accept is sent, without names, grants and secrets', async () => {
  const { server, verifierKey } = installation
  await server.must(201, 'POST', '/v1/organizations', { key: installation.key, body: { slug: 'stranger', name: 'Stranger' } })
  const mine = await installation.issue({ name: 'Nightly export' })
  const foreign = await installation.issue({ type: 'other', name: 'Foreign' }, 'stranger')
  const verifier = installation.verifier()
  await verifier.ready()
  expect(said(verifier.verify({ secret: mine.secret }))).toBe('allowed')
  expect(said(verifier.verify({ secret: foreign.secret }))).toBe('unknown')
  expect(said(verifier.verify({ secret: installation.key }))).toBe('unknown')
  const decision = verifier.verify({ secret: mine.secret })
  expect(decision.valid && decision.key.name).toBe('')
  const raw = await RawVerifier.connect(server.url, verifierKey)
  raw.hello('crm-api')
  await raw.next('snapshotEnd')
  const everything = JSON.stringify(raw.messages) + Buffer.concat(raw.frames.map((frame) => inflated(frame))).toString('latin1')
  for (const hidden of [mine.secret, verifierKey, 'Nightly export', 'Foreign', 'stranger', 'kw-management']) expect(everything).not.toContain(hidden)
  expect(everything).toContain('acme')
  raw.socket.terminate()
})

test('an API that accepts another type from now on brings its keys; one that does so no more refuses them', async () => {
  const { server, key } = installation
  await server.must(200, 'PUT', '/v1/apis/limited-api', { key, body: { slug: 'limited-api', accepts: ['limited'] } })
  const verifier = installation.verifier({ api: 'limited-api' })
  await verifier.ready()
  const { secret } = await installation.issue()
  expect(said(verifier.verify({ secret }))).toBe('unknown')
  await server.must(200, 'PUT', '/v1/apis/limited-api?confirm=true', { key, body: { slug: 'limited-api', accepts: ['limited', 'crm'] } })
  await until('the key is known', () => said(verifier.verify({ secret })) === 'allowed')
  await server.must(200, 'PUT', '/v1/apis/limited-api?confirm=true', { key, body: { slug: 'limited-api', accepts: ['limited'] } })
  expect(['wrong_type', 'unknown']).toContain(said(verifier.verify({ secret })))
})

test('a snapshot that was cut off is gone on with where it was', async () => {
  const { server, verifierKey } = installation
  const first = await RawVerifier.connect(server.url, verifierKey)
  first.hello('crm-api')
  const begun = await first.next('snapshot')
  await first.next('snapshotEnd')
  const parts = first.frames.map((frame) => frame.readUInt32LE(2))
  expect(parts.length).toBeGreaterThan(1)
  first.socket.terminate()
  const second = await RawVerifier.connect(server.url, verifierKey)
  second.hello('crm-api', { resume: { snapshot: begun['snapshot'], next: parts[1] } })
  expect(await second.next('snapshot')).toMatchObject({ snapshot: begun['snapshot'], next: parts[1] })
  await second.next('snapshotEnd')
  expect(second.frames.map((frame) => frame.readUInt32LE(2))).toEqual(parts.slice(1))
  second.socket.terminate()
  const third = await RawVerifier.connect(server.url, verifierKey)
  third.hello('crm-api', { resume: { snapshot: 'of another time', next: 1 } })
  expect(await third.next('snapshot')).toMatchObject({ next: 0 })
  third.socket.terminate()
})

test('a place in another history is answered with a snapshot, whatever its number', async () => {
  const { server, verifierKey } = installation
  const { change } = await server.must(200, 'GET', '/v1/verifiers', { key: installation.key })
  for (const cursor of [
    { number: change, mark: '0123456789abcdef' },
    { number: 1, mark: '0123456789abcdef' },
    { number: change + 1000, mark: '0123456789abcdef' },
  ]) {
    const raw = await RawVerifier.connect(server.url, verifierKey)
    raw.hello('crm-api', { cursor })
    expect(await raw.next('snapshot')).toMatchObject({ next: 0 })
    raw.socket.terminate()
  }
})

test('another protocol is told which one is spoken', async () => {
  const raw = await RawVerifier.connect(installation.server.url, installation.verifierKey)
  raw.hello('crm-api', { protocol: 2 })
  expect(await raw.next('goodbye')).toMatchObject({ code: 'protocol_unsupported', detail: expect.stringContaining('protocol 1') })
})

test('whoever is no verifier key is not let in, by any way, and is told no more than anywhere else', async () => {
  const { server, key } = installation
  const issued = await installation.issue()
  for (const credential of [key, issued.secret, 'kw_verify_nothing']) await expect(RawVerifier.connect(server.url, credential)).rejects.toThrow(/401/)
  const upgrade = { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': randomBytes(16).toString('base64') }
  expect((await rawStatus(server.url, '/v1/replica', upgrade))[0]).toBe(401)
  expect((await rawStatus(server.url, '/v1/other', { ...upgrade, authorization: `Bearer ${installation.verifierKey}` }))[0]).toBe(404)
  expect((await rawStatus(server.url, `/v1/replica?key=${installation.verifierKey}`, upgrade))[0]).toBe(400)
})

test('a verifier of another key can neither take over nor end what is known of this one', async () => {
  const { server, verifierKey } = installation
  const mine = await RawVerifier.connect(server.url, verifierKey)
  mine.hello('crm-api')
  await mine.next('welcome')
  const issued = await server.must(201, 'POST', '/v1/verifier-keys', { key: installation.key, body: { name: 'attacker', apis: ['crm-api'] } })
  const other = await RawVerifier.connect(server.url, issued.secret)
  other.hello('crm-api', { instance: mine.instance })
  expect(await other.next('goodbye')).toMatchObject({ code: 'bad_message' })
  mine.socket.terminate()
  const third = await RawVerifier.connect(server.url, issued.secret)
  third.hello('crm-api', { continues: [mine.instance] })
  await third.next('welcome')
  third.socket.terminate()
  const { items } = await server.must(200, 'GET', '/v1/verifiers', { key: installation.key })
  expect(items.map((item: { id: string }) => item.id)).toContain(mine.instance)
})

test('nothing that is sent makes the server fall or fail: bad messages end their own connection', async () => {
  const { server, verifierKey } = installation
  const random = (bytes: number) => randomBytes(bytes)
  const hello = { type: 'hello', protocol: 1, apis: ['crm-api'], instance: 'x'.repeat(20), stalenessSeconds: 300, onStale: 'refuse', cursor: null }
  const inputs: (string | Buffer)[] = [
    '',
    '{}',
    '[]',
    'null',
    '{"type":"ping"}',
    '{"type":"hello"}',
    random(20),
    random(2000),
    '\u0000',
    '{"type":"hello","apis":{}}',
    JSON.stringify({ ...hello, apis: [] }),
    JSON.stringify({ ...hello, apis: ['../x'] }),
    JSON.stringify({ ...hello, instance: '' }),
    JSON.stringify({ ...hello, cursor: { number: -1, mark: '' } }),
    JSON.stringify({ ...hello, stalenessSeconds: 1e9 }),
    JSON.stringify({ type: 'bye' }),
    JSON.stringify({ type: 'lease', key: 'key_x', digest: 'x', want: 1 }),
    `{"type":"ping","id":${'9'.repeat(400)}}`,
    'x'.repeat(300_000),
  ]
  for (const input of inputs) {
    const raw = await RawVerifier.connect(server.url, verifierKey)
    raw.say(input)
    expect((await raw.end()).code).toBeGreaterThan(1000)
  }
  // After a hello, too.
  for (const input of [
    random(50),
    '{"type":"hello"}',
    JSON.stringify(hello),
    '{"type":"usage","batch":0}',
    '{"type":"giveBack","lease":-1,"unused":1}',
    '{}',
  ]) {
    const raw = await RawVerifier.connect(server.url, verifierKey)
    raw.hello('crm-api')
    await raw.next('welcome')
    raw.say(input)
    expect((await raw.end()).code).toBeGreaterThan(1000)
  }
  const { secret } = await installation.issue()
  const verifier = installation.verifier()
  await verifier.ready()
  expect(said(verifier.verify({ secret }))).toBe('allowed')
})

test('a session token is decided on in the process, on the record of its key', async () => {
  const { server, key } = installation
  await server.must(200, 'POST', '/v1/config:apply', {
    key,
    body: 'version: 1\nkeyTypes:\n  - slug: minter\n    prefix: mnt\n    mints: { lifetime: 1h }\napis:\n  - slug: minted-api\n    accepts: [minter]\n',
    headers: { 'content-type': 'application/yaml' },
  })
  const issued = await server.must(201, 'POST', '/v1/verifier-keys', { key, body: { name: 'minted', apis: ['minted-api'] } })
  const { id, secret } = await installation.issue({ type: 'minter', addresses: undefined })
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: secret,
    subject_token_type: 'urn:keywright:params:oauth:token-type:api-key',
  })
  const mint = async () => ((await (await fetch(`${server.url}/oauth2/token`, { method: 'POST', body: form })).json()) as { access_token: string }).access_token
  const early = await mint()
  const verifier = installation.verifier({ api: 'minted-api', verifierKey: issued.secret })
  await verifier.ready()
  expect(said(verifier.verify({ secret: early }))).toBe('allowed')
  expect(said(verifier.verify({ secret: await mint() }))).toBe('allowed')
  expect(said(verifier.verify({ secret: `${early.slice(0, -4)}AAAA` }))).toMatch(/unknown|malformed/)
  await server.must(200, 'POST', `/v1/organizations/acme/keys/${id}:deactivate?confirm=true`, { key, body: {} })
  expect(said(verifier.verify({ secret: early }))).toBe('inactive')
  await server.must(200, 'POST', `/v1/organizations/acme/keys/${id}:activate`, { key, body: {} })
  await until('the key works again', () => said(verifier.verify({ secret })) === 'allowed')
  expect(said(verifier.verify({ secret: early }))).toBe('replaced')
})

test('a verifier key that is revoked is told, and its verifiers refuse everything at once', async () => {
  const { server, key } = installation
  const issued = await server.must(201, 'POST', '/v1/verifier-keys', { key, body: { name: 'short', apis: ['crm-api'] } })
  const { secret } = await installation.issue()
  const verifier = installation.verifier({ verifierKey: issued.secret })
  const revoked: string[] = []
  verifier.on('revoked', ({ code }) => revoked.push(code))
  await verifier.ready()
  expect(said(verifier.verify({ secret }))).toBe('allowed')
  await server.must(200, 'DELETE', `/v1/verifier-keys/${issued.key.id}`, { key })
  await until('it refuses', () => said(verifier.verify({ secret })) === 'unavailable refused')
  expect(revoked).toEqual(['key_refused'])
  expect(verifier.status).toMatchObject({ state: 'refused', keys: 0 })
})

test('a server that is told to stop says goodbye, and does not wait for its verifiers', async () => {
  const other = await Installation.start()
  try {
    const verifier = other.verifier()
    await verifier.ready()
    const problems: string[] = []
    verifier.on('problem', ({ message }) => problems.push(message))
    expect(await other.server.stop('SIGTERM')).toBe(0)
    await until('it was told why', () => problems.some((problem) => problem.includes('shutting_down')))
  } finally {
    await other[Symbol.asyncDispose]()
  }
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function rawStatus(url: string, path: string, headers: Record<string, string>): Promise<[number, string]> {
  const { request } = await import('node:http')
  const asked = request(`${url}${path}`, { headers })
  asked.end()
  return new Promise((done, failed) => {
    asked.on('response', (response) => {
      response.resume()
      done([response.statusCode ?? 0, ''])
    })
    asked.on('upgrade', (_response, socket) => {
      socket.destroy()
      done([101, ''])
    })
    asked.on('error', failed)
  })
}

function inflated(frame: Buffer): Buffer {
  return inflateRawSync(frame.subarray(6))
}
