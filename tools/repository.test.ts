import { execFileSync } from 'node:child_process'
import { homedir, tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from './root.ts'
import { importsOf, isProductSource, isTestSource, placesOf, readText, textFiles, withoutComments, withoutCommentsAndStrings } from './source-tree.ts'

const FILES = textFiles()
const SCRIPTS = FILES.filter((path) => /\.tsx?$/.test(path))
const PRODUCT = FILES.filter(isProductSource)
const TESTS = FILES.filter((path) => path.endsWith('.test.ts'))

describe('the server is built in floors', () => {
  const SERVER = 'packages/server/src/'
  /** Roof to ground. An import goes to a lower floor, or stays in its own folder. */
  const FLOORS: Record<string, number> = {
    'main.ts': 7,
    cli: 7,
    'compose.ts': 6,
    http: 5,
    gateway: 5,
    management: 4,
    verification: 4,
    replication: 4,
    jobs: 4,
    events: 3,
    store: 2,
    config: 1,
    kernel: 0,
  }
  const roomOf = (path: string): string => path.slice(SERVER.length).split('/')[0] as string
  const sources = PRODUCT.filter((path) => path.startsWith(SERVER))

  test('every file stands in a room that has a floor', () => {
    expect(sources.filter((path) => !(roomOf(path) in FLOORS))).toEqual([])
  })

  test('imports go down only, never sideways between rooms of one floor', () => {
    const wrong = sources.flatMap((path) =>
      importsOf(path)
        .filter(({ file }) => file?.startsWith(SERVER) && roomOf(file) !== roomOf(path))
        .filter(({ file }) => !(roomOf(path) === 'main.ts' && roomOf(file as string) === 'cli'))
        .filter(({ file }) => (FLOORS[roomOf(file as string)] ?? 0) >= (FLOORS[roomOf(path)] ?? 0))
        .map(({ specifier }) => `${path} imports ${specifier}`),
    )
    expect(wrong).toEqual([])
  })

  test('only compose.ts wires: nothing else above the fifth floor reaches into it', () => {
    const wrong = sources
      .filter((path) => ['main.ts', 'cli'].includes(roomOf(path)))
      .flatMap((path) =>
        importsOf(path)
          .filter(({ file, typeOnly }) => file?.startsWith(SERVER) && !typeOnly && FLOORS[roomOf(file)] === 5)
          .map(({ specifier }) => `${path} imports ${specifier}`),
      )
    expect(wrong).toEqual([])
  })

  test('remote commands have no private powers: they speak HTTP through the client', () => {
    const wrong = sources
      .filter((path) => path.startsWith(`${SERVER}cli/remote/`))
      .flatMap((path) =>
        importsOf(path)
          .filter(({ file }) => file?.startsWith(SERVER) && !['cli', 'config', 'kernel'].includes(roomOf(file)))
          .map(({ specifier }) => `${path} imports ${specifier}`),
      )
    expect(wrong).toEqual([])
  })

  test('packages reach each other by name, not by path', () => {
    const packageOf = (path: string): string => path.split('/').slice(0, 2).join('/')
    const wrong = PRODUCT.flatMap((path) =>
      importsOf(path)
        .filter(({ file }) => file !== null && packageOf(file) !== packageOf(path))
        .map(({ specifier }) => `${path} imports ${specifier}`),
    )
    expect(wrong).toEqual([])
  })
})

describe('core is pure', () => {
  const sources = PRODUCT.filter((path) => path.startsWith('packages/core/src/'))

  test('it imports nothing but zod and itself', () => {
    const wrong = sources.flatMap((path) =>
      importsOf(path)
        .filter(({ specifier, file }) => specifier !== 'zod' && !file?.startsWith('packages/core/src/'))
        .map(({ specifier }) => `${path} imports ${specifier}`),
    )
    expect(wrong).toEqual([])
  })

  test('it has no clock, no randomness and no I/O', () => {
    const impure =
      /\bDate\.now\b|\bMath\.random\b|\bnew Date(?:\(\s*\)|(?!\())|\bperformance\.now\b|\bprocess\.|\bconsole\.|\bfetch\(|\bset(?:Timeout|Interval|Immediate)\(|\bcrypto\./
    expect(sources.flatMap((path) => placesOf(path, withoutCommentsAndStrings(readText(path)), impure))).toEqual([])
  })
})

describe('the sdk has no runtime dependencies', () => {
  const SDK = 'packages/sdk/src/'
  const sources = PRODUCT.filter((path) => path.startsWith(SDK))
  const foreign = (path: string) => importsOf(path).filter(({ file }) => !file?.startsWith(SDK))

  test('its client takes types of core and nothing else', () => {
    const wrong = sources
      .filter((path) => path.startsWith(`${SDK}client/`))
      .flatMap((path) => foreign(path).filter(({ specifier, typeOnly }) => !(typeOnly && specifier.startsWith('@keywright/core/'))))
    expect(wrong).toEqual([])
  })

  test('its verifier takes of core what decides, and nothing that needs a library', () => {
    const seen = new Set<string>()
    const needed = new Set<string>()
    const visit = (path: string): void => {
      if (seen.has(path)) return
      seen.add(path)
      for (const { specifier, file, typeOnly } of importsOf(path)) {
        if (typeOnly) continue
        const core = specifier.startsWith('@keywright/core/') ? specifier.replace('@keywright/core/', 'packages/core/src/') : null
        if (file !== null || core !== null) visit((file ?? core) as string)
        else needed.add(specifier)
      }
    }
    for (const path of sources) visit(path)
    expect([...needed].filter((specifier) => !specifier.startsWith('node:'))).toEqual([])
    // What decides is reached, so the test looks at the right files.
    expect(seen).toContain('packages/core/src/verification/verify.ts')
  })

  test('its package names none', () => {
    const { dependencies, peerDependencies } = JSON.parse(readText('packages/sdk/package.json')) as Record<string, object | undefined>
    expect({ ...dependencies, ...peerDependencies }).toEqual({})
  })
})

describe('source stays readable', () => {
  test('no file of the packages has more than 500 lines', () => {
    const sizes = PRODUCT.map((path) => ({ path, lines: readText(path).trimEnd().split('\n').length }))
    const large = sizes.filter(({ lines }) => lines > 250)
    if (large.length > 0) console.warn(`Above 250 lines, the size we aim for:\n${large.map(({ path, lines }) => `  ${path}: ${lines}`).join('\n')}`)
    expect(sizes.filter(({ lines }) => lines > 500)).toEqual([])
  })

  test('files and folders of source are named in kebab-case', () => {
    const kebab = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*$/
    expect(SCRIPTS.filter((path) => !path.split('/').every((part) => kebab.test(part)))).toEqual([])
  })

  test('there are no enums, parameter properties or decorators', () => {
    const refused =
      /^\s*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s+\w+|\bconstructor\s*\((?:[^)]*,)?\s*(?:public|private|protected|readonly)\s|^\s*@[A-Za-z]\w*/m
    expect(SCRIPTS.flatMap((path) => placesOf(path, withoutCommentsAndStrings(readText(path)), refused))).toEqual([])
  })

  test('nothing switches the type checker off', () => {
    const inCode = SCRIPTS.flatMap((path) => placesOf(path, withoutCommentsAndStrings(readText(path)), /\bas any\b/))
    const inComments = SCRIPTS.flatMap((path) => placesOf(path, readText(path), new RegExp(`@ts-${'ignore'}|@ts-${'nocheck'}`)))
    expect([...inCode, ...inComments]).toEqual([])
  })
})

describe('tests mean what they say', () => {
  test('every test file expects something', () => {
    expect(TESTS.filter((path) => !/\bexpect\w*[.(]|\bfc\.assert\(/.test(withoutCommentsAndStrings(readText(path))))).toEqual([])
  })

  test('no test is skipped, focused or left for later', () => {
    const refused = /\b(?:it|test|describe|suite)(?:\.\w+)*\.(?:only|skip|todo|fails)\b|\b(?:fit|fdescribe|xit|xtest|xdescribe)\(/
    const sources = SCRIPTS.filter(isTestSource)
    expect(sources.flatMap((path) => placesOf(path, withoutCommentsAndStrings(readText(path)), refused))).toEqual([])
  })
})

describe('the repository works on every machine', () => {
  test('nothing names a registry', () => {
    const hosts = [
      ['registry', 'npmjs', 'org'],
      ['registry', 'yarnpkg', 'com'],
      ['registry', 'npmmirror', 'com'],
    ].map((parts) => parts.join('.'))
    const configured = configuredRegistry()
    if (configured !== null) hosts.push(configured)
    expect(FILES.filter((path) => hosts.some((host) => readText(path).includes(host)))).toEqual([])
  })

  test('nothing names a folder of this machine', () => {
    const common = new Set([
      '/',
      '/app',
      '/builds',
      '/home',
      '/opt',
      '/root',
      '/src',
      '/srv',
      '/tmp',
      '/usr',
      '/usr/src',
      '/var',
      '/workspace',
      tmpdir(),
      homedir(),
    ])
    const folders = [ROOT, dirname(ROOT)].filter((folder) => !common.has(folder))
    const named = new RegExp(`(?<![\\w.-])(?:${folders.map((folder) => folder.replace(/[^\w]/g, '\\$&')).join('|')})(?:[/\\\\]|$)`, 'm')
    const wrong = folders.length === 0 ? [] : FILES.flatMap((path) => placesOf(path, readText(path), named))
    expect(wrong).toEqual([])
  })

  test('the lock file pins by integrity and records no place to download from', () => {
    const lock = JSON.parse(readText('package-lock.json')) as {
      packages: Record<string, { resolved?: string; integrity?: string; link?: boolean; inBundle?: boolean }>
    }
    const installed = Object.entries(lock.packages).filter(([path, entry]) => path.includes('node_modules/') && entry.link !== true)
    expect(installed.filter(([, entry]) => entry.resolved?.startsWith('http')).map(([path]) => path)).toEqual([])
    expect(installed.filter(([, entry]) => entry.integrity === undefined && entry.inBundle !== true).map(([path]) => path)).toEqual([])
  })

  test('the lock file names what every platform installs, or npm ci refuses it', () => {
    const { packages } = JSON.parse(readText('package-lock.json')) as { packages: Record<string, { optionalDependencies?: Record<string, string> }> }
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages))
        .map((name) => `${path} -> ${name}`),
    )
    expect(missing).toEqual([])
  })

  test('every package pins exact versions', () => {
    const manifests = FILES.filter((path) => path === 'package.json' || /^(?:packages\/[^/]+|bench)\/package\.json$/.test(path))
    const wrong = manifests.flatMap((path) => {
      const manifest = JSON.parse(readText(path)) as Record<string, Record<string, string> | undefined>
      const named = { ...manifest['dependencies'], ...manifest['devDependencies'], ...manifest['optionalDependencies'] }
      return Object.entries(named)
        .filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
        .map(([name, version]) => `${path}: ${name} ${version}`)
    })
    expect(wrong).toEqual([])
  })
})

/** Host of the registry npm uses here, or null when npm cannot say or it is the machine itself. */
function configuredRegistry(): string | null {
  try {
    const { npm_execpath: npm } = process.env
    const said =
      process.env['npm_config_registry'] ??
      (npm === undefined
        ? execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
        : execFileSync(process.execPath, [npm, 'config', 'get', 'registry'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
    const { host, hostname } = new URL(said.trim())
    return ['localhost', '127.0.0.1', '[::1]'].includes(hostname) ? null : host
  } catch {
    return null
  }
}

test('comments and strings are told apart', () => {
  expect(withoutComments(`const a = 'https://x' // note\n/* b */ c`)).toBe(`const a = 'https://x'        \n        c`)
  expect(withoutCommentsAndStrings(`f('as any') // as any`).trim()).toBe('f(        )')
})
