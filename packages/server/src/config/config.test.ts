import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { AppError } from '@keywright/core/problem-code.ts'
import { expect, onTestFinished, test } from 'vitest'
import { readEnvironment, VARIABLES } from './env.ts'
import { loadConfig } from './load.ts'

const KEY = Buffer.alloc(32, 7).toString('base64')

function temporaryFile(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'secret'), content)
  return join(folder, 'secret')
}

function problemsOf(variables: Record<string, string>): string[] {
  try {
    loadConfig(variables)
    return []
  } catch (error) {
    expect(error).toBeInstanceOf(AppError)
    expect((error as AppError).code).toBe('invalid_configuration')
    return (error as AppError).errors.map((each) => each.message)
  }
}

test('an empty environment is a server on loopback', () => {
  const { config, secrets } = loadConfig({ PATH: '/bin', OTHER: 'x' })
  expect(config).toMatchObject({
    listen: { host: '127.0.0.1', port: 4400 },
    dataFolder: './data',
    publicUrl: null,
    allowHttp: false,
    logLevel: 'info',
    supportContact: null,
  })
  expect(config.trustedProxies.size).toBe(0)
  expect(secrets.masterKey).toBeNull()
})

test('reads what is set', () => {
  const { config } = loadConfig({
    KEYWRIGHT_LISTEN: '[::]:80',
    KEYWRIGHT_DATA: '/srv',
    KEYWRIGHT_PUBLIC_URL: 'https://keys.example.com/',
    KEYWRIGHT_TRUSTED_PROXIES: '10.0.0.0/8, 2001:db8::1',
    KEYWRIGHT_LOG_LEVEL: 'debug',
    KEYWRIGHT_SUPPORT_CONTACT: 'help@example.com',
    KEYWRIGHT_ALLOW_HTTP: '',
  })
  expect(config).toMatchObject({
    listen: { host: '::', port: 80 },
    dataFolder: '/srv',
    publicUrl: 'https://keys.example.com',
    logLevel: 'debug',
    supportContact: 'help@example.com',
  })
  expect(config.trustedProxies.hasText('10.1.2.3')).toBe(true)
  expect(config.trustedProxies.hasText('11.1.2.3')).toBe(false)
})

test('refuses unknown names, with the nearest known one', () => {
  expect(problemsOf({ KEYWRIGHT_LISTN: 'x' })).toEqual(['KEYWRIGHT_LISTN is unknown. Did you mean KEYWRIGHT_LISTEN?'])
  expect(problemsOf({ KEYWRIGHT_MASTERKEY_FILE: 'x' })).toEqual(['KEYWRIGHT_MASTERKEY_FILE is unknown. Did you mean KEYWRIGHT_MASTER_KEY_FILE?'])
  expect(problemsOf({ KEYWRIGHT_PORT: '8080' })).toEqual(['KEYWRIGHT_PORT is unknown. Did you mean KEYWRIGHT_LISTEN?'])
  expect(problemsOf({ KEYWRIGHT_WHATEVER_ELSE: 'x' })).toEqual(['KEYWRIGHT_WHATEVER_ELSE is unknown.'])
  expect(problemsOf({ KEYWRIGHT_LISTEN_FILE: 'x' })).toEqual([expect.stringContaining('KEYWRIGHT_LISTEN_FILE is unknown')])
})

test('ignores what Kubernetes says of services named keywright', () => {
  const links = {
    KEYWRIGHT_SERVICE_HOST: '10.0.0.1',
    KEYWRIGHT_SERVICE_PORT: '4400',
    KEYWRIGHT_SERVICE_PORT_HTTP: '4400',
    KEYWRIGHT_PORT: 'tcp://10.0.0.1:4400',
    KEYWRIGHT_PORT_4400_TCP: 'tcp://10.0.0.1:4400',
    KEYWRIGHT_PORT_4400_TCP_PROTO: 'tcp',
    KEYWRIGHT_PORT_4400_TCP_PORT: '4400',
    KEYWRIGHT_PORT_4400_TCP_ADDR: '10.0.0.1',
    KEYWRIGHT_CONSOLE_SERVICE_HOST: '10.0.0.2',
    KEYWRIGHT_CONSOLE_PORT: 'tcp://10.0.0.2:80',
    KEYWRIGHT_CONSOLE_PORT_80_TCP: 'tcp://10.0.0.2:80',
  }
  expect(problemsOf(links)).toEqual([])
})

test('refuses what this version cannot do instead of ignoring it', () => {
  const later = ['KEYWRIGHT_DATABASE_URL']
  for (const name of later) expect(problemsOf({ [name]: 'x' })).toEqual([expect.stringContaining('is not in this version')])
})

