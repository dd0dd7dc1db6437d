import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestServer } from './harness.ts'

let server: TestServer
let key: string

beforeAll(async () => {
  server = await TestServer.start()
  key = await server.bootstrap()
})
afterAll(async () => server[Symbol.asyncDispose]())

test('bootstrap prints the first management key once, and says how to get another', async () => {
  const again = await server.cli(['bootstrap', '--json'])
  expect(again.code).toBe(1)
  expect(again.stdout).toBe('')
  expect(again.stderr).toMatch(/management-keys issue/)
  expect(again.stderr).toMatch(/--again/)
  const another = await server.cli(['bootstrap', '--json', '--again'])
  expect(JSON.parse(another.stdout).managementKey).toMatch(/^kw_mgmt_/)
})

test('a key is issued, presented, refused after it was removed', async () => {
  await server.applyPreset('insider-one', key)
  await server.must(201, 'POST', '/v1/organizations', { key, body: { slug: 'acme', entitlements: ['insider-upsert'] } })
  const { secret: verifier } = await server.must(201, 'POST', '/v1/verifier-keys', { key, body: { name: 'gateway', apis: 'all' } })
  const issued = await server.must(201, 'POST', '/v1/organizations/acme/keys', {
    key,
    body: { type: 'insider-one-ucd', environment: 'live', addresses: 'any' },
  })
  const verify = () => server.must(200, 'POST', '/v1/verify', { key: verifier, body: { secret: issued.secret } })
  expect(await verify()).toMatchObject({ valid: true, key: { id: issued.key.id, organization: 'acme' } })
  await server.must(200, 'DELETE', `/v1/organizations/acme/keys/${issued.key.id}`, { key })
  expect(await verify()).toMatchObject({ valid: false, reason: 'removed' })
})
