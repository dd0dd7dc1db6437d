import { keyType } from '@keywright/core/configuration/key-type.ts'
import { keyTypeInFull } from '@keywright/core/configuration/print.ts'
import { expect, test } from 'vitest'
import type { Offer } from '../api/contract.ts'
import { offeredType, sectionsOf } from './offered-type.ts'

const typeWith = (slug: string, section: string | null) =>
  keyType.parse({ slug, prefix: slug, cap: { max: 5 }, expiry: { presets: ['7d'] }, replace: { overlapMax: '2d' }, presentation: { section } })
const offerOf = (type: ReturnType<typeof keyType.parse>): Offer => ({
  type: type.slug,
  label: type.slug,
  description: '',
  offered: true,
  reason: null,
  environments: ['live'],
  use: [],
  policy: keyTypeInFull(type),
  apis: [],
})

test('a type reads back from an answer as the server knows it, once per answer', () => {
  const type = typeWith('a', null)
  const offer = offerOf(type)
  expect(offeredType(offer).type).toEqual(type)
  expect(offeredType(offer)).toBe(offeredType(offer))
})

test('a page shows its types by section, in the order of the configuration', () => {
  const types = [typeWith('a', 'Keys'), typeWith('b', 'Tokens'), typeWith('c', 'Keys'), typeWith('d', null)].map((type) => offeredType(offerOf(type)))
  expect(sectionsOf(types).map(({ title, types: each }) => [title, each.map(({ slug }) => slug)])).toEqual([
    ['Keys', ['a', 'c']],
    ['Tokens', ['b']],
    [null, ['d']],
  ])
})
