import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildSdk } from '../../tools/build-sdk.ts'
import { ROOT } from '../harness.ts'
import { FETCH_TIMEOUT, requireNode } from '../node-release.ts'
import { Installation, until } from '../verifier/installation.ts'

const run = promisify(execFile)
let project: string
let folder: string
let installation: Installation
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'keywright-sdk-'))
  folder = join(project, 'node_modules/@keywright/sdk')
  await buildSdk(join(project, 'built'))
  // A real copy, as npm makes one: no link to the workspace.
  cpSync(join(project, 'built'), folder, { recursive: true })
  writeFileSync(join(project, 'package.json'), '{"type":"module"}')
  installation = await Installation.start()
}, 120_000)
afterAll(async () => {
  await installation?.[Symbol.asyncDispose]()
  rmSync(project, { recursive: true, force: true })
})

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

test('its package.json asks for nothing, and its readme says what it runs on', () => {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>
  expect(manifest).not.toHaveProperty('dependencies')
  expect(manifest).not.toHaveProperty('peerDependencies')
  expect(manifest).toMatchObject({ type: 'module', engines: { node: '>=22' } })
  const readme = readFileSync(join(folder, 'README.md'), 'utf8')
  expect(readme).toContain('Node 22 or newer')
  expect(readme, 'what it links to would not be there').not.toContain('](')
})

/** Uses all that the package brings: it decides, follows what is revoked, keeps its file, and speaks to the server. Prints a line for each. */
const USE = `import { createInterface } from 'node:readline'
import { createClient, createVerifier } from '@keywright/sdk'
import { expressVerifier } from '@keywright/sdk/frameworks/express'
import { fastifyVerifier } from '@keywright/sdk/frameworks/fastify'
import { honoVerifier } from '@keywright/sdk/frameworks/hono'
import { withVerifier } from '@keywright/sdk/frameworks/next'
import { nodeVerifier } from '@keywright/sdk/frameworks/node'
const [url, verifierKey, secret, snapshotFile] = process.argv.slice(2)
const verifier = createVerifier({ url, verifierKey, api: 'crm-api', name: process.version, snapshotFile })
await verifier.ready()
console.log(process.version.split('.')[0], verifier.verify({ secret }).valid, verifier.verify({ secret: 'crm_nothing' }).reason)
console.log((await createClient({ url, key: verifierKey }).verify({ secret, api: 'crm-api' })).valid)
for (const make of [expressVerifier, fastifyVerifier, honoVerifier, nodeVerifier]) make(verifier)
const answer = await withVerifier(verifier, (_request, { key }) => Response.json(key))(new Request('http://localhost/', { headers: { authorization: \`Bearer \${secret}\` } }), {})
console.log(answer.status, (await answer.json()).organization)
for await (const _line of createInterface({ input: process.stdin })) break
console.log(verifier.verify({ secret }).reason)
await verifier.close()
`

test.each([22, 24, 'the pinned Node'] as const)(
  'a copy under node_modules decides, and hears of a revocation, under Node %s',
  async (major) => {
    const program = major === 'the pinned Node' ? process.execPath : await requireNode(major)
    const { id, secret } = await installation.issue()
    const file = join(project, 'use.js')
    writeFileSync(file, USE)
    const child = spawn(program, [file, installation.server.url, installation.verifierKey, secret, join(project, `replica-${major}`)], { stdio: 'pipe' })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
    try {
      const ended = once(child, 'exit')
      const version = major === 'the pinned Node' ? process.version.split('.')[0] : `v${major}`
      await until(`it decides: ${output}`, () => output.includes('200 acme\n') || child.exitCode !== null)
      expect(output).toBe(`${version} true malformed\ntrue\n200 acme\n`)
      const command = `/v1/organizations/acme/keys/${id}:deactivate?confirm=true`
      const { propagation } = await installation.server.must(200, 'POST', command, { key: installation.key, body: {} })
      expect(propagation.confirmed).toBe(1)
      child.stdin.end('now\n')
      const [code] = (await ended) as [number | null]
      expect([code, output]).toEqual([0, `${version} true malformed\ntrue\n200 acme\ninactive\n`])
      expect(statSync(join(project, `replica-${major}`)).mode & 0o777).toBe(0o600)
    } finally {
      child.kill('SIGKILL')
    }
  },
  FETCH_TIMEOUT,
)

test('what is published is found as it says by Node and by TypeScript (publint, Are The Types Wrong)', async () => {
  const { messages } = await publint({ pkgDir: folder, strict: true, pack: 'npm' })
  expect(messages).toEqual([])
  const { stdout } = await run('npm', ['pack', '--json', folder], { cwd: project })
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }]
  const checked = await checkPackage(createPackageFromTarballData(readFileSync(join(project, filename))))
  if (!checked.types) throw new Error('the package has no types')
  // It is a package of ES modules alone: what resolves as CommonJS, or as it did before there were exports, is not what it is for.
  const found = checked.problems.filter((problem) => !('resolutionKind' in problem && ['node10', 'node16-cjs'].includes(problem.resolutionKind)))
  expect(found).toEqual([])
}, 120_000)

test('its types hold in a project that has nothing else', async () => {
  mkdirSync(join(project, 'node_modules/@types'), { recursive: true })
  for (const name of ['@types/node', 'undici-types']) cpSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name), { recursive: true })
  const [, manage] = [...readFileSync(join(ROOT, 'packages/sdk/README.md'), 'utf8').matchAll(/```js\n([^]*?)```/g)].map(([, code]) => code as string)
  writeFileSync(join(project, 'readme.ts'), (manage as string).replaceAll(/process\.env\.\w+/g, "''"))
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
    [tsc, '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--types', 'node', join(project, 'types.ts'), join(project, 'readme.ts')],
    { cwd: project },
  ).catch((error: { stdout: string }) => error)
  expect(stdout).toBe('')
})
