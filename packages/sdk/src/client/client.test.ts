import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { OPERATIONS } from '@keywright/core/contract/operations.ts'
import { createClient } from './client.ts'
import type { ClientOptions } from './connection.ts'
import { ENDPOINTS } from './endpoints.ts'
import { everyItem } from './every-item.ts'
import { KeywrightError } from './keywright-error.ts'
import { answerJson, answerProblem, startTestServer } from './test-server.test-helper.ts'

const KEY = 'kw_mgmt_ThisIsTheKeyOfTheTestAndMustNeverBeShown'

async function failureOf(promise: Promise<unknown>): Promise<KeywrightError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(KeywrightError)
  expect(inspect(error, { showHidden: true, depth: 10 }) + JSON.stringify(error)).not.toContain(KEY)
  return error as KeywrightError
}

function refusalOf(options: Partial<ClientOptions>): KeywrightError {
  try {
    createClient({ url: 'https://keys.example.com', key: KEY, ...options })
  } catch (error) {
    return error as KeywrightError
  }
  throw new Error('nothing was refused')
}

async function collected<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

const camel = (text: string): string => text.replace(/-(\w)/g, (_whole, letter: string) => letter.toUpperCase())

describe('the contract', () => {
  test('every operation of the contract is called with its method at its path, and none is made up', () => {
    expect(ENDPOINTS).toEqual(Object.fromEntries(OPERATIONS.map(({ id, method, path }) => [id, { method, path }])))
  })

  test('every operation that a key may call has its method on the client', () => {
    const client = createClient({ url: 'https://keys.example.com', key: KEY }) as unknown as Record<string, unknown>
    const forKeys = OPERATIONS.filter(({ tag, authority }) => tag !== 'Sign-in' && authority.kind !== 'person')
    const missing = forKeys.filter(
      ({ id }) => typeof id.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[camel(part)], client) !== 'function',
    )
    expect(missing.map(({ id }) => id)).toEqual([])
  })

  test('no field of a body or a query has the name of a parameter of its path, so that one object can carry both', () => {
    const fieldsOf = (schema: unknown): string[] => Object.keys((schema as { shape?: object } | undefined)?.shape ?? {})
    const clashes = OPERATIONS.flatMap(({ id, path, body, query }) =>
      [...fieldsOf(body), ...fieldsOf(query)].filter((name) => path.includes(`{${name}}`)).map((name) => `${id}: ${name}`),
    )
    expect(clashes).toEqual([])
  })

  test('what a call takes beside its path is a query for GET and a body for all others', () => {
    // An import has both: its body is a file. The client puts it together by itself.
    const wrong = OPERATIONS.filter(({ id, method, body, query }) => id !== 'keys.import' && (method === 'GET' ? body : query) !== undefined)
    expect(wrong.map(({ id }) => id)).toEqual([])
  })
})

