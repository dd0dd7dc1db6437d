import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { configurationFile } from '../configuration/configuration.ts'
import { RateLimiter } from '../rate-limit/rate-limiter.ts'
import type { AddressListRecord, KeyRecord, OrganizationRecord } from '../replica/change.ts'
import { Replica } from '../replica/replica.ts'
import { parseInstant } from '../time.ts'
import { DENY_REASONS } from './decision.ts'
import type { VerificationRequest } from './request.ts'
import { digest, SEED } from './testing/world.ts'
import { verify } from './verify.ts'

interface SampleWorld {
  name: string
  configuration: object
  organizations: OrganizationRecord[]
  addressLists: AddressListRecord[]
  keys: (Omit<KeyRecord, 'expiresAt' | 'versions' | 'epoch'> & {
    expiresAt: string | null
    versions: { number: number; secret: string; digest: string; endsAt: string | null }[]
  })[]
  cases: {
    name: string
    api: string | null
    now: string
    request: VerificationRequest
    callsBefore?: number
    expected: { valid: boolean; reason?: string; deprecation?: object | null }
  }[]
}
// Made by hand and with CPython's zlib and hashlib, not by the code under test.
const { worlds } = JSON.parse(readFileSync(new URL('../../../../vectors/decisions.json', import.meta.url), 'utf8')) as { worlds: SampleWorld[] }

const instant = (text: string | null) => (text === null ? null : parseInstant(text))

function replicaOf(world: SampleWorld): Replica {
  const replica = new Replica(SEED)
  const file = configurationFile.parse({ version: 1, ...world.configuration })
  for (const keyType of file.keyTypes) replica.applyChange({ kind: 'keyType', keyType })
  for (const api of file.apis) replica.applyChange({ kind: 'api', api })
  for (const organization of world.organizations) replica.applyChange({ kind: 'organization', organization })
  for (const addressList of world.addressLists) replica.applyChange({ kind: 'addressList', addressList })
  for (const key of world.keys) {
    const versions = key.versions.map(({ number, digest: stored, endsAt }) => ({ number, digest: stored, endsAt: instant(endsAt) }))
    replica.applyChange({ kind: 'key', key: { ...key, epoch: 0, expiresAt: instant(key.expiresAt), versions } })
  }
  return replica
}

describe.each(worlds)('vectors/decisions.json, $name', (world) => {
  const replica = replicaOf(world)

  test.each(world.cases)('$name', ({ api, now, request, callsBefore = 0, expected }) => {
    const context = { replica, limiter: new RateLimiter(), now: instant(now) as number, digest }
    const compiled = api === null ? null : (replica.api(api) ?? expect.fail(`no API ${api}`))
    for (let call = 0; call < callsBefore; call++) expect(verify(context, compiled, request).valid).toBe(true)
    const decision = verify(context, compiled, request)
    const { deprecation } = expected
    if (deprecation)
      expect(decision).toMatchObject({
        deprecation: Object.fromEntries(Object.entries(deprecation).map(([name, value]) => [name, name.endsWith('At') ? instant(value as string) : value])),
      })
    const { deprecation: _checked, ...rest } = expected
    expect(decision).toMatchObject(deprecation === null ? expected : rest)
  })

  test('its digests are those of its secrets', () => {
    for (const { secret, digest: stored } of world.keys.flatMap((key) => key.versions))
      expect(createHash('sha256').update(secret).digest('base64url')).toBe(stored)
  })
})

test('vectors/decisions.json holds a case of every reason, and of none', () => {
  const cases = worlds.flatMap((world) => world.cases)
  expect(cases.length).toBeGreaterThanOrEqual(60)
  expect(new Set(cases.map((each) => each.expected.reason))).toEqual(new Set([undefined, ...Object.keys(DENY_REASONS)]))
})
