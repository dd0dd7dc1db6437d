import { expect, test } from 'vitest'
import { etagOf, readIfMatch } from './etag.ts'
import { canonical } from './idempotency.ts'

test('a tag names the revision, and the making where a thing can be made again', () => {
  expect(etagOf({ revision: 7 })).toBe('"7"')
  expect(etagOf({ revision: 1, createdAt: 1000 })).not.toBe(etagOf({ revision: 1, createdAt: 1001 }))
})

test('If-Match is a list of tags, or a star', () => {
  expect(readIfMatch(undefined)).toBeNull()
  expect(readIfMatch(' * ')).toBe('*')
  expect(readIfMatch('"1", W/"2",""')).toEqual(['"1"', 'W/"2"', '""'])
  for (const wrong of ['1', '"1" "2"', "'1'", '"1",', '*, "1"', Array(51).fill('"1"').join(',')]) expect(() => readIfMatch(wrong), wrong).toThrow('entity tags')
})

test('bodies are the same when they say the same', () => {
  expect(canonical({ b: [1, { d: null, c: 'x' }], a: true })).toBe(canonical({ a: true, b: [1, { c: 'x', d: null }] }))
  expect(canonical({ a: [1, 2] })).not.toBe(canonical({ a: [2, 1] }))
  expect(canonical({ a: '1' })).not.toBe(canonical({ a: 1 }))
  expect(canonical({})).not.toBe(canonical([]))
  expect(canonical({ a: undefined })).toBe(canonical({}))
})
