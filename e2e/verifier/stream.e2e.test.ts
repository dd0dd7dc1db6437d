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
