import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { call, etagOf, forgetSession } from './call.ts'

interface Sent {
  method: string
  path: string
  headers: Record<string, string>
  body: unknown
}

const real = globalThis.fetch
let sent: Sent[]
/** What the server answers, in turn. */
let answers: (Response | Error)[]

beforeEach(() => {
  forgetSession()
  sent = []
  answers = []
  globalThis.fetch = async (path, init) => {
    const { method = 'GET', headers, body } = init as RequestInit
    sent.push({ method, path: String(path as string), headers: headers as Record<string, string>, body: typeof body === 'string' ? JSON.parse(body) : null })
    const answer = answers.shift()
    if (answer === undefined || answer instanceof Error) throw answer ?? new TypeError('not expected')
    return answer
  }
})
afterEach(() => {
  globalThis.fetch = real
})

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) => Response.json(body, { status, headers })
const problem = (status: number, code: string, more: object = {}, headers: Record<string, string> = {}) =>
  json({ type: 'about:blank', title: code, status, detail: `It is ${code}.`, code, errors: [], requestId: 'req_1', ...more }, status, headers)
const person = (id: string, csrfToken: string) => json({ id, csrfToken, memberships: [] })
const LIMIT = { org: 'acme', key: 'key_1' }

describe('a change', () => {
  test('carries the token of the session, asked for once', async () => {
    answers = [person('per_1', 'one'), json({ id: 'key_1' }), json({ id: 'key_1' })]
    await call('keys.activate', LIMIT)
    await call('keys.update', { ...LIMIT, name: 'Orders' }, { ifMatch: '"3"', confirm: true, idempotencyKey: 'again' })
    expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v1/me/person',
      'POST /v1/organizations/acme/keys/key_1:activate',
      'PATCH /v1/organizations/acme/keys/key_1?confirm=true',
    ])
    expect(sent[1]?.headers['keywright-csrf']).toBe('one')
    expect(sent[2]?.headers).toMatchObject({ 'keywright-csrf': 'one', 'if-match': '"3"', 'idempotency-key': 'again' })
    expect(sent[2]?.body).toEqual({ name: 'Orders' })
  })

  test('is repeated with the new token when the same person signed in anew elsewhere', async () => {
    answers = [person('per_1', 'one'), problem(403, 'csrf_refused'), person('per_1', 'two'), json({ id: 'key_1' })]
    await call('keys.activate', LIMIT)
    expect(sent.at(-1)?.headers['keywright-csrf']).toBe('two')
  })

  test('is never done in the name of another person who signed in meanwhile', async () => {
    answers = [person('per_1', 'one'), problem(403, 'csrf_refused'), person('per_2', 'two')]
    await expect(call('keys.activate', LIMIT)).rejects.toMatchObject({ code: 'csrf_refused', message: expect.stringContaining('Nothing was changed') })
    expect(sent).toHaveLength(3)
  })

  test('before there is a session asks for no token', async () => {
    answers = [json({ status: 'signed-in', csrfToken: 'three' }), json({ id: 'key_1' })]
    await call('sign-in.password', { email: 'ada@acme.example', password: 'a sentence of mine' })
    await call('keys.activate', LIMIT)
    expect(sent.map(({ path }) => path)).toEqual(['/v1/sign-in:password', '/v1/organizations/acme/keys/key_1:activate'])
    expect(sent[1]?.headers['keywright-csrf']).toBe('three')
  })

  test('cannot leave its path', async () => {
    answers = [person('per_1', 'one')]
    await expect(call('keys.activate', { org: '..', key: 'key_1' })).rejects.toMatchObject({ code: 'invalid_argument' })
  })
})

describe('an answer', () => {
  test('keeps its ETag beside it', async () => {
    answers = [json({ id: 'key_1' }, 200, { etag: '"7"' }), json({ id: 'key_2' })]
    expect(etagOf(await call('keys.get', LIMIT))).toBe('"7"')
    expect(etagOf(await call('keys.get', LIMIT))).toBeNull()
    expect(etagOf(undefined)).toBeNull()
  })

  test('that refuses has its fields, and how long to wait', async () => {
    answers = [
      problem(422, 'invalid_request', { errors: [{ path: 'email', code: 'bad', message: 'Bad.' }] }),
      problem(429, 'too_many_attempts', {}, { 'retry-after': '42' }),
    ]
    const input = { email: 'x', password: 'y' }
    await expect(call('sign-in.password', input)).rejects.toMatchObject({ code: 'invalid_request', errors: [{ path: 'email' }] })
    await expect(call('sign-in.password', input)).rejects.toMatchObject({ extra: { retryAfterSeconds: 42 } })
  })

  test.each([
    ['a connection that broke', new TypeError('Failed to fetch'), 'unreachable'],
    ['the page of a proxy', new Response('<html>', { status: 502 }), 'unreadable_answer'],
    ['a page instead of an answer', new Response('<html>', { status: 200 }), 'unreadable_answer'],
  ])('that is %s is told as such', async (_name, answer, code) => {
    answers = [answer]
    await expect(call('keys.get', LIMIT)).rejects.toMatchObject({ code })
  })
})
