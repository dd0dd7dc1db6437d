import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestServer } from '../harness.ts'
import { firstOperator, PASSWORD, Person } from './person.ts'

const EMAIL = 'ops@keywright.example'

let server: TestServer
let operator: Person
let now: number

beforeAll(async () => {
  // Everything here comes from one proxy, which says for whom.
  server = await TestServer.start({ env: { KEYWRIGHT_TRUSTED_PROXIES: '127.0.0.1/32' } })
  operator = await firstOperator(server, EMAIL)
  now = Date.now()
  await server.setClock(new Date(now).toISOString())
})
afterAll(async () => server[Symbol.asyncDispose]())

const signIn = (password: string, address: string, email = EMAIL) =>
  new Person(server, email).call('POST', '/v1/sign-in:password', { email, password }, { 'x-forwarded-for': address })

test('whoever guesses is made to wait, also with the right password, and others are not', async () => {
  const answers = await Promise.all(Array.from({ length: 14 }, () => signIn('wrong wrong wrong', '192.0.2.1')))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array<number>(10).fill(401), ...Array<number>(4).fill(429)])
  const right = await signIn(PASSWORD, '192.0.2.1')
  expect(right.body).toMatchObject({ status: 429, code: 'too_many_attempts', retryAfterSeconds: expect.any(Number) })
  expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(800)
  // A forged name in front of what the proxy says changes nothing.
  expect((await signIn(PASSWORD, '203.0.113.77, 192.0.2.1')).status).toBe(429)
  expect((await signIn(PASSWORD, '192.0.2.2')).status).toBe(200)
  await operator.must(200, 'GET', '/v1/me/person')
  now += 15 * 60_000 + 1000
  await server.setClock(new Date(now).toISOString())
  expect((await signIn(PASSWORD, '192.0.2.1')).status).toBe(200)
})

test('an account that does not exist is guarded alike, so that the wait tells nothing', async () => {
  const answers = []
  for (let times = 0; times < 11; times++) answers.push(await signIn('wrong wrong wrong', '192.0.2.9', 'nobody@example.com'))
  expect(answers.map(({ status }) => status)).toEqual([...Array<number>(10).fill(401), 429])
})

test('set-up and invitation links are not guessed', async () => {
  const statuses: number[] = []
  for (let times = 0; times < 21; times++) {
    const body = { token: 'x'.repeat(43), email: 'eve@example.com', name: 'Eve', password: PASSWORD }
    const answered = await new Person(server, 'eve@example.com').call('POST', '/v1/sign-in:set-up', body, { 'x-forwarded-for': '192.0.2.20' })
    statuses.push(answered.status)
  }
  expect(statuses).toEqual([...Array<number>(20).fill(409), 429])
  const registering: number[] = []
  for (let times = 0; times < 21; times++) {
    const body = { token: 'x'.repeat(43), name: 'Eve', password: PASSWORD }
    const answered = await new Person(server, 'eve@example.com').call('POST', '/v1/sign-in:register', body, { 'x-forwarded-for': '192.0.2.21' })
    registering.push(answered.status)
  }
  expect(registering).toEqual([...Array<number>(20).fill(409), 429])
})

test('the audit tells the first wrong attempt and not each, with the address apart from the chain', async () => {
  await operator.signIn()
  const { items } = await operator.must(200, 'GET', '/v1/audit-events?action=person.sign_in_refused&limit=100')
  expect(items.length).toBeLessThan(5)
  expect(items.map((event: { personal: { address: string } }) => event.personal.address)).toEqual(expect.arrayContaining(['192.0.2.1', '192.0.2.9']))
  for (const event of items) expect(JSON.stringify(event.detail)).not.toMatch(/192\.0\.2|nobody@/)
})
