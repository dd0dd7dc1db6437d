import { expect, test } from 'vitest'
import { api } from './api.ts'
import { keyType } from './key-type.ts'
import { plainKeyType } from './plain-key-type.ts'
import { RESERVED_APIS, RESERVED_KEY_TYPES } from './reserved.ts'

test('a plain key type is what the schema makes of a slug and a prefix', () => {
  expect(plainKeyType('crm', 'crm')).toEqual(keyType.parse({ slug: 'crm', prefix: 'crm' }))
})

test("Keywright's own key types and APIs are what a configuration file could say", () => {
  expect(RESERVED_KEY_TYPES.map((type) => keyType.parse(type))).toEqual(RESERVED_KEY_TYPES)
  expect(RESERVED_APIS.map((definition) => api.parse(definition))).toEqual(RESERVED_APIS)
})
