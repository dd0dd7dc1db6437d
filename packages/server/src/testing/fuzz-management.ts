import { readFileSync } from 'node:fs'
import { printConfiguration } from '@keywright/core/configuration/print.ts'
import { issueKey } from '@keywright/core/contract/keys.ts'
import { verifyRequest } from '@keywright/core/contract/verification.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { World } from '@keywright/core/verification/testing/world.ts'
import { expect } from 'vitest'
import { parseJson } from '../http/body.ts'
import { printCursor, readCreatedCursor, readNumberCursor } from '../http/cursor.ts'
import { secretsIn } from '../kernel/secrets-in.ts'
import { refuseIf, validate } from '../http/validate.ts'
import { parseConfigurationFile, parseConfigurationValue } from '../management/configuration/parse-file.ts'
import { readLine } from '../management/keys/import/plan-line.ts'
import { target } from './fuzz.ts'

const SECRET = new World().secret()

/** What `work` gives; undefined when it refuses in a way that a caller is told of. Everything else is thrown on. */
function answered<Value>(work: () => Value): Value | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof AppError && error.code !== 'internal') return undefined
    throw error
  }
}

const VERIFY = {
  api: 'data',
  request: { method: 'POST', path: '/orders?x=1', headers: { authorization: `Bearer ${SECRET}`, 'x-a': ['1', '2'] }, body: '{"api_key":"x"}' },
  ip: '192.0.2.1',
  requiredScopes: ['orders:read'],
  types: ['ucd'],
  cost: 1,
}
const ISSUE = {
  type: 'ucd',
  environment: 'live',
  name: 'Nightly',
  scopes: ['orders:read'],
  addresses: [{ cidr: '10.0.0.0/8', label: 'Office' }, '::1'],
  expiresAt: '2027-01-01T00:00:00Z',
  metadata: { team: 'a' },
  tags: ['b'],
  limits: [{ calls: 10, per: '1m' }],
}
const IMPORT = {
  secret: SECRET,
  type: 'ucd',
  name: 'Old',
  prefix: 'ucd_',
  status: 'active',
  createdAt: '2024-01-01T00:00:00Z',
  addresses: 'any',
  scopes: ['a:b'],
}
const DIGEST = { digest: 'a'.repeat(64), type: 'ucd', hint: 'ucd_…abcd', expiresAt: null }
const NAMES = [...Object.keys({ ...VERIFY, ...ISSUE, ...IMPORT, ...DIGEST }), 'secret', 'headers', 'cidr', '__proto__', 'constructor', 'toString']

/** JSON that is nearly right: a field disturbed, or the text itself. */
function nearly(dice: Parameters<Parameters<typeof target>[0]['make']>[0], whole: unknown): string {
  const disturbed = JSON.stringify(dice.chance(0.1) ? dice.value(NAMES) : dice.disturb(whole, NAMES))
  return dice.chance(0.3) ? dice.mutate(disturbed) : disturbed
}

export const bodies = target({
  name: 'request bodies',
  perThousand: 100,
  make: (dice) => {
    if (dice.chance(0.01)) return Buffer.from(dice.pick(['[', '{"a":']).repeat(1 + dice.below(50_000)))
    const bytes = Buffer.from(nearly(dice, dice.pick([VERIFY, ISSUE])))
    for (const _ of dice.times(dice.chance(0.2) ? 3 : 0, () => 0)) bytes[dice.below(bytes.length)] = dice.below(256)
    return bytes
  },
  check: (bytes) => {
    const value = answered(() => parseJson(bytes))
    // RFC 8259 section 8.1: a byte order mark may be passed over.
    if (value !== undefined) expect(JSON.parse(bytes.toString().replace(/^\ufeff/, ''))).toEqual(value)
    for (const schema of [verifyRequest, issueKey]) {
      const { value: read, errors } = validate(schema, value, 'body')
      expect(read === undefined).toBe(errors.length > 0)
      answered(() => refuseIf(errors))
    }
    // What is allowed in has no secret in it, and is a value that can be written again.
    if (secretsIn(value).length === 0) expect(JSON.stringify(value) ?? '').not.toContain(`"${SECRET}"`)
    return [verifyRequest, issueKey].some((schema) => schema.safeParse(value).success)
  },
})

