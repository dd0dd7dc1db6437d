import { expect, test } from 'vitest'
import { testClock } from '../kernel/clock.ts'
import { temporaryDatabase } from '../store/testing.ts'
import { DailyJobs } from './daily-jobs.ts'

const HOUR = 3_600_000

async function daily(work: () => Promise<void>) {
  const [database, clock, failures] = [await temporaryDatabase(), testClock(Date.UTC(2026, 0, 1, 12)), [] as string[]]
  const make = () => new DailyJobs({ database, clock, jobs: [{ name: 'work', run: work }], onFailure: (name) => failures.push(name) })
  return { clock, failures, make }
}

test('runs once a day, also across restarts, and once after days of downtime', async () => {
  let runs = 0
  const { clock, make } = await daily(async () => void runs++)
  const jobs = make()
  await jobs.tick()
  await jobs.tick()
  await make().tick()
  expect(runs).toBe(1)
  clock.advance(12 * HOUR)
  await Promise.all([jobs.tick(), jobs.tick()])
  expect(runs).toBe(2)
  clock.advance(24 * HOUR * 9)
  await make().tick()
  await jobs.tick()
  expect(runs).toBe(3)
})

test('a job that fails is told and tried again later, not at once', async () => {
  let runs = 0
  const { clock, failures, make } = await daily(async () => {
    if (++runs < 2) throw new Error('no')
  })
  const jobs = make()
  await jobs.tick()
  await jobs.tick()
  expect([runs, failures]).toEqual([1, ['work']])
  clock.advance(HOUR)
  await jobs.tick()
  await jobs.tick()
  expect([runs, failures]).toEqual([2, ['work']])
})
