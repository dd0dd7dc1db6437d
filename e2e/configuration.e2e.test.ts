import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestServer } from './harness.ts'

let server: TestServer
let key: string
let verifier: string
let secret: string

const TYPE = { slug: 'thing', prefix: 'thing', environments: ['live'], scopes: { offered: ['read', 'write'], default: ['read', 'write'] } }
const API = { slug: 'things', accepts: ['thing'] }

beforeAll(async () => {
  server = await TestServer.start()
  key = await server.bootstrap()
  await apply({ keyTypes: [TYPE], apis: [API] })
  await server.must(201, 'POST', '/v1/organizations', { key, body: { slug: 'acme', environments: ['live'] } })
  verifier = (await server.must(201, 'POST', '/v1/verifier-keys', { key, body: { name: 'things', apis: ['things'] } })).secret
  secret = (await server.must(201, 'POST', '/v1/organizations/acme/keys', { key, body: { type: 'thing' } })).secret
})
afterAll(async () => server[Symbol.asyncDispose]())

const apply = (file: object, status = 200) => server.must(status, 'POST', '/v1/config:apply', { key, body: { version: 1, ...file } })
const decide = (body: object = {}) => server.must(200, 'POST', '/v1/verify', { key: verifier, body: { secret, ...body } })

test('a changed type acts at the very next decision: the verifier is not forgotten (trap 18)', async () => {
  expect(await decide({ requiredScopes: ['write'] })).toMatchObject({ valid: true })
  await apply({ keyTypes: [{ ...TYPE, scopes: { offered: ['read'], default: ['read'] } }] })
  expect(await decide({ requiredScopes: ['write'] })).toMatchObject({ valid: false, reason: 'insufficient_scope', missing: ['write'] })
  await apply({ keyTypes: [{ ...TYPE, direct: false, mints: { lifetime: '1h' } }] })
  expect(await decide()).toMatchObject({ valid: false, reason: 'exchange_required' })
  await apply({ keyTypes: [TYPE] })
  expect(await decide({ requiredScopes: ['write'] })).toMatchObject({ valid: true })
})

test('an API that accepts another type refuses at once, and a removed API is no API', async () => {
  await apply({ keyTypes: [{ slug: 'other', prefix: 'other' }], apis: [{ ...API, accepts: ['other'] }] })
  expect(await decide()).toMatchObject({ valid: false, reason: 'wrong_type' })
  await server.must(204, 'DELETE', '/v1/apis/things', { key })
  expect((await server.call('POST', '/v1/verify', { key: verifier, body: { secret } })).status).toBe(422)
  await apply({ apis: [API] })
  expect(await decide()).toMatchObject({ valid: true })
})

test('a type with keys, or that an API accepts, cannot be removed; one without can', async () => {
  expect((await server.call('DELETE', '/v1/key-types/thing', { key })).body).toMatchObject({ status: 409, code: 'in_use', keys: 1 })
  await apply({ keyTypes: [{ slug: 'unused', prefix: 'unused' }], apis: [{ ...API, accepts: ['thing', 'unused'] }] })
  expect((await server.call('DELETE', '/v1/key-types/unused', { key })).body).toMatchObject({ code: 'in_use', apis: ['things'] })
  await apply({ apis: [API] })
  await server.must(204, 'DELETE', '/v1/key-types/unused', { key })
  expect((await server.call('GET', '/v1/key-types/unused', { key })).status).toBe(404)
})

test('a file is applied whole or not at all, and applying it again changes nothing', async () => {
  const before = await server.must(200, 'GET', '/v1/config', { key })
  const refused = await server.call('POST', '/v1/config:apply', {
    key,
    body: {
      version: 1,
      keyTypes: [
        { slug: 'good', prefix: 'good' },
        { slug: 'bad', prefix: 'good' },
      ],
    },
  })
  expect(refused).toMatchObject({ status: 422, body: { code: 'invalid_configuration' } })
  expect(await server.must(200, 'GET', '/v1/config', { key })).toEqual(before)
  expect(await server.must(200, 'POST', '/v1/config:apply', { key, body: before })).toEqual({ changes: [] })
})

test('a diff says what would change and whom it touches, and changes nothing', async () => {
  const file = { version: 1, keyTypes: [{ ...TYPE, cap: { max: 1 } }] }
  expect((await server.must(200, 'POST', '/v1/config:diff', { key, body: file })).changes).toMatchObject([
    { section: 'keyTypes', slug: 'thing', kind: 'changed', keys: 1, organizations: 1 },
  ])
  expect((await server.must(200, 'GET', '/v1/key-types/thing', { key })).keyType.cap).toBeNull()
})

test('what is put under one name must carry that name', async () => {
  expect((await server.call('PUT', '/v1/key-types/thing', { key, body: { ...TYPE, slug: 'thang' } })).body).toMatchObject({
    code: 'invalid_request',
    errors: [{ path: 'slug' }],
  })
  expect((await server.call('PUT', '/v1/apis/things', { key, body: { ...API, slug: 'thangs' } })).body).toMatchObject({
    code: 'invalid_request',
    errors: [{ path: 'slug' }],
  })
  expect((await server.must(200, 'PUT', '/v1/key-types/thing', { key, body: { ...TYPE, label: 'Thing' } })).changes).toMatchObject([{ slug: 'thing' }])
})

test('organizations that were there before a type get its address list and its keys, once', async () => {
  const type = {
    slug: 'inbuilt',
    prefix: 'inbuilt',
    environments: ['live'],
    cap: { max: 1 },
    visibility: 'retrievable',
    autoProvision: true,
    naming: { mode: 'none' },
    addresses: { mode: 'optional', organizationList: ['127.0.0.1'] },
  }
  await apply({ keyTypes: [type] })
  const keys = async () => (await server.must(200, 'GET', '/v1/organizations/acme/keys?type=inbuilt', { key })).items
  expect(await keys()).toHaveLength(1)
  expect((await server.must(200, 'GET', '/v1/organizations/acme/address-lists/inbuilt', { key })).addresses).toEqual([{ cidr: '127.0.0.1', label: null }])
  await apply({ keyTypes: [{ ...type, label: 'Inbuilt' }] })
  expect(await keys()).toHaveLength(1)
  const [issued] = await keys()
  expect((await server.must(200, 'POST', `/v1/organizations/acme/keys/${issued.id}:reveal`, { key })).secret).toMatch(/^inbuilt_/)
  // Shown once from now on: what is stored is destroyed, and the key works on.
  await apply({ keyTypes: [{ ...type, autoProvision: false, visibility: 'once' }] })
  expect((await server.call('POST', `/v1/organizations/acme/keys/${issued.id}:reveal`, { key })).body).toMatchObject({ code: 'policy_conflict' })
})
