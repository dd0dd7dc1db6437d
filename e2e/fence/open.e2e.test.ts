import { OPERATIONS } from '@keywright/core/contract/operations.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { firstOperator } from '../people/browser.ts'
import { World } from './world.ts'

/** Before there is a session. Those of OAuth prove who they are in the request itself. */
const OPEN = OPERATIONS.filter(({ authority, protocol }) => authority.kind === 'open' && protocol !== 'oauth')
const CHANGING = OPEN.filter(({ method }) => method !== 'GET')

let world: World
let session: Record<string, string>

beforeAll(async () => {
  world = await World.make()
  const browser = await firstOperator(world.server)
  session = { cookie: `kw_session=${browser.session}`, 'keywright-csrf': browser.csrfToken as string }
})
afterAll(async () => world[Symbol.asyncDispose]())

const body = { token: 'x'.repeat(43), email: 'eve@example.com', name: 'Eve', password: 'correct horse battery', code: '000000' }

test('they are those that a person needs before there is a session, and no others', () => {
  expect(OPEN.map(({ id }) => id).toSorted()).toEqual([
    'invitations.look-up',
    'sign-in.link',
    'sign-in.oidc',
    'sign-in.options',
    'sign-in.password',
    'sign-in.register',
    'sign-in.request-link',
    'sign-in.request-password-reset',
    'sign-in.reset-password',
    'sign-in.second-factor',
    'sign-in.set-up',
  ])
})

test.each(CHANGING.map((operation) => ({ id: operation.id, operation })))('$id is refused from another page, with a session too', async ({ operation }) => {
  for (const headers of [
    {},
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'https://evil.example', host: 'evil.example' },
    { origin: world.server.url, 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { ...session, origin: 'https://evil.example' },
    session,
  ]) {
    const answered = await world.server.call(operation.method, operation.path, { body, headers: headers as Record<string, string> })
    expect([answered.status, answered.body.code], `${operation.id} ${JSON.stringify(headers)}`).toEqual([403, 'csrf_refused'])
    expect(answered.headers.getSetCookie()).toEqual([])
  }
})

test.each(CHANGING.map((operation) => ({ id: operation.id, operation })))(
  '$id gives nothing for a token or a password that is wrong',
  async ({ operation }) => {
    const fields = Object.keys((operation.body as unknown as { shape: object }).shape)
    const right = Object.fromEntries(Object.entries(body).filter(([name]) => fields.includes(name)))
    const answered = await world.server.call(operation.method, operation.path, { body: right, headers: { origin: world.server.url } })
    const quiet = operation.id.includes('.request-')
    expect(answered.status === 200, JSON.stringify(answered.body)).toBe(quiet)
    if (!quiet) expect(['link_unusable', 'sign_in_refused', 'not_found']).toContain(answered.body.code)
    expect(answered.headers.getSetCookie().filter((line) => !line.includes('Max-Age=0'))).toEqual([])
  },
)
