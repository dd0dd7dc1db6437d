import { afterAll, beforeAll, expect, test } from 'vitest'
import { Installation, until } from './installation.ts'
import { RawVerifier } from './raw-verifier.ts'

let installation: Installation
beforeAll(async () => {
  installation = await Installation.start()
})
afterAll(() => installation[Symbol.asyncDispose]())

const usageOf = async (id: string) => {
  const { server, key } = installation
  return server.must(200, 'GET', `/v1/organizations/acme/keys/${id}/usage`, { key })
}
const callsIn = (usage: { series: { decision: string; calls: number }[] }, decision: string) =>
  usage.series.filter((point) => point.decision === decision).reduce((sum, point) => sum + point.calls, 0)

test('what a verifier decided is stored before it has closed, with the last address and client', async () => {
  const { id, secret } = await installation.issue()
  const verifier = installation.verifier()
  await verifier.ready()
  for (let call = 0; call < 5; call++) expect(verifier.verify({ secret, ip: '192.0.2.7', client: 'curl/8' }).valid).toBe(true)
  expect(verifier.verify({ secret, requiredScopes: ['write'], ip: '192.0.2.8' })).toMatchObject({ valid: false, reason: 'insufficient_scope' })
  await verifier.close()
  const usage = await usageOf(id)
  expect(callsIn(usage, 'allowed')).toBe(5)
  expect(callsIn(usage, 'insufficient_scope')).toBe(1)
  expect(usage.lastSeen).toMatchObject([{ address: '192.0.2.7', client: 'curl/8', calls: 5 }])
})

test('a batch that comes twice counts once, and nothing is believed about keys of other APIs', async () => {
  const { server, verifierKey } = installation
  const mine = await installation.issue()
  const foreign = await installation.issue({ type: 'other' })
  const raw = await RawVerifier.connect(server.url, verifierKey)
  raw.hello('crm-api')
  await raw.next('welcome')
  const minute = Math.floor(Date.now() / 60_000)
  const counts = [mine.id, foreign.id].map((keyId) => ({ minute, keyId, version: 1, decision: 'allowed', address: '', calls: 3 }))
  for (let time = 0; time < 2; time++) {
    raw.say({ type: 'usage', batch: 1, lastSeen: [], counts, refusals: [], moreRefusals: 0 })
    expect(await raw.next('usageTaken')).toMatchObject({ batch: 1 })
  }
  raw.socket.terminate()
  expect(callsIn(await usageOf(mine.id), 'allowed')).toBe(3)
  expect(callsIn(await usageOf(foreign.id), 'allowed')).toBe(0)
})

test('over two verifiers and the server together, a key gets exactly the calls of its limit', async () => {
  const { server, verifierKey } = installation
  const { secret } = await installation.issue({ type: 'limited', addresses: undefined })
  const verifiers = [installation.verifier({ api: 'limited-api' }), installation.verifier({ api: 'limited-api' })]
  await Promise.all(verifiers.map((verifier) => verifier.ready()))
  let allowed = 0
  let refused = 0
  const ask = async (who: number): Promise<void> => {
    const decision =
      who === 2
        ? (await server.must(200, 'POST', '/v1/verify', { key: verifierKey, body: { secret, api: 'limited-api' } })).valid
        : (await (verifiers[who] as (typeof verifiers)[number]).decide({ secret })).valid
    if (decision) allowed++
    else refused++
  }
  for (let round = 0; round < 20; round++) for (const who of [0, 1, 2]) await ask(who)
  expect(allowed).toBeLessThanOrEqual(10)
  // Nothing is lost to leases that nobody uses: they come back, and all ten calls are made.
  await until('the tenth call', async () => {
    if (allowed < 10) await ask(2)
    return allowed === 10
  })
  await ask(0)
  await ask(1)
  await ask(2)
  expect(allowed).toBe(10)
  expect(refused).toBeGreaterThan(40)
})

test('the first call of a key with limits waits for the server, and says when to come back where nothing is left', async () => {
  const { secret } = await installation.issue({ type: 'limited', addresses: undefined })
  const verifier = installation.verifier({ api: 'limited-api' })
  await verifier.ready()
  for (let call = 0; call < 10; call++) expect((await verifier.decide({ secret })).valid).toBe(true)
  const last = await verifier.decide({ secret })
  expect(last).toMatchObject({ valid: false, reason: 'rate_limited' })
  expect(last.valid ? 0 : last.retryAfterSeconds).toBeGreaterThan(50)
})
