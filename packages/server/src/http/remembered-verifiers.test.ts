import { OWN_ENVIRONMENT, VERIFIER_API, VERIFIER_KEY_TYPE } from '@keywright/core/configuration/reserved.ts'
import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import { RateLimiter } from '@keywright/core/rate-limit/rate-limiter.ts'
import type { KeyRecord } from '@keywright/core/replica/change.ts'
import { Replica } from '@keywright/core/replica/replica.ts'
import { generateSecret } from '@keywright/core/secret/generate.ts'
import type { Allowed } from '@keywright/core/verification/decision.ts'
import { expect, test } from 'vitest'
import { systemRandom } from '../kernel/random.ts'
import { UsageRecorder } from '@keywright/core/usage/usage-recorder.ts'
import { digestText, Verifier } from '../verification/verifier.ts'
import { RememberedVerifiers } from './remembered-verifiers.ts'

const SECRET = generateSecret({ prefix: 'kw_verify', length: 38 }, systemRandom).reveal()
const FIELD = `Bearer ${SECRET}`

function world(changes: Partial<KeyRecord> = {}) {
  const replica = new Replica(Uint32Array.from({ length: 8 }, (_unused, index) => index + 1))
  const key: KeyRecord = {
    id: 'key_00000000000000000000000001',
    organizationId: RESERVED_ORGANIZATION_ID,
    environment: OWN_ENVIRONMENT,
    type: VERIFIER_KEY_TYPE,
    name: 'proxy',
    origin: null,
    status: 'active',
    expiresAt: null,
    scopes: [],
    addresses: 'any',
    limits: null,
    epoch: 0,
    grant: { apis: 'all' },
    versions: [{ number: 1, digest: Buffer.from(digestText(SECRET), 'latin1').toString('base64url'), endsAt: null }],
    ...changes,
  }
  const organization = { id: RESERVED_ORGANIZATION_ID, slug: 'kw', aliases: [], status: 'active' as const, entitlements: [] }
  const mark = '0000000000000001'
  replica.apply([
    { number: 1, mark, change: { kind: 'organization', organization } },
    { number: 2, mark, change: { kind: 'key', key } },
  ])
  const verifier = new Verifier({ feed: { replica }, clock: { now: () => 1000 }, limiter: new RateLimiter(), usage: new UsageRecorder() })
  const decision = verifier.decide(verifier.api(VERIFIER_API) ?? null, { secret: SECRET, address: '127.0.0.1' }, null)
  expect(decision.valid).toBe(true)
  return { replica, key, mark, decision: decision as Allowed }
}

test('a verifier key that was let in is let in again, until anything changes at all', () => {
  const { replica, key, mark, decision } = world()
  const verifiers = new RememberedVerifiers()
  expect(verifiers.find(FIELD, replica, 1000)).toBeNull()
  verifiers.keep(FIELD, decision, replica)
  expect(verifiers.find(FIELD, replica, 1000)).toBe(decision)
  replica.apply([{ number: 3, mark, change: { kind: 'key', key: { ...key, status: 'removed' } } }])
  expect(verifiers.find(FIELD, replica, 1000)).toBeNull()
})

test('another field, another replica and a passed expiry are decided on', () => {
  const { replica, decision } = world({ expiresAt: 2000 })
  const verifiers = new RememberedVerifiers()
  verifiers.keep(FIELD, decision, replica)
  expect(verifiers.find(FIELD, replica, 1999)).toBe(decision)
  expect(verifiers.find(FIELD, replica, 2000)).toBeNull()
  expect(verifiers.find(`${FIELD} `, replica, 1000)).toBeNull()
  expect(verifiers.find(FIELD, world().replica, 1000)).toBeNull()
})

test('a key with address rules is decided on each time: its rule holds on every path (trap 2)', () => {
  const { replica, decision } = world({ addresses: ['127.0.0.1'] })
  const verifiers = new RememberedVerifiers()
  verifiers.keep(FIELD, decision, replica)
  expect(verifiers.find(FIELD, replica, 1000)).toBeNull()
})
