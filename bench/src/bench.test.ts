import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MEASURES } from './measures.ts'

// Whether it is fast is for a person to judge who reads the report; here only that everything runs and says what it must.
test('a short run of every measure prints the documented JSON and nothing else', { timeout: 240_000 }, () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), '--json', '--quick'], { encoding: 'utf8' })
  expect(status, stderr).toBe(0)
  expect(stderr).toContain('nginx: NOT RUN, a short run does without it')
  const results = JSON.parse(stdout) as Record<string, unknown>[]
  const numberOrNull = (value: unknown) => value === null || (typeof value === 'number' && Number.isFinite(value) && value > 0)
  for (const result of results) {
    expect(typeof result.measure).toBe('string')
    for (const field of ['keys', 'perSecond', 'p50Us', 'p99Us'])
      expect(numberOrNull(result[field]), `${result.measure}.${field} is ${result[field]}`).toBe(true)
    for (const [beside, ratio] of Object.entries(result.ratioTo as object))
      expect(numberOrNull(ratio), `${result.measure} is ${ratio} times ${beside}`).toBe(true)
    expect(Object.keys(result.ratioTo as object).length, `${result.measure} is compared with nothing`).toBeGreaterThan(0)
  }
  expect(results.filter(({ measure }) => (measure as string).includes('nginx'))).toEqual([])
  const measures = results.map((result) => result.measure as string)
  expect(measures).toEqual(expect.arrayContaining(['decision', 'replicaBytes', 'authorize over HTTP', 'verify over HTTP']))
  expect(measures.filter((measure) => measure.startsWith('issuing'))).toHaveLength(4)
  expect(measures).toEqual(expect.arrayContaining(['session token, first use', 'session token, remembered', 'authorize under load', 'start to ready']))
  for (const start of ['list, first page', 'list, search']) expect(measures.filter((measure) => measure.startsWith(start))).toHaveLength(3)
  for (const { measure, p95Us } of results) if ((measure as string).startsWith('list')) expect(p95Us).toBeGreaterThan(0)
  expect(results.find((result) => result.measure === 'session token, first use')?.ratioTo).toMatchObject({
    'its secret': expect.any(Number),
    'bare Ed25519 verify': expect.any(Number),
  })
  expect(results.find((result) => result.measure === 'authorize under load')?.ratioTo).toHaveProperty('itself, quiet')
  expect(results.find((result) => result.measure === 'replicaBytes')?.bytesPerKey).toBeGreaterThan(0)
  expect(results.findLast((result) => result.measure === 'decision')?.ratioTo).toMatchObject({
    floor: expect.any(Number),
    'better-auth on SQLite': expect.any(Number),
    'better-auth in memory': expect.any(Number),
  })
})

test('an unknown measure is refused with the names of those there are', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), '--only', 'nothing'], { encoding: 'utf8' })
  expect(status).toBe(2)
  for (const name of Object.keys(MEASURES)) expect(stderr).toContain(name)
})
