import { afterAll, beforeAll, expect, test } from 'vitest'
import { Installation, until } from './installation.ts'

let installation: Installation
beforeAll(async () => {
  installation = await Installation.start()
})
afterAll(() => installation[Symbol.asyncDispose]())

const reason = (decision: { valid: boolean; reason?: string }) => (decision.valid ? 'allowed' : decision.reason)

test('a verifier decides in its own process, and a revocation that was confirmed is refused there at once', async () => {
  const { server, key } = installation
  const { id, secret } = await installation.issue()
  const verifier = installation.verifier({ name: 'crm' })
  await verifier.ready()
  expect(reason(verifier.verify({ secret }))).toBe('allowed')
  const answer = await server.must(200, 'POST', `/v1/organizations/acme/keys/${id}:deactivate?confirm=true`, { key, body: {} })
  expect(reason(verifier.verify({ secret }))).toBe('inactive')
  expect(answer.propagation).toMatchObject({ confirmed: 1, expired: 0, mayAcceptUntil: [] })
  expect(answer.propagation.summary).toMatch(/^refused everywhere: 1 of 1 verifier, \d+ ms$/)
  await verifier.close()
  await until('the server forgets a verifier that said goodbye', async () => {
    const { propagation } = await server.must(200, 'POST', `/v1/organizations/acme/keys/${id}:deactivate?confirm=true`, { key, body: {} })
    return propagation.summary === 'this server: refused'
  })
})

test('operators see each verifier: where it runs, how far it is, what it does; and the command line says who refuses', async () => {
  const { server, key } = installation
  const { id, secret } = await installation.issue()
  const verifier = installation.verifier({ name: 'crm', stalenessSeconds: 100_000 })
  await verifier.ready()
  for (let call = 0; call < 10; call++) verifier.verify({ secret })
  await until('the list shows it up to date', async () => {
    const { change, items } = await server.must(200, 'GET', '/v1/verifiers', { key })
    const [item] = items
    return items.length === 1 && item.status === 'live' && item.change === change && item.lag === 0
  })
  const { items } = await server.must(200, 'GET', '/v1/verifiers', { key })
  expect(items[0]).toMatchObject({
    name: 'crm',
    pid: process.pid,
    apis: ['crm-api'],
    verifierKey: installation.verifierKeyId,
    onStale: 'refuse',
    // The server allows an hour.
    stalenessSeconds: 3600,
  })
  expect(verifier.status).toMatchObject({ state: 'fresh', connected: true, stalenessSeconds: 3600 })
  const listed = await server.cli(['verifiers'], { key })
  expect(listed.stdout).toMatch(/crm +\S+:\d+ +crm-api +live/)
  const confirmed = await server.cli(['keys', 'deactivate', 'acme', id, '--confirm'], { key })
  expect(`${confirmed.stdout}${confirmed.stderr}`).toMatch(/refused everywhere: 1 of 1 verifier, \d+ ms/)
  expect((await server.cli(['verifiers', 'forget', items[0].id, '--yes'], { key })).stderr).toMatch(/connected/)
  await verifier.close()
})
