import { expect, it } from 'vitest'
import { api } from './api.ts'
import { allowsForwardAuth, readsBody } from './forward-auth.ts'
import { companion } from './key-type.ts'

const parse = (fields: object) => api.safeParse({ slug: 'x', accepts: ['a'], ...fields })

it.each(['http://127.0.0.1:4501', 'http://10.0.0.4:8080/base', 'http://crm:4501', 'https://crm.example.com', 'http://[::1]:4501', 'http://localhost'])(
  'may stand before %s',
  (upstream) => {
    expect(parse({ upstream }).success).toBe(true)
  },
)

it.each([
  'ftp://x',
  'crm:4501',
  'http://',
  'http://user:password@crm',
  'http://crm?x=1',
  'http://crm#x',
  'http://crm/a b',
  'http://crm\\x',
  'http://crm:port',
  'javascript:alert(1)',
  '',
])('may not stand before %s', (upstream) => {
  expect(parse({ upstream }).success).toBe(false)
})

it('leaves forward-auth off by itself when key or companion stand in the body, also when a key type asks for the companion', () => {
  const plain = api.parse({ slug: 'x', accepts: ['a'] })
  const body = companion.parse({ from: 'body', name: 'partner_id', names: 'organization' })
  expect(allowsForwardAuth(plain)).toBe(true)
  expect(allowsForwardAuth(plain, [{ companions: [body] }])).toBe(false)
  expect(allowsForwardAuth({ ...plain, companions: [body] })).toBe(false)
  expect(allowsForwardAuth({ ...plain, carriers: [{ in: 'body', name: 'k' }] })).toBe(false)
  expect(allowsForwardAuth({ ...plain, forwardAuth: false })).toBe(false)
  expect(readsBody(plain, [{ companions: [] }])).toBe(false)
})

it.each(['{organization}.example.com', '{organization}-staging.localhost', 'api.{tenant}.example.com'])('takes the host template %s', (template) => {
  expect(companion.safeParse({ from: 'host', template, names: 'organization' }).success).toBe(true)
})

it.each([
  'example.com',
  '{a}.{b}.com',
  '{organization}.example.com:8080',
  '{Organization}.example.com',
  'https://{organization}.example.com',
  '{organization}.Example.com',
])('refuses the host template %s, which would never match', (template) => {
  expect(companion.safeParse({ from: 'host', template, names: 'organization' }).success).toBe(false)
})

it('refuses a header companion that is no header field name, and names and templates in the wrong place', () => {
  const paths = (value: object) => companion.safeParse({ names: 'organization', ...value }).error?.issues.map((issue) => issue.path.join('.'))
  expect(paths({ from: 'header', name: 'X Org' })).toEqual(['name'])
  expect(paths({ from: 'header' })).toEqual(['name'])
  expect(paths({ from: 'path', name: 'org', template: '{org}.example.com' })).toEqual(['template'])
  expect(paths({ from: 'host', template: '{org}.example.com', name: 'org' })).toEqual(['name'])
})
