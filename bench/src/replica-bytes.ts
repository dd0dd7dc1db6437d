import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { KeyRecord } from '@keywright/core/replica/change.ts'
import type { Measure } from './measure.ts'
import { recordOf, replicaOf } from './replica-of-keys.ts'

/**
 * Memory of a replica, beside what one would write first: a Map from digest to an object that shares what can be shared. Both are
 * what the process holds more than before, after garbage collection.
 */
export const replicaBytes: Measure = async ({ quick }) => {
  const keys = quick ? 50_000 : 1_000_000
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const held = (make: () => object): number => {
    collect()
    const before = memory()
    const kept = make()
    collect()
    const after = memory()
    // Named after the measurement, or it might be collected before.
    if (Object.keys(kept).length < 0) throw new Error('unreachable')
    return (after - before) / keys
  }
  held(() => replicaOf(1000)) // code and tables that are there once
  const ours = held(() => replicaOf(keys))
  const map = held(() => ({ map: mapOf(keys) }))
  return [
    {
      measure: 'replicaBytes',
      keys,
      perSecond: null,
      p50Us: null,
      p99Us: null,
      ratioTo: { 'Map of objects': ours / map },
      beside: { 'Map of objects': map },
      bytesPerKey: ours,
      note: 'bytes a key, heap and array buffers after garbage collection; a smaller ratio is better',
    },
  ]
}

function memory(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

type Kept = Pick<KeyRecord, 'id' | 'organizationId' | 'environment' | 'type' | 'name' | 'status' | 'expiresAt' | 'scopes' | 'addresses'>

function mapOf(keys: number): Map<string, Kept> {
  const organizations = Array.from({ length: 1000 }, (_none, index) => `organization ${index}`)
  const scopes = [['data.read', 'data.write'], ['data.read']]
  const addresses = Array.from({ length: 200 }, (_none, index) => [`10.${index}.0.0/16`, '192.0.2.0/24'])
  const map = new Map<string, Kept>()
  for (let index = 0; index < keys; index++) {
    const { id, organizationId, expiresAt, name, versions } = recordOf(index, organizations)
    map.set(versions[0]?.digest as string, {
      id,
      organizationId,
      environment: 'live',
      type: 'bench',
      name,
      status: 'active',
      expiresAt,
      scopes: scopes[index % 2] as string[],
      addresses: addresses[index % 200] as string[],
    })
  }
  return map
}
