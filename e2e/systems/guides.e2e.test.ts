import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT, TestServer } from '../harness.ts'

const GUIDES = readdirSync(join(ROOT, 'docs/guides')).filter((file) => ['insider-2024.md', 'insider-one.md', 'insidemaps.md', 'insites.md'].includes(file))
const PROGRAM = 'npm run --silent keywright -- '

let server: TestServer
let key: string

beforeAll(async () => {
  server = await TestServer.start()
  key = await server.bootstrap()
})
afterAll(async () => server[Symbol.asyncDispose]())

const read = (guide: string) => readFileSync(join(ROOT, 'docs/guides', guide), 'utf8')

/** The words of a command line as a shell splits them; a comment at its end is none. */
function words(commandLine: string): string[] {
  return [...commandLine.replace(/\s#.*$/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? (plain as string))
}

test('there is a guide for each of the four presets', () => {
  expect(GUIDES).toHaveLength(4)
})

test.each(GUIDES)('%s: its commands work as they stand there, in their order', async (guide) => {
  const commands = [...read(guide).matchAll(new RegExp(`${PROGRAM}([^\`\\n|]+)`, 'g'))].map(([, commandLine]) => words(commandLine as string))
  expect(commands.length).toBeGreaterThanOrEqual(3)
  // The guides share the organization of their example, and stand for themselves: each has it under its own name here.
  const organization = guide.replace('.md', '')
  for (const [index, command] of commands.entries()) {
    const own = command.map((word) =>
      word === 'acme' || word === 'acmebrand' ? `${organization}-${word}` : word.startsWith('presets/') ? join(ROOT, word) : word,
    )
    const { code, stderr } = await server.cli(own, { key })
    expect([code, code === 0 ? '' : stderr], `command ${index + 1}: ${command.join(' ')}`).toEqual([0, ''])
  }
})

test.each(GUIDES)('%s: every call it names is one that the server has', async (guide) => {
  const { paths } = await server.must(200, 'GET', '/openapi.json')
  const known = Object.entries<object>(paths).flatMap(([path, operations]) => {
    const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/:]+')}$`)
    return Object.keys(operations).map((method) => ({ method: method.toUpperCase(), pattern }))
  })
  const named = [...read(guide).matchAll(/\b(GET|POST|PUT|PATCH|DELETE) (\.\.\.|\/v1)(\/[^\s`?]+)/g)].map(([, method, base, rest]) => ({
    method,
    path: `${base === '...' ? '/v1/organizations/acme' : base}${rest}`,
  }))
  expect(named.length).toBeGreaterThanOrEqual(3)
  expect(named.filter(({ method, path }) => !known.some((each) => each.method === method && each.pattern.test(path)))).toEqual([])
})
