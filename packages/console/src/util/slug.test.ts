import { expect, test } from 'vitest'
import { slugOf } from './slug.ts'

test.each([
  ['Web Push Settings', 'web-push-settings'],
  ['  Café & Co. ', 'cafe-co'],
  ['日本', ''],
])('%j -> %j', (title, expected) => {
  expect(slugOf(title)).toBe(expected)
})