/** The parser of YAML takes longer than everything else together: whole presets are the exception. */
const PRESETS = ['starter', 'insidemaps', 'insites', 'insider-one', 'insider-2024'].map((name) =>
  readFileSync(new URL(`../../../../presets/${name}.yaml`, import.meta.url), 'utf8'),
)
const PARTS = PRESETS.flatMap((preset) => {
  const file = parseConfigurationFile(preset)
  if (!file.ok) throw new Error(JSON.stringify(file.error))
  const { keyTypes, apis, ...rest } = JSON.parse(JSON.stringify(printConfiguration({ ...file.value } as Parameters<typeof printConfiguration>[0]))) as Record<
    string,
    unknown[]
  >
  return [...(keyTypes ?? []).map((type) => ({ ...rest, keyTypes: [type] })), ...(apis ?? []).map((api) => ({ ...rest, apis: [api] }))]
})
const FIELDS = [
  'version',
  'entitlements',
  'environments',
  'keyTypes',
  'apis',
  'slug',
  'prefix',
  'cap',
  'per',
  'sunset',
  'mints',
  'routes',
  'carriers',
  'limits',
  '__proto__',
]

export const configuration = target({
  name: 'configuration files',
  perThousand: 15,
  make: (dice) => {
    if (dice.chance(0.05)) return dice.mutate(dice.pick(PRESETS))
    if (dice.chance(0.05)) return dice.text()
    const lines = JSON.stringify(dice.disturb(dice.pick(PARTS), FIELDS), null, dice.below(3))
    return dice.chance(0.4) ? dice.mutate(lines) : lines
  },
  check: (text) => {
    const file = parseConfigurationFile(text)
    if (file.ok) {
      const printed = printConfiguration({ ...file.value } as Parameters<typeof printConfiguration>[0])
      expect(parseConfigurationValue(JSON.parse(JSON.stringify(printed))).ok).toBe(true)
      return true
    }
    expect(file.error.length).toBeGreaterThan(0)
    for (const { message, code } of file.error) expect(code === 'more_errors' ? 'line 1: ' : message).toMatch(/^line [1-9]\d*: /)
    return false
  },
})

export const importLines = target({
  name: 'import lines',
  perThousand: 50,
  make: (dice) => nearly(dice, dice.pick([IMPORT, DIGEST])),
  check: (line) => {
    const value = answered(() => parseJson(Buffer.from(line)))
    const read = readLine({ line: 1, value })
    if ('result' in read) {
      expect([read.result, read.errors.length > 0]).toEqual(['refused', true])
      expect(JSON.stringify(read)).not.toContain(SECRET)
      return false
    }
    expect(read.secret.digest).toHaveLength(32)
    if (read.secret.secret !== null) expect(read.secret.hint).not.toContain(read.secret.secret)
    return true
  },
})

const CURSORS = [printCursor({ createdAt: 1_767_225_600_000, id: 'key_01m7xfxpdkmg0e18fzqq0hga78' }), printCursor(4711)] as string[]

export const cursors = target({
  name: 'cursors',
  perThousand: 50,
  make: (dice) =>
    dice.chance(0.5) ? dice.mutate(dice.pick(CURSORS)) : Buffer.from(dice.mutate(JSON.stringify(dice.value(['length', '0', '1'])))).toString('base64url'),
  check: (text) => {
    const created = answered(() => readCreatedCursor(text))
    if (created !== undefined) expect(JSON.stringify(readCreatedCursor(printCursor(created) as string))).toBe(JSON.stringify(created))
    const number = answered(() => readNumberCursor(text))
    if (number !== undefined) expect(readNumberCursor(printCursor(number) as string) === number).toBe(true)
    return created !== undefined || number !== undefined
  },
})
