import { expect, it } from 'vitest'
import { checkConfiguration } from './check.ts'
import { configurationFile, type ConfigurationInput } from './configuration.ts'
import { mergeConfiguration } from './merge.ts'

const file = (input: Partial<ConfigurationInput>) => configurationFile.parse({ version: 1, ...input })
const stored = file({
  entitlements: ['e'],
  environments: ['live'],
  keyTypes: [
    { slug: 'a', prefix: 'a', label: 'A', cap: { max: 5 } },
    { slug: 'b', prefix: 'b' },
  ],
  apis: [{ slug: 'x', accepts: ['a'] }],
})

it('deletes nothing: an empty file changes nothing', () => {
  const { entitlements, environments, keyTypes, apis } = stored
  expect(mergeConfiguration(stored, file({}))).toEqual({ entitlements, environments, keyTypes, apis })
})

it('unites entitlements and environments, in the order they came', () => {
  const merged = mergeConfiguration(stored, file({ entitlements: ['f', 'e'], environments: ['test', 'live'] }))
  expect([merged.entitlements, merged.environments]).toEqual([
    ['e', 'f'],
    ['live', 'test'],
  ])
})

it('replaces a named key type as a whole: what the file leaves out goes back to its default', () => {
  const merged = mergeConfiguration(
    stored,
    file({
      keyTypes: [
        { slug: 'a', prefix: 'a' },
        { slug: 'c', prefix: 'c' },
      ],
    }),
  )
  expect(merged.keyTypes.map((type) => [type.slug, type.label, type.cap])).toEqual([
    ['a', undefined, null],
    ['b', undefined, null],
    ['c', undefined, null],
  ])
})

it('replaces a named API as a whole', () => {
  const merged = mergeConfiguration(stored, file({ apis: [{ slug: 'x', accepts: ['b'] }] }))
  expect(merged.apis.map((api) => api.accepts)).toEqual([['b']])
})

it('does not hide that a file names one thing twice', () => {
  const merged = mergeConfiguration(
    stored,
    file({
      entitlements: ['f', 'f'],
      keyTypes: [
        { slug: 'a', prefix: 'a' },
        { slug: 'a', prefix: 'd' },
      ],
    }),
  )
  expect(checkConfiguration(merged).map((error) => error.code)).toEqual(['duplicate_slug', 'duplicate_slug'])
})

it('leaves what it was given as it was', () => {
  const before = structuredClone(stored)
  mergeConfiguration(stored, file({ entitlements: ['f'], keyTypes: [{ slug: 'a', prefix: 'z' }] }))
  expect(stored).toEqual(before)
})
