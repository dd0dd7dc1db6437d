import { keyType } from '@keywright/core/configuration/key-type.ts'
import { expect, test } from 'vitest'
import { overlapChoices } from './overlap-choices.ts'

const choicesFor = (replace: object) => overlapChoices(keyType.parse({ slug: 'a', prefix: 'a', replace }))

test('an old secret may end at once, or after the usual lengths up to the longest of the type', () => {
  expect(choicesFor({})).toEqual([0, 3600, 86_400, 604_800])
  expect(choicesFor({ overlapMax: '2d', overlapDefault: '2h' })).toEqual([0, 3600, 7200, 86_400, 172_800])
})

test('a type without overlap offers no choice', () => {
  expect(choicesFor({ overlapMax: 0 })).toEqual([0])
})
