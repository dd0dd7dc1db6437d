import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectProblem, Installation, line, made, type Organization, program } from './installation.ts'

const UCD = { type: 'insider-2024-ucd' }

let insider: Installation
let acme: Organization
let other: Organization

beforeAll(async () => {
  insider = await Installation.start(['insider-2024'])
  ;[acme, other] = [await insider.organization('acme'), await insider.organization('other')]
})
afterAll(async () => insider[Symbol.asyncDispose]())

test('A.3 at most 5 UCD tokens of an account: the sixth is refused, says so, and creates nothing; a deleted one makes room', async () => {
  const five = await Promise.all(Array.from({ length: 5 }, () => acme.issue(UCD)))
  const before = await acme.keys()
  const sixth = await acme.tryIssue(UCD)
  expectProblem(sixth, 409, 'cap_reached')
  expect(sixth.body).toMatchObject({ max: 5, used: 5, detail: expect.stringMatching(/maximum of 5\b.*delete one first/i) })
  expect(await acme.keys()).toEqual(before)
  // Another account has five of its own.
  await other.command((await other.issue(UCD)).key, 'remove')
  expect((await acme.command((five[0] as (typeof five)[0]).key, 'remove')).status).toBe(200)
  expect((await acme.tryIssue(UCD)).status).toBe(201)
  expectProblem(await acme.tryIssue(UCD), 409, 'cap_reached')
})

test('A.3 two requests at once with 4 existing: exactly one succeeds, ten times over', async () => {
  for (const { id } of await acme.keys(`&type=${UCD.type}&status=active`)) await acme.command({ id }, 'remove')
  for (let existing = 0; existing < 4; existing++) await acme.issue(UCD)
  for (let round = 0; round < 10; round++) {
    const both = await Promise.all([acme.tryIssue(UCD), acme.tryIssue(UCD)])
    expect(both.map(({ status }) => status).toSorted()).toEqual([201, 409])
    await acme.command(made(both).key, 'remove')
  }
})

test('A.3 fifty requests at once, and two programs of administrators racing, end with 5 tokens', async () => {
  const crowd = await insider.organization('crowd')
  const all = await Promise.all(Array.from({ length: 50 }, () => crowd.tryIssue(UCD)))
  expect(all.map(({ status }) => status).toSorted()).toEqual([...Array(5).fill(201), ...Array(45).fill(409)])
  expect(await crowd.keys()).toHaveLength(5)

  const race = await insider.organization('race')
  const people = await Promise.all([1, 2].map(() => race.person('administrator')))
  const programs = people.map(({ secret: KEY }) =>
    program('racing-client.ts', { URL: `${insider.server.url}${race.path}/keys`, KEY, BODY: JSON.stringify(UCD), COUNT: '10' }),
  )
  await Promise.all(programs.map(line))
  const answers = programs.map(line)
  for (const child of programs) child.stdin?.write('go\n')
  const statuses: number[] = (await Promise.all(answers)).flatMap((text) => JSON.parse(text))
  expect(statuses.toSorted()).toEqual([...Array(5).fill(201), ...Array(15).fill(409)])
  expect(await race.keys()).toHaveLength(5)
})

test('A.3 other types have no cap', async () => {
  const many = await Promise.all(Array.from({ length: 12 }, () => other.tryIssue({ type: 'insider-2024-otp-sms' })))
  expect(many.map(({ status }) => status)).toEqual(Array(12).fill(201))
})
