/**
 * Makes of `packages/sdk` the package that is published: JavaScript with core inside, declarations, and a package.json without dependencies.
 * In the repository the sdk runs from source; Node refuses that under node_modules. `npm run build:sdk`, then `npm publish packages/sdk/dist`.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { dirname, join, posix, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { ROOT } from './root.ts'

const SDK = join(ROOT, 'packages/sdk')

/** @param folder where the package is made; what was there is removed. @returns its entries, as they are imported. */
export async function buildSdk(folder: string): Promise<string[]> {
  const entries = entriesOf(join(SDK, 'src'))
  rmSync(folder, { recursive: true, force: true })
  await build({
    root: SDK,
    configFile: false,
    logLevel: 'warn',
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: true,
      target: 'node22',
      minify: false,
      rollupOptions: {
        input: Object.fromEntries(entries.map((entry) => [entry, join(SDK, 'src', `${entry}.ts`)])),
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'shared/[name]-[hash].js' },
      },
    },
  })
  writeDeclarations(folder, entries)
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(entries), null, 2)}\n`)
  cpSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'))
  // What it links to is in the repository, and not beside it.
  writeFileSync(join(folder, 'README.md'), readFileSync(join(SDK, 'README.md'), 'utf8').replaceAll(/\[([^\]]+)\]\(\.\.[^)]*\)/g, '$1'))
  return entries.map((entry) => (entry === 'index' ? '@keywright/sdk' : `@keywright/sdk/${entry}`))
}

/** `index`, and one for each framework. */
function entriesOf(source: string): string[] {
  const frameworks = join(source, 'frameworks')
  const names = existsSync(frameworks) ? readdirSync(frameworks).filter((name) => name.endsWith('.ts') && !/\.test(?:-helper)?\.ts$|\.e2e\./.test(name)) : []
  return ['index', ...names.map((name) => `frameworks/${name.slice(0, -3)}`)]
}

function manifest(entries: readonly string[]): Record<string, unknown> {
  const { name, version, license, type, description, engines } = JSON.parse(readFileSync(join(SDK, 'package.json'), 'utf8')) as Record<string, unknown>
  const exports = Object.fromEntries(
    entries.map((entry) => [entry === 'index' ? '.' : `./${entry}`, { types: `./types/sdk/src/${entry}.d.ts`, default: `./${entry}.js` }]),
  )
  return { name, version, license, type, description, engines, sideEffects: false, exports, files: ['**/*'] }
}

/** Declarations of the sdk and of what it takes from core; zod's stand beside them, because the types of calls are read off its schemas. */
function writeDeclarations(folder: string, entries: readonly string[]): void {
  const types = join(folder, 'types')
  mkdirSync(types, { recursive: true })
  const configuration = join(folder, 'tsconfig.json')
  writeFileSync(
    configuration,
    JSON.stringify({
      extends: relative(folder, join(ROOT, 'tsconfig.json')),
      compilerOptions: {
        noEmit: false,
        emitDeclarationOnly: true,
        declaration: true,
        outDir: types,
        rootDir: join(ROOT, 'packages'),
        typeRoots: [join(ROOT, 'node_modules/@types')],
      },
      // Core is reached through node_modules, of which nothing is emitted unless it is named.
      include: [join(ROOT, 'packages/core/src/**/*.ts')],
      exclude: ['**/*.test.ts', '**/testing/**'],
      files: entries.map((entry) => join(SDK, 'src', `${entry}.ts`)),
    }),
  )
  execFileSync(process.execPath, [fileURLToPath(import.meta.resolve('typescript/package.json')).replace('package.json', 'bin/tsc'), '-p', configuration], {
    stdio: 'inherit',
  })
  rmSync(configuration)
  copyDeclarations(join(ROOT, 'node_modules/zod'), join(types, 'zod'))
  for (const path of declarationsIn(types)) {
    if (path.startsWith(join(types, 'zod'))) continue
    const source = readFileSync(path, 'utf8')
    const to = (target: string) => {
      const way = relative(dirname(path), target).split(sep).join(posix.sep)
      return way.startsWith('.') ? way : `./${way}`
    }
    const text = source
      .replaceAll(/(['"])@keywright\/core\/([^'"]+)\.[tj]s\1/g, (_whole, _quote, file: string) => `'${to(join(types, 'core/src', `${file}.js`))}'`)
      .replaceAll(/(['"])(\.{1,2}\/[^'"]+)\.ts\1/g, (_whole, _quote, file: string) => `'${file}.js'`)
      .replaceAll(/(['"])zod\1/g, () => `'${to(join(types, 'zod/index.js'))}'`)
    writeFileSync(path, text)
  }
}

function copyDeclarations(from: string, to: string): void {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !(entry.name.endsWith('.d.ts') || entry.name === 'LICENSE')) continue
    const path = join(entry.parentPath, entry.name)
    const name = relative(from, path)
    if (name !== 'index.d.ts' && name !== 'LICENSE' && !/^v4[/\\](?:core|classic|locales)[/\\]/.test(name)) continue
    mkdirSync(dirname(join(to, name)), { recursive: true })
    cpSync(path, join(to, name))
  }
}

function declarationsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.d.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const folder = join(SDK, 'dist')
  const entries = await buildSdk(folder)
  process.stdout.write(`${relative(ROOT, folder)}: ${entries.join(', ')}\n`)
}
