import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answered, pause, TestServer } from '../harness.ts'
import { allKeys, inOtherProcesses, install, type Installation, issue, KEYS, outcomes, verdict } from './installation.ts'

let server: TestServer
let installation: Installation
let admin: string

beforeAll(async () => {
  server = await TestServer.start({ testClock: false })
  installation = await install(server)
  admin = installation.admin
})
afterAll(async () => server[Symbol.asyncDispose]())

function times<Value>(count: number, make: (index: number) => Promise<Value>): Promise<Value[]> {
  return Promise.all(Array.from({ length: count }, (_none, index) => make(index)))
}

/** As many as stand in `status` by what the list says. */
async function countOf(type: string, status: string): Promise<number> {
  return (await allKeys(installation, `&type=${type}&status=${status}`)).length
}

test('of 50 requests that race for a cap of 5 keys exactly 5 get one (trap 20)', async () => {
  const answers = await times(50, () => issue(installation, { type: 'capped' }))
  expect(outcomes(answers)).toEqual({ '201': 5, '409 cap_reached': 45 })
  expect(await countOf('capped', 'active')).toBe(5)
  for (const { body } of answers.filter((answer) => answer.status === 201)) expect(await verdict(installation, body.secret)).toBe('valid')
})

test('removing one key makes room for exactly one of 20 that wait', async () => {
  const [key] = await allKeys(installation, '&type=capped&status=active')
  await server.must(200, 'DELETE', `${KEYS}/${key.id}`, { key: admin })
  expect(outcomes(await times(20, () => issue(installation, { type: 'capped' })))).toEqual({ '201': 1, '409 cap_reached': 19 })
})

test('two processes and the server race for one cap and together stay within it (trap 20)', async () => {
  for (const key of await allKeys(installation, '&type=capped&status=active')) await server.must(200, 'DELETE', `${KEYS}/${key.id}`, { key: admin })
  const order = { do: 'issue', type: 'capped', count: 25 } as const
  const others = inOtherProcesses(installation, [order, order])
  await pause(690)
  const ours = outcomes(await times(25, () => issue(installation, { type: 'capped' })))
  const issued = [...(await others), ours].map((counts) => counts['201'] ?? 0)
  const refused = [...(await others), ours].map((counts) => counts['409 cap_reached'] ?? 0)
  expect(sum(issued)).toBe(5)
  expect(sum(refused)).toBe(70)
  expect(await countOf('capped', 'active')).toBe(5)
})

test('of 50 pending keys that are activated at once exactly as many become active as the cap of active keys allows', async () => {
  const pending = await times(50, () => issue(installation, { type: 'few-active' }))
  expect(outcomes(pending)).toEqual({ '201': 50 })
  const answers = await times(50, (index) => server.call('POST', `${KEYS}/${pending[index]?.body.key.id}:activate`, { key: admin, body: {} }))
  expect(outcomes(answers)).toEqual({ '200': 3, '409 cap_reached': 47 })
  const verdicts = await times(50, (index) => verdict(installation, pending[index]?.body.secret))
  expect(verdicts.filter((each) => each === 'valid')).toHaveLength(3)
  expect(verdicts.filter((each) => each === 'pending')).toHaveLength(47)
})

test('an activation and a deactivation that swap places over and over never pass the cap', async () => {
  const active = await allKeys(installation, '&type=few-active&status=active')
  const pending = await allKeys(installation, '&type=few-active&status=pending')
  const commands = [
    ...active.map((key) => `${key.id}:deactivate`),
    ...pending.slice(0, 20).map((key) => `${key.id}:activate`),
    ...active.map((key) => `${key.id}:activate`),
    ...pending.slice(20, 30).map((key) => `${key.id}:activate`),
  ]
  await Promise.all(commands.map((command) => server.call('POST', `${KEYS}/${command}`, { key: admin, body: {} })))
  expect(await countOf('few-active', 'active')).toBe(3)
})

test('two administrators replace the same key at once: one gets the new secret, the other is told who was first', async () => {
  const second = await server.must(201, 'POST', '/v1/management-keys', { key: admin, body: { name: 'Second administrator' } })
  const ids = [(await server.must(200, 'GET', '/v1/me', { key: admin })).id, second.key.id]
  for (let round = 0; round < 10; round++) {
    const { body: issued } = await issue(installation)
    const replace = (key: string) => server.call('POST', `${KEYS}/${issued.key.id}:replace`, { key, body: { expectedVersion: 1, overlapSeconds: 0 } })
    const answers = await Promise.all([replace(admin), replace(second.secret)])
    expect(outcomes(answers)).toEqual({ '200': 1, '409 version_changed': 1 })
    const won = answers.find((answer) => answer.status === 200) as Answered
    const lost = answers.find((answer) => answer.status === 409) as Answered
    expect(lost.body.newestVersion).toBe(2)
    expect(lost.body.changedBy.id).toBe(ids[answers.indexOf(won)])
    expect(await verdict(installation, won.body.secret)).toBe('valid')
    expect(await verdict(installation, issued.secret)).toBe('replaced')
  }
})

test('of 50 keys that want the same unique name exactly one gets it, however the name is written', async () => {
  const answers = await times(50, (index) => issue(installation, { type: 'named', name: index % 2 ? 'Nightly Export' : 'nightly export' }))
  expect(outcomes(answers)).toEqual({ '201': 1, '409 name_taken': 49 })
})

test('of 20 keys that are renamed to the same unique name at once exactly one gets it', async () => {
  const keys = await times(20, (index) => issue(installation, { type: 'named', name: `Key ${index}` }))
  const answers = await times(20, (index) => server.call('PATCH', `${KEYS}/${keys[index]?.body.key.id}`, { key: admin, body: { name: 'The same' } }))
  expect(outcomes(answers)).toEqual({ '200': 1, '409 name_taken': 19 })
})

test('a unique name is given once to two processes and the server together', async () => {
  const order = { do: 'issue', type: 'named', count: 10, name: 'From everywhere' } as const
  const others = inOtherProcesses(installation, [order, order])
  await pause(690)
  const ours = outcomes(await times(10, () => issue(installation, { type: 'named', name: 'From everywhere' })))
  const all = [...(await others), ours]
  expect(sum(all.map((counts) => counts['201'] ?? 0))).toBe(1)
  expect(sum(all.map((counts) => counts['409 name_taken'] ?? 0))).toBe(29)
})

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