test("knows the test runner's and the remote commands' variables", () => {
  expect(problemsOf({ KEYWRIGHT_TEST_INSTALL: 'no', KEYWRIGHT_URL: 'http://x', KEYWRIGHT_KEY: 'kw_x' })).toEqual([])
  expect(readEnvironment({ KEYWRIGHT_KEY_FILE: temporaryFile('kw_secret\n') }).values.get('KEYWRIGHT_KEY')).toBe('kw_secret')
})

test('tells all problems at once, and never a secret', () => {
  const problems = problemsOf({
    KEYWRIGHT_LISTEN: 'nonsense',
    KEYWRIGHT_PUBLIC_URL: 'https://x/path',
    KEYWRIGHT_TRUSTED_PROXIES: '10.0.0.1/8,nobody',
    KEYWRIGHT_ALLOW_HTTP: 'yes',
    KEYWRIGHT_LOG_LEVEL: 'loud',
    KEYWRIGHT_MASTER_KEY: 'do-not-print-me',
    KEYWRIGHT_TYPO: '1',
  })
  expect(problems).toHaveLength(8)
  expect(problems.join()).toContain('10.0.0.0/8')
  expect(problems.join()).not.toContain('do-not-print-me')
})

test('a secret comes from a variable or a file, not both, and not from an empty one', () => {
  const file = temporaryFile(`${KEY}\n`)
  expect(loadConfig({ KEYWRIGHT_MASTER_KEY: KEY }).secrets.masterKey).toMatchObject({ source: 'KEYWRIGHT_MASTER_KEY' })
  expect(loadConfig({ KEYWRIGHT_MASTER_KEY_FILE: file }).secrets.masterKey).toEqual({ bytes: new Uint8Array(32).fill(7), source: file })
  expect(problemsOf({ KEYWRIGHT_MASTER_KEY: KEY, KEYWRIGHT_MASTER_KEY_FILE: file })).toEqual([
    'KEYWRIGHT_MASTER_KEY and KEYWRIGHT_MASTER_KEY_FILE are both set; set one of them.',
  ])
  expect(problemsOf({ KEYWRIGHT_MASTER_KEY: '' })).toEqual(['KEYWRIGHT_MASTER_KEY is set but empty.'])
  expect(problemsOf({ KEYWRIGHT_MASTER_KEY_FILE: temporaryFile('\n') })).toEqual([expect.stringMatching(/is empty/)])
  expect(problemsOf({ KEYWRIGHT_MASTER_KEY_FILE: '/nowhere/at/all' })).toEqual([expect.stringMatching(/cannot be read \(ENOENT\)/)])
  expect(problemsOf({ KEYWRIGHT_MASTER_KEY: `${KEY.slice(0, -2)}==` })).toEqual([expect.stringMatching(/32 bytes in base64/)])
})

test('secrets print as [redacted]', () => {
  const { secrets } = loadConfig({ KEYWRIGHT_MASTER_KEY: KEY })
  expect(inspect({ secrets }) + JSON.stringify({ secrets })).toBe('{ secrets: [redacted] }{"secrets":"[redacted]"}')
})

test('listening beyond loopback needs TLS in front, or the word that keys may be read on the way', () => {
  const outside = { KEYWRIGHT_LISTEN: '0.0.0.0:4400' }
  expect(problemsOf(outside)).toEqual([expect.stringMatching(/0\.0\.0\.0.*KEYWRIGHT_PUBLIC_URL.*KEYWRIGHT_ALLOW_HTTP=true/)])
  expect(problemsOf({ ...outside, KEYWRIGHT_PUBLIC_URL: 'http://keys.example.com' })).toHaveLength(1)
  expect(problemsOf({ ...outside, KEYWRIGHT_PUBLIC_URL: 'http://localhost:4400' })).toHaveLength(1)
  expect(problemsOf({ KEYWRIGHT_PUBLIC_URL: 'http://keys.example.com' })).toHaveLength(1)
  expect(problemsOf({ ...outside, KEYWRIGHT_PUBLIC_URL: 'https://keys.example.com' })).toEqual([])
  expect(problemsOf({ ...outside, KEYWRIGHT_ALLOW_HTTP: 'true' })).toEqual([])
  for (const host of ['127.0.0.1', '127.9.9.9', '[::1]', 'localhost']) expect(problemsOf({ KEYWRIGHT_LISTEN: `${host}:0` })).toEqual([])
})

test('every variable has a sentence', () => {
  for (const variable of VARIABLES) expect(variable.sentence).toMatch(/\.$/)
  expect(new Set(VARIABLES.map((variable) => variable.name)).size).toBe(VARIABLES.length)
})
