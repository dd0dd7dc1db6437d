import { expect, test } from 'vitest'
import { Periodic } from './periodic.ts'

test('one run at a time; who asks meanwhile gets one that began after he asked', async () => {
  const gates: PromiseWithResolvers<void>[] = []
  await using job = new Periodic(
    1_000_000,
    () => (gates.push(Promise.withResolvers()), gates.at(-1)?.promise ?? Promise.resolve()),
    () => {},
  )
  const first = job.run()
  const [second, third] = [job.run(), job.run()]
  expect(gates).toHaveLength(1)
  gates[0]?.resolve()
  await first
  await new Promise((done) => setImmediate(done))
  expect(gates).toHaveLength(2)
  gates[1]?.resolve()
  await Promise.all([second, third])
  expect(gates).toHaveLength(2)
})

test('a failed run is told and does not end the job; after the end nothing runs', async () => {
  const told: unknown[] = []
  let runs = 0
  const job = new Periodic(
    1_000_000,
    () => (runs++, Promise.reject(new Error('no'))),
    (error) => told.push(error),
  )
  await job.run()
  await job.run()
  expect([runs, told.length]).toEqual([2, 2])
  await job[Symbol.asyncDispose]()
  await job.run()
  expect(runs).toBe(2)
})