describe('a call', () => {
  test('carries the key as a bearer token, encodes path segments and sends the rest as JSON', async () => {
    await using server = await startTestServer((_request, response) => answerJson(response, 201, { key: { id: 'key_1' }, secret: 's' }))
    const client = createClient({ url: `${server.url}/`, key: KEY })
    const issued = await client.keys.issue({ org: 'a/b', type: 'ucd', limits: [{ calls: 1, per: '60s' }] })
    expect(issued.secret).toBe('s')
    expect(server.seen[0]).toMatchObject({ method: 'POST', path: '/v1/organizations/a%2Fb/keys', body: '{"type":"ucd","limits":[{"calls":1,"per":"60s"}]}' })
    expect(server.seen[0]?.headers).toMatchObject({ authorization: `Bearer ${KEY}`, 'content-type': 'application/json' })
  })

  test('sends the fields of a list as a query and leaves out what is undefined', async () => {
    await using server = await startTestServer((_request, response) => answerJson(response, 200, { items: [], nextCursor: null }))
    await createClient({ url: server.url, key: KEY }).keys.list({ org: 'acme', q: 'a b&c', tag: undefined, limit: 5 })
    expect(server.seen[0]?.path).toBe('/v1/organizations/acme/keys?q=a+b%26c&limit=5')
  })

  test('sends a configuration text as YAML and an object as JSON', async () => {
    await using server = await startTestServer((_request, response) => answerJson(response, 200, { changes: [] }))
    const client = createClient({ url: server.url, key: KEY })
    await client.configuration.apply('version: 1\n')
    await client.configuration.diff({ version: 1 })
    expect(server.seen.map(({ headers, body }) => [headers['content-type'], body])).toEqual([
      ['application/yaml', 'version: 1\n'],
      ['application/json', '{"version":1}'],
    ])
  })

  test('sends lines to import as they are, and objects as an array, with what is allowed in the query', async () => {
    await using server = await startTestServer((_request, response) => answerJson(response, 200, { lines: [] }))
    const { keys } = createClient({ url: server.url, key: KEY })
    await keys.import({ org: 'a/b', dryRun: true }, '{"type":"ucd"}\n')
    await keys.import({ org: 'acme' }, [{ type: 'ucd' }])
    expect(server.seen.map(({ path, headers, body }) => [path, headers['content-type'], body])).toEqual([
      ['/v1/organizations/a%2Fb/keys:import?dryRun=true', 'application/x-ndjson', '{"type":"ucd"}\n'],
      ['/v1/organizations/acme/keys:import', 'application/json', '[{"type":"ucd"}]'],
    ])
  })

  test('answers nothing for an answer without content', async () => {
    await using server = await startTestServer((_request, response) => void response.writeHead(204).end())
    expect(await createClient({ url: server.url, key: KEY }).organizations.remove({ org: 'acme' })).toBeUndefined()
    expect(server.seen[0]?.body).toBe('')
  })

  test.each(['', '.', '..', '\ud800'])('with %j for an organization is refused before it could address something else', async (org) => {
    const error = await failureOf(createClient({ url: 'http://127.0.0.1:1', key: KEY }).organizations.remove({ org }))
    expect(error.code).toBe('invalid_argument')
  })

  test('an export yields the text as it arrives, with characters cut between two pieces whole', async () => {
    const bytes = Buffer.from('{"a":"é"}\n')
    await using server = await startTestServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' })
      response.write(bytes.subarray(0, 7))
      setTimeout(() => response.end(bytes.subarray(7)), 20)
    })
    let text = ''
    for await (const piece of createClient({ url: server.url, key: KEY }).auditEvents.export({})) text += piece
    expect(text).toBe('{"a":"é"}\n')
  })

  test('everyItem walks all pages', async () => {
    await using server = await startTestServer(({ path }, response) =>
      path.includes('cursor=c') ? answerJson(response, 200, { items: [2], nextCursor: null }) : answerJson(response, 200, { items: [1], nextCursor: 'c' }),
    )
    const client = createClient({ url: server.url, key: KEY })
    expect(await collected(everyItem(client.keys.list, { org: 'acme' }))).toEqual([1, 2])
  })
})

