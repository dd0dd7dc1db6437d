import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestServer } from '../harness.ts'

/** Importing keys with the command line. */
let server: TestServer
let key: string

beforeAll(async () => {
  server = await TestServer.start()
  key = await server.bootstrap()
  const types = { version: 1, environments: ['live'], keyTypes: [{ slug: 'plain', prefix: 'plain', environments: ['live'] }] }
  await server.must(200, 'POST', '/v1/config:apply', { key, body: types })
  await server.must(201, 'POST', '/v1/organizations', { key, body: { slug: 'cli' } })
})
afterAll(async () => server[Symbol.asyncDispose]())

const secretOf = (name: string) => `legacy/${name}/${createHash('sha256').update(name).digest('base64').slice(0, 32)}`
const file = (name: string, content: string): string => {
  const path = join(server.folder, name)
  writeFileSync(path, content)
  return path
}
const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => JSON.stringify({ type: 'plain', secret: secretOf(`cli-${from + index}`) }))

test('a file is imported with progress, and the same command again goes on where it stopped', async () => {
  const first = await server.cli(['keys', 'import', 'cli', file('part.ndjson', lines(0, 600).join('\n'))], { key })
  expect([first.code, first.stdout]).toEqual([0, '600 imported, 0 there already, 0 refused.\n'])
  expect(first.stderr).toContain('500 of 600')
  const path = file('all.ndjson', `${lines(0, 1100).join('\n')}\n{"type":"plain"}\n`)
  const dry = await server.cli(['keys', 'import', 'cli', path, '--dry-run', '--json'], { key })
  expect(JSON.parse(dry.stdout)).toMatchObject({ dryRun: true, imported: 500, present: 600, refused: 1 })
  const whole = await server.cli(['keys', 'import', 'cli', path], { key })
  expect([whole.code, whole.stdout]).toEqual([1, expect.stringContaining('500 imported, 600 there already, 1 refused.')])
  expect(whole.stdout).toMatch(/^1101 +refused/m)
  const rest = await server.cli(['keys', 'import', 'cli', path, '--from-line', '1001', '--json'], { key })
  expect(JSON.parse(rest.stdout)).toMatchObject({
    imported: 0,
    present: 100,
    refused: 1,
    lines: expect.arrayContaining([expect.objectContaining({ line: 1101 })]),
  })
  const { found } = await server.must(200, 'POST', '/v1/secrets:identify', { key, body: { secret: secretOf('cli-1099') } })
  expect(found).toBe(true)
  expect(first.stdout + first.stderr + whole.stdout + whole.stderr).not.toContain('legacy/')
})

test('a JSON array and standard input are taken too; what is no file is said', async () => {
  const array = await server.cli(['keys', 'import', 'cli', file('array.json', `[${lines(2000, 2002).join(',')}]`)], { key })
  expect(array.stdout).toContain('2 imported')
  const piped = await server.cli(['keys', 'import', 'cli', '-'], { key, stdin: lines(2001, 2003).join('\n') })
  expect(piped.stdout).toContain('1 imported, 1 there already')
  expect((await server.cli(['keys', 'import', 'cli', join(server.folder, 'none')], { key })).code).toBe(2)
  const broken = await server.cli(['keys', 'import', 'cli', file('broken.json', `[{"secret":"${secretOf('broken')}"`)], { key })
  expect([broken.code, broken.stderr.includes('legacy/')]).toEqual([2, false])
})
