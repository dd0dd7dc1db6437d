import { createHash, hash } from 'node:crypto'
import { api as apiSchema } from '@keywright/core/configuration/api.ts'
import { type KeyTypeInput, keyType as keyTypeSchema } from '@keywright/core/configuration/key-type.ts'
import { makeId } from '@keywright/core/id.ts'
import type { KeyRecord } from '@keywright/core/replica/change.ts'
import { Replica } from '@keywright/core/replica/replica.ts'
import { checksumOf } from '@keywright/core/secret/checksum.ts'
import type { CompiledApi } from '@keywright/core/verification/compiled-api.ts'

export const NOW = Date.UTC(2026, 6, 1)
const SEED = Uint32Array.from([3, 1, 4, 1, 5, 9, 2, 6])
const ORGANIZATIONS = 1000

/** Secret number `index`; from `keys` on, secrets that nobody issued. */
export function secretOf(index: number): string {
  const random = createHash('sha256').update(`secret ${index}`).digest('base64').replaceAll(/[+/=]/g, '0').slice(0, 32)
  const head = `bench_${random}`
  return head + checksumOf(head)
}

/** The address from which key `index` may be used. */
export function addressOf(index: number): string {
  return `10.${index % 200}.3.4`
}

/** The organization of key `index` in `replicaOf`. */
export function organizationIdOf(index: number): string {
  return makeId('organization', NOW, idBytes(index % ORGANIZATIONS))
}

export function recordOf(index: number, organizationIds: readonly string[]): KeyRecord {
  return {
    id: makeId('key', NOW, idBytes(index)),
    organizationId: organizationIds[index % organizationIds.length] as string,
    environment: 'live',
    type: 'bench',
    name: `Key ${index}`,
    origin: null,
    status: 'active',
    expiresAt: NOW + 86_400_000 * (1 + (index % 365)),
    scopes: index % 2 === 0 ? ['data.read', 'data.write'] : ['data.read'],
    addresses: [`10.${index % 200}.0.0/16`, '192.0.2.0/24'],
    limits: null,
    epoch: 0,
    grant: null,
    versions: [{ number: 1, digest: hash('sha256', secretOf(index), 'base64url'), endsAt: null }],
  }
}

/** Ten bytes for an id of their own. */
export function idBytes(index: number): Uint8Array {
  const bytes = new Uint8Array(10)
  new DataView(bytes.buffer).setUint32(6, index)
  return bytes
}

/** A replica as a verifier holds it, with `keys` keys of 1,000 organizations, each with addresses, scopes and an expiry. */
export function replicaOf(keys: number, type: Partial<KeyTypeInput> = {}): { replica: Replica; api: CompiledApi } {
  const replica = new Replica(SEED, keys)
  const keyType = keyTypeSchema.parse({
    slug: 'bench',
    prefix: 'bench',
    addresses: { mode: 'optional' },
    scopes: { offered: ['data.read', 'data.write'], default: ['data.read'] },
    ...type,
  })
  replica.applyChange({ kind: 'keyType', keyType })
  replica.applyChange({ kind: 'api', api: apiSchema.parse({ slug: 'data', accepts: ['bench'] }) })
  const organizationIds = Array.from({ length: ORGANIZATIONS }, (_none, index) => organizationIdOf(index))
  for (const [index, id] of organizationIds.entries()) {
    replica.applyChange({ kind: 'organization', organization: { id, slug: `organization-${index}`, aliases: [], status: 'active', entitlements: [] } })
  }
  for (let index = 0; index < keys; index++) replica.applyChange({ kind: 'key', key: recordOf(index, organizationIds) })
  return { replica, api: replica.api('data') as CompiledApi }
}
