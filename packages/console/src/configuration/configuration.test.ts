import { readdirSync, readFileSync } from 'node:fs'
import { configurationFile } from '@keywright/core/configuration/configuration.ts'
import { apiInFull, keyTypeInFull } from '@keywright/core/configuration/print.ts'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { apiWith, draftOfApi } from './api-draft.ts'
import { listChange, printValue } from './changes.ts'
import { withoutPlace } from './draft-text.ts'
import { fileErrors } from './file-errors.ts'
import { draftOfType, typeWith } from './key-type-draft.ts'

const PRESETS = new URL('../../../../presets/', import.meta.url)
const files = readdirSync(PRESETS).filter((name) => name.endsWith('.yaml'))
const presets = files.map((name) => configurationFile.parse(parse(readFileSync(new URL(name, PRESETS), 'utf8'))))

describe('a form that was opened and saved changes nothing', () => {
  const reread = (section: 'keyTypes' | 'apis', value: unknown) => configurationFile.parse({ version: 1, [section]: [value] })[section][0]

  test.each(presets.flatMap(({ keyTypes }) => keyTypes).map((type) => [type.slug, type] as const))('of the key type %s', (_slug, type) => {
    const stored = keyTypeInFull(type)
    expect(reread('keyTypes', typeWith(stored, draftOfType(stored)))).toEqual(type)
  })

  test.each(presets.flatMap(({ apis }) => apis).map((api) => [api.slug, api] as const))('of the API %s', (_slug, api) => {
    const stored = apiInFull(api)
    expect(reread('apis', apiWith(stored, draftOfApi(stored)))).toEqual(api)
  })
})

describe('what is typed', () => {
  const empty = draftOfType({})

  test('becomes the file', () => {
    const draft = {
      ...empty,
      slug: 'ucd',
      prefix: 'ucd',
      capMax: '5',
      presets: '30d, 90d',
      offered: 'a.read\na.write upsert',
      defaults: 'a.read',
      limits: '300 per 60s up to 600',
    }
    expect(configurationFile.parse({ version: 1, keyTypes: [typeWith({}, draft)] }).keyTypes[0]).toMatchObject({
      cap: { max: 5, counts: 'notRemoved', per: 'organization' },
      expiry: { presets: [2_592_000, 7_776_000] },
      scopes: {
        offered: [
          { scope: 'a.read', entitlement: null },
          { scope: 'a.write', entitlement: 'upsert' },
        ],
        default: ['a.read'],
      },
      limits: [{ calls: 300, per: 60, maxCalls: 600 }],
    })
  })

  test('wrongly is refused with the path of its field, and never dropped', () => {
    const draft = { ...empty, slug: 'ucd', prefix: 'UCD', capMax: 'many', presets: '1 month', limits: 'often' }
    const refused = configurationFile.safeParse({ version: 1, keyTypes: [typeWith({}, draft)] })
    const paths = refused.error?.issues.map(({ path }) => path.slice(2).join('.'))
    expect(paths).toEqual(expect.arrayContaining(['prefix', 'cap.max', 'expiry.presets.0', 'limits.0.calls']))
    const api = configurationFile.safeParse({
      version: 1,
      apis: [apiWith({}, { ...draftOfApi({}), slug: 'x', routes: 'FETCH users', carriers: 'X-Key secretly' })],
    })
    expect(api.error?.issues.map(({ path }) => path.slice(2).join('.'))).toEqual(
      expect.arrayContaining(['accepts', 'routes.0.method', 'routes.0.path', 'carriers.0.scheme']),
    )
  })

  test('a mistake of the server finds its field', () => {
    expect(withoutPlace('keyTypes[0].cap.max')).toBe('cap.max')
    expect(withoutPlace('apis[customer-data].accepts[1]')).toBe('accepts[1]')
    expect(withoutPlace('keyTypes[ucd]')).toBe('')
    expect(withoutPlace('environments[0]')).toBe('environments[0]')
  })
})

describe('mistakes in a file', () => {
  const text = 'version: 1\nkeyTypes:\n  - slug: one\n    prefix: one\n  - slug: ucd\n    prefix: one\n    cap: { max: 5 }\n    scopes:\n      default: [a]\n'

  test('stand at their lines, first things first', () => {
    const errors = [
      { path: 'keyTypes[ucd].scopes.default[0]', code: 'x', message: 'Is not offered.' },
      { path: 'keyTypes[ucd].prefix', code: 'x', message: 'Belongs to another.' },
      { path: 'keyTypes[0].prefix', code: 'x', message: 'line 4: Must be short.' },
      { path: 'keyTypes[ucd].cap.max', code: 'x', message: 'Too many.' },
      { path: 'keyTypes[gone].prefix', code: 'x', message: 'Is elsewhere.' },
    ]
    expect(fileErrors(errors, text).map(({ line, message }) => [line, message])).toEqual([
      [null, 'Is elsewhere.'],
      [4, 'Must be short.'],
      [6, 'Belongs to another.'],
      [7, 'Too many.'],
      [9, 'Is not offered.'],
    ])
  })
})

describe('an impact is told in words', () => {
  test.each([
    [null, 'not set'],
    ['', 'not set'],
    [true, 'yes'],
    [[], 'none'],
    [['a', { scope: 'b', entitlement: 'c' }], 'a, scope: b, entitlement: c'],
    [{ max: 5, counts: 'active' }, 'max: 5, counts: active'],
    [0, '0'],
  ])('%j is "%s"', (value, expected) => expect(printValue(value)).toBe(expected))

  test('of two lists what came and went', () => {
    expect(listChange(['a', 'b', 'c'], ['c', 'a', 'd'])).toEqual({ added: ['d'], removed: ['b'] })
    expect(listChange(['a', 'b'], ['b', 'a'])).toBeNull()
    expect(listChange(null, ['a'])).toBeNull()
  })
})
