import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildSdk } from '../../tools/build-sdk.ts'
import { ROOT } from '../harness.ts'
import { Installation } from '../verifier/installation.ts'

const run = promisify(execFile)
let project: string
let folder: string
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'keywright-sdk-'))
  folder = join(project, 'node_modules/@keywright/sdk')
  await buildSdk(join(project, 'built'))
  // A real copy, as npm makes one: no link to the workspace.
  cpSync(join(project, 'built'), folder, { recursive: true })
  writeFileSync(join(project, 'package.json'), '{"type":"module"}')
}, 120_000)
afterAll(() => rmSync(project, { recursive: true, force: true }))

const scripts = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.js'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))

test('what is published imports nothing but Node itself, and holds no schema library', () => {
  const specifiers = scripts().flatMap((source) => [...source.matchAll(/^(?:import|export)[^'"]*['"]([^'"]+)['"]/gm)].map((match) => match[1] as string))
  expect(specifiers).toContain('node:crypto')
  expect(specifiers.filter((specifier) => !specifier.startsWith('node:') && !specifier.startsWith('.'))).toEqual([])
  for (const source of scripts()) expect(source).not.toMatch(/ZodError|\brequire\(/)
})

test('its package.json asks for nothing', () => {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>
  expect(manifest).not.toHaveProperty('dependencies')
  expect(manifest).not.toHaveProperty('peerDependencies')
  expect(manifest).toMatchObject({ type: 'module', engines: { node: '>=22' } })
})

test('a copy under node_modules runs under plain Node, and verifies', async () => {
  await using installation = await Installation.start()
  const { secret } = await installation.issue()
  writeFileSync(
    join(project, 'verify.js'),
    `import { createVerifier } from '@keywright/sdk'
const [url, verifierKey, secret] = process.argv.slice(2)
const verifier = createVerifier({ url, verifierKey, api: 'crm-api' })
await verifier.ready()
console.log(verifier.verify({ secret }).valid, verifier.verify({ secret: 'crm_nothing' }).reason)
await verifier.close()
`,
  )
  const { stdout } = await run(process.execPath, [join(project, 'verify.js'), installation.server.url, installation.verifierKey, secret])
  expect(stdout).toBe('true malformed\n')
})

test('its types hold in a project that has nothing else', async () => {
  mkdirSync(join(project, 'node_modules/@types'), { recursive: true })
  for (const name of ['@types/node', 'undici-types']) cpSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name), { recursive: true })
  writeFileSync(
    join(project, 'types.ts'),
    `import { createClient, createVerifier, type Key, type VerifierDecision } from '@keywright/sdk'
const verifier = createVerifier({ url: 'https://keys.example.com', verifierKey: '', api: 'crm' })
const decision: VerifierDecision = verifier.verify({ secret: 'x', ip: '10.0.0.1' })
if (decision.valid) console.log(decision.key.id.toUpperCase())
else console.log(decision.reason === 'unavailable' ? decision.retryAfterSeconds : decision.missing)
export async function name(): Promise<string> {
  const key: Key = await createClient({ url: 'https://keys.example.com', key: '' }).keys.get({ org: 'a', key: 'b' })
  return key.name
}
// @ts-expect-error there is no such option
createVerifier({ url: '', verifierKey: '', api: '', cache: true })
`,
  )
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const { stdout } = await run(
    process.execPath,
    [tsc, '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--types', 'node', join(project, 'types.ts')],
    { cwd: project },
  ).catch((error: { stdout: string }) => error)
  expect(stdout).toBe('')
})
