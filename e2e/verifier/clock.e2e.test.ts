import { Verifier } from '@keywright/sdk/verifier/verifier.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Installation, until } from './installation.ts'

const HOUR = 3_600_000

let installation: Installation
let verifier: Verifier
/** By how much somebody has set the wall clock of the verifier's machine. */
let set = 0
beforeAll(async () => {
  installation = await Installation.start()
  const clock = { wall: () => Date.now() + set, steady: () => performance.now() }
  verifier = new Verifier({ url: installation.server.url, verifierKey: installation.verifierKey, api: 'crm-api', stalenessSeconds: 10 }, clock)
  await verifier.ready()
})
afterAll(async () => {
  await verifier.close()
  await installation[Symbol.asyncDispose]()
})

const said = (secret: string) => {
  const decision = verifier.verify({ secret })
  return decision.valid ? 'allowed' : decision.reason
}

test('a wall clock that is set back brings no expired key back, nor does it keep a verifier fresh or make it stale', async () => {
  const kept = await installation.issue()
  const short = await installation.issue({ expiresAt: new Date(Date.now() + 2_000).toISOString() })
  await until('the key is known', () => said(short.secret) === 'allowed' || said(short.secret) === 'expired')
  await until('it has expired', () => said(short.secret) === 'expired')
  set = -HOUR
  expect([said(short.secret), said(kept.secret)]).toEqual(['expired', 'allowed'])
  expect(verifier.status.behindServerMs).toBeGreaterThan(HOUR - 60_000)
  const { ageMs } = verifier.status
  await until('pings are answered as before', () => verifier.status.ageMs < ageMs)
  expect([said(short.secret), said(kept.secret)]).toEqual(['expired', 'allowed'])
})

test('a wall clock that is set forward makes a verifier stale at once, until the server has answered again', async () => {
  const { secret } = await installation.issue({ expiresAt: new Date(Date.now() + HOUR / 2).toISOString() })
  await until('the key is known', () => said(secret) === 'allowed')
  set = HOUR
  expect(said(secret)).toBe('unavailable')
  await until('the server has answered', () => verifier.status.state === 'fresh')
  expect(said(secret), 'by this machine’s clock').toBe('expired')
  set = 0
  expect(said(secret), 'and what has expired here once stays so in this process').toBe('expired')
})
