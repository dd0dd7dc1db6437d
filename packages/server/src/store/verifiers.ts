import type { CompiledQuery } from 'kysely'
import type { ReadTransaction } from './database.ts'
import { type Build, precompile } from './precompile.ts'
import type { Schema } from './schema.ts'

/** A process elsewhere that decides by a replica of its own. */
export interface StoredVerifier {
  /** What it calls itself, random for each process. */
  id: string
  /** The verifier key it came with. */
  keyId: string
  apis: string[]
  name: string
  host: string
  pid: number
  sdk: string
  address: string | null
  stalenessSeconds: number
  onStale: 'refuse' | 'serve'
  /** Never too early; null: it serves without bound. */
  mayAcceptUntil: number | null
  connectedAt: number
  lastHeardAt: number
  /** Number of the newest batch of usage that is stored. */
  lastBatch: number
}

const put = precompile<Schema['verifiers']>((build, parameter) =>
  build
    .insertInto('verifiers')
    .values({
      id: parameter('id'),
      key_id: parameter('key_id'),
      apis: parameter('apis'),
      name: parameter('name'),
      host: parameter('host'),
      pid: parameter('pid'),
      sdk: parameter('sdk'),
      address: parameter('address'),
      staleness_seconds: parameter('staleness_seconds'),
      on_stale: parameter('on_stale'),
      may_accept_until: parameter('may_accept_until'),
      connected_at: parameter('connected_at'),
      last_heard_at: parameter('last_heard_at'),
      last_batch: parameter('last_batch'),
    })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({
        key_id: eb.ref('excluded.key_id'),
        apis: eb.ref('excluded.apis'),
        name: eb.ref('excluded.name'),
        host: eb.ref('excluded.host'),
        pid: eb.ref('excluded.pid'),
        sdk: eb.ref('excluded.sdk'),
        address: eb.ref('excluded.address'),
        staleness_seconds: eb.ref('excluded.staleness_seconds'),
        on_stale: eb.ref('excluded.on_stale'),
        may_accept_until: eb.ref('excluded.may_accept_until'),
        connected_at: eb.ref('excluded.connected_at'),
        last_heard_at: eb.ref('excluded.last_heard_at'),
      })),
    ),
)

/** Stores a verifier, or what it says now; the number of its newest batch stays. */
export function putVerifierQuery(build: Build, verifier: StoredVerifier): CompiledQuery<unknown> {
  return put(build, {
    id: verifier.id,
    key_id: verifier.keyId,
    apis: JSON.stringify(verifier.apis),
    name: verifier.name,
    host: verifier.host,
    pid: verifier.pid,
    sdk: verifier.sdk,
    address: verifier.address,
    staleness_seconds: verifier.stalenessSeconds,
    on_stale: verifier.onStale,
    may_accept_until: verifier.mayAcceptUntil,
    connected_at: verifier.connectedAt,
    last_heard_at: verifier.lastHeardAt,
    last_batch: verifier.lastBatch,
  })
}

/** It was heard of: it may decide until then. */
export const extendVerifierQuery = precompile<{ id: string; until: number | null; at: number }>((build, parameter) =>
  build
    .updateTable('verifiers')
    .set({ may_accept_until: parameter('until'), last_heard_at: parameter('at') })
    .where('id', '=', parameter('id')),
)

export const removeVerifierQuery = precompile<{ id: string }>((build, parameter) => build.deleteFrom('verifiers').where('id', '=', parameter('id')))

/** Number of the newest batch of usage of a verifier: `[{last_batch}]`. */
export const lastBatchQuery = precompile<{ id: string }, { last_batch: number }>((build, parameter) =>
  build.selectFrom('verifiers').select('last_batch').where('id', '=', parameter('id')),
)

export const setLastBatchQuery = precompile<{ id: string; batch: number }>((build, parameter) =>
  build
    .updateTable('verifiers')
    .set({ last_batch: parameter('batch') })
    .where('id', '=', parameter('id')),
)

export async function allVerifiers(reader: ReadTransaction, build: Build): Promise<StoredVerifier[]> {
  const rows = await reader.all(build.selectFrom('verifiers').selectAll().orderBy('connected_at').orderBy('id').compile())
  return rows.map((row) => ({
    id: row.id,
    keyId: row.key_id,
    apis: JSON.parse(row.apis) as string[],
    name: row.name,
    host: row.host,
    pid: row.pid,
    sdk: row.sdk,
    address: row.address,
    stalenessSeconds: row.staleness_seconds,
    onStale: row.on_stale,
    mayAcceptUntil: row.may_accept_until,
    connectedAt: row.connected_at,
    lastHeardAt: row.last_heard_at,
    lastBatch: row.last_batch,
  }))
}