describe('a failure', () => {
  test('of the server is an error with every member of its problem', async () => {
    const errors = [{ path: 'name', code: 'too_small', message: 'Must not be blank.' }]
    await using server = await startTestServer((_request, response) =>
      answerProblem(response, 409, { code: 'cap_reached', detail: 'Five.', errors, support: 'help@example.com', max: 5 }),
    )
    const error = await failureOf(createClient({ url: server.url, key: KEY }).me.get())
    expect({ ...error, message: error.message }).toMatchObject({
      code: 'cap_reached',
      status: 409,
      message: 'Five.',
      errors,
      requestId: 'req_1',
      support: 'help@example.com',
      extra: { max: 5 },
    })
  })

  test('that repeats the key does not carry it on', async () => {
    await using server = await startTestServer(({ headers }, response) =>
      answerProblem(response, 401, { detail: String(headers.authorization), echoed: headers.authorization }),
    )
    const error = await failureOf(createClient({ url: server.url, key: KEY }).me.get())
    expect(error.message).toBe('Bearer [redacted]')
  })

  test.each([200, 502])('that is HTML with status %i says that this is not the answer of Keywright', async (status) => {
    await using server = await startTestServer((_request, response) => void response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>hello</h1>'))
    const client = createClient({ url: server.url, key: KEY })
    expect(await failureOf(client.me.get())).toMatchObject({ code: 'unreadable_answer', status })
    expect(await failureOf(client.auditEvents.export({}).next())).toMatchObject({ code: 'unreadable_answer', status })
  })

  test('of JSON that is cut off is unreadable_answer', async () => {
    await using server = await startTestServer((_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":'))
    expect((await failureOf(createClient({ url: server.url, key: KEY }).me.get())).code).toBe('unreadable_answer')
  })

  test.each([301, 302, 307, 308])('trap 15: a redirect with status %i is refused and the key goes nowhere else', async (status) => {
    await using other = await startTestServer((_request, response) => answerJson(response, 200, {}))
    await using server = await startTestServer((_request, response) => void response.writeHead(status, { location: `${other.url}/v1/me` }).end())
    const error = await failureOf(createClient({ url: server.url, key: KEY }).me.get())
    expect(error).toMatchObject({ code: 'redirect_refused', status })
    expect(error.message).toContain(other.url)
    expect(other.seen).toEqual([])
  })

  test('to answer in time is timed_out', async () => {
    await using server = await startTestServer(() => {})
    expect((await failureOf(createClient({ url: server.url, key: KEY, timeoutMs: 50 }).me.get())).code).toBe('timed_out')
  })

  test('in the middle of an export is an error, not an end', async () => {
    await using server = await startTestServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/csv', 'content-length': 100 }).write('a,b\n')
      setTimeout(() => response.destroy(), 20)
    })
    const client = createClient({ url: server.url, key: KEY })
    expect((await failureOf(collected(client.auditEvents.export({ format: 'csv' })))).code).toBe('unreachable')
  })

  test('of the connection is unreachable, whether nobody listens or it breaks', async () => {
    await using server = await startTestServer((_request, response) => void response.destroy())
    expect((await failureOf(createClient({ url: server.url, key: KEY }).me.get())).code).toBe('unreachable')
    const gone = await startTestServer(() => {})
    await gone[Symbol.asyncDispose]()
    const error = await failureOf(createClient({ url: gone.url, key: KEY }).me.get())
    expect(error).toMatchObject({ code: 'unreachable', message: `Cannot reach ${gone.url}: nothing listens there (ECONNREFUSED).` })
  })

  test("that the caller aborted is the caller's reason", async () => {
    await using server = await startTestServer(() => {})
    const reason = new Error('enough')
    await expect(createClient({ url: server.url, key: KEY }).me.get({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

describe('a client', () => {
  test.each([
    '',
    'keys.example.com',
    'ftp://keys.example.com',
    'https://',
    'https://a:b@keys.example.com',
    'https://keys.example.com/?a=b',
    `https://${KEY}@h`,
  ])('is refused for the URL %j without repeating it', (url) => {
    const error = refusalOf({ url })
    expect(error.code).toBe('invalid_url')
    expect(error.message).not.toContain(KEY)
    expect(error.message).not.toContain('a:b')
  })

  test.each(['http://keys.example.com', 'http://10.0.0.1:4400', 'http://localhost.example.com', 'http://127.0.0.1.example.com'])(
    'does not send the key in the clear to %s',
    (url) => {
      expect(refusalOf({ url }).code).toBe('insecure_url')
      expect(() => createClient({ url, key: KEY, allowHttp: true })).not.toThrow()
    },
  )

  test.each(['http://localhost:4400', 'http://127.0.0.1', 'http://127.9.9.9', 'http://[::1]:4400', 'https://keys.example.com/keywright/'])(
    'takes %s',
    (url) => {
      expect(() => createClient({ url, key: KEY })).not.toThrow()
    },
  )

  test.each(['', 'two words', `${KEY}\n`, 'schlüssel'])('is refused for the key %j, which cannot stand in a header field', (key) => {
    const error = refusalOf({ key })
    expect(error.code).toBe('invalid_key')
    expect(error.message).not.toContain(KEY)
  })

  test('never shows its key when it is printed', () => {
    const client = createClient({ url: 'https://keys.example.com', key: KEY })
    expect(inspect(client, { showHidden: true, depth: 10 }) + JSON.stringify(client)).not.toContain(KEY)
  })
})
