import { expect, test } from 'vitest'
import { errorsOf, ownerOf } from './form-context.ts'

const FIELDS = new Set(['name', 'addresses', 'addresses[1].address'])

test.each([
  ['name', 'name'],
  ['addresses', 'addresses'],
  ['addresses[0].address', 'addresses'],
  ['addresses[1].address', 'addresses[1].address'],
  ['nameless', null],
  ['', null],
])('an error at %j is shown by %j', (path, owner) => {
  expect(ownerOf(path, FIELDS)).toBe(owner)
})

test('each error is shown once', () => {
  const errors = ['name', 'addresses[0]', 'addresses[1].address'].map((path) => ({ path, code: 'c', message: path }))
  const state = { errors, fields: FIELDS, register: () => () => undefined }
  expect([...FIELDS].flatMap((field) => errorsOf(field, state)).map(({ path }) => path)).toEqual(errors.map(({ path }) => path))
})
