import { readFileSync } from 'node:fs'
import { deflateRawSync } from 'node:zlib'
import { configurationFile } from '@keywright/core/configuration/configuration.ts'
import { RateLimiter } from '@keywright/core/rate-limit/rate-limiter.ts'
import type { AddressListRecord, KeyRecord, OrganizationRecord } from '@keywright/core/replica/change.ts'
import { writeKeyBlock } from '@keywright/core/replica/key-block.ts'
import type { Replica } from '@keywright/core/replica/replica.ts'
import { writeSnapshotFrame } from '@keywright/core/replica/snapshot-frame.ts'
import { VerifierView } from '@keywright/core/replica/verifier-view.ts'
import { parseInstant } from '@keywright/core/time.ts'
import type { VerificationRequest } from '@keywright/core/verification/request.ts'
import { verify } from '@keywright/core/verification/verify.ts'
import { describe, expect, test } from 'vitest'
import { emptyReplica, ReplicaKeeper } from './replica-keeper.ts'
import { digestText } from './signature.ts'

interface SampleWorld {
  name: string
  configuration: object
  organizations: OrganizationRecord[]
  addressLists: AddressListRecord[]
  keys: (Omit<KeyRecord, 'expiresAt' | 'versions' | 'epoch'> & {
    expiresAt: string | null
    versions: { number: number; secret: string; digest: string; endsAt: string | null }[]
  })[]
  cases: { name: string; api: string | null; now: string; request: VerificationRequest; callsBefore?: number; expected: { valid: boolean; reason?: string } }[]
}

const { worlds } = JSON.parse(readFileSync(new URL('../../../../vectors/decisions.json', import.meta.url), 'utf8')) as { worlds: SampleWorld[] }
const instant = (text: string | null) => (text === null ? null : parseInstant(text))

/** What the server holds. */
function serverOf(world: SampleWorld): Replica {
  const replica = emptyReplica(0)
  const file = configurationFile.parse({ version: 1, ...world.configuration })
  for (const keyType of file.keyTypes) replica.applyChange({ kind: 'keyType', keyType })
  for (const api of file.apis) replica.applyChange({ kind: 'api', api })
  for (const organization of world.organizations) replica.applyChange({ kind: 'organization', organization })
  for (const addressList of world.addressLists) replica.applyChange({ kind: 'addressList', addressList })
  for (const key of world.keys) {
    const versions = key.versions.map(({ number, digest, endsAt }) => ({ number, digest, endsAt: instant(endsAt) }))
    replica.applyChange({ kind: 'key', key: { ...key, epoch: 0, expiresAt: instant(key.expiresAt), versions } })
  }
  return replica
}

/** What a verifier of that API has after its snapshot. */
function verifierOf(server: Replica, api: string): Replica {
  const view = new VerifierView(server, [api])
  const keeper = new ReplicaKeeper()
  keeper.begin({ snapshot: 'x', from: server.cursor, next: 0, keys: server.keys.size })
  let part = 0
  for (const changes of view.opening(0)) keeper.part(writeSnapshotFrame('changes', part++, deflateRawSync(Buffer.from(JSON.stringify(changes)))))
  const block = writeKeyBlock(server, view.types, 0, server.keys.size)
  if (block !== null) keeper.part(writeSnapshotFrame('keys', part++, deflateRawSync(block)))
  keeper.end(server.cursor.number)
  return keeper.replica as Replica
}

describe.each(worlds)('a verifier decides every case of vectors/decisions.json as the server does: $name', (world) => {
  const server = serverOf(world)
  const verifiers = new Map<string, Replica>()

  test.each(world.cases.filter(({ api }) => api !== null))('$name', ({ api, now, request, callsBefore = 0, expected }) => {
    const slug = api as string
    if (!verifiers.has(slug)) verifiers.set(slug, verifierOf(server, slug))
    const replica = verifiers.get(slug) as Replica
    const context = { replica, limiter: new RateLimiter(), now: instant(now) as number, digest: digestText }
    const compiled = replica.api(slug) ?? expect.fail(`no API ${slug}`)
    for (let call = 0; call < callsBefore; call++) verify(context, compiled, request)
    const decision = verify(context, compiled, request)
    // A secret of a type that the API does not accept was never sent to its verifier, which cannot tell it from none.
    const reason = expected.reason === 'wrong_type' && !decision.valid && decision.reason === 'unknown' ? 'unknown' : expected.reason
    expect({ valid: decision.valid, reason: decision.valid ? undefined : decision.reason }).toEqual({ valid: expected.valid, reason })
  })
})
