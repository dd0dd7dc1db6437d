import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { keyType } from '@keywright/core/configuration/key-type.ts'
import { openStore } from '../../packages/server/src/compose.ts'
import { loadConfig } from '../../packages/server/src/config/load.ts'
import { systemClock } from '../../packages/server/src/kernel/clock.ts'
import { issueKey } from '../../packages/server/src/management/keys/issue-key.ts'
import { createOrganization } from '../../packages/server/src/management/organizations/create-organization.ts'
import type { Caller } from '../../packages/server/src/management/services.ts'
import { commit } from '../../packages/server/src/management/unit.ts'
import { ReplicaFeed } from '../../packages/server/src/replication/feed.ts'
import { putKeyType } from '../../packages/server/src/store/key-types.ts'
import { load } from './load.ts'
import type { LoadReport } from './load-client.ts'
import { compete, type Measure, median, percentile, type Result } from './measure.ts'
import { type Keywright, keywright } from './processes.ts'

const OPERATOR: Caller = { actor: { kind: 'host', id: 'bench', name: null }, role: 'operator', capabilities: new Set(), organizationId: null, requestId: null }
const COMMITS = 'bare SQLite commits'

/** One round of something that issues. @returns its rate and latencies. */
type Issuer = (width: number, milliseconds: number) => Promise<LoadReport>

/**
 * Keys issued, each durable before its answer: through the use case and over HTTP, one after another and 64 at once, beside bare
 * durable commits of one small row (WAL, synchronous = FULL) on the same disk.
 */
export const issuing: Measure = async ({ quick }) => {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-bench-'))
  try {
    await using inProcess = await useCase(join(folder, 'data'))
    await using server = await keywright()
    using bare = bareCommits(join(folder, 'bare.db'))
    const milliseconds = quick ? 150 : 700
    const results: Result[] = []
    for (const width of [1, 64]) {
      for (const [name, issue] of [['use case', inProcess.issue] as const, ['over HTTP', overHttp(server)] as const]) {
        let reports: LoadReport[] = []
        const contestants = [
          { name, round: async () => keep(reports, await issue(width, milliseconds)) },
          { name: COMMITS, round: () => bare.commit(milliseconds) },
        ]
        await compete(contestants, quick ? 1 : 2)
        reports = []
        const contest = await compete(contestants, quick ? 1 : 11)
        const [p50Us, p99Us] = [median(reports.map((each) => each.p50Us)), median(reports.map((each) => each.p99Us))]
        const note = 'each key is a row, a secret version, an audit event in its chain and a change for verifiers; keys that are issued at once share commits'
        results.push({ measure: `issuing, ${name}, ${width === 1 ? 'one by one' : `${width} at once`}`, keys: null, ...contest, p50Us, p99Us, note })
      }
    }
    return results
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function keep(reports: LoadReport[], report: LoadReport): number {
  reports.push(report)
  return report.perSecond
}

/** The use case on a store of its own, with a replica that follows: what the server has, without HTTP. */
async function useCase(dataFolder: string): Promise<AsyncDisposable & { issue: Issuer }> {
  const { config, secrets } = loadConfig({ KEYWRIGHT_DATA: dataFolder })
  let feed: ReplicaFeed | null = null
  const store = await openStore(config, secrets, systemClock(), { afterCommit: async () => feed?.catchUp() })
  feed = await ReplicaFeed.start(store.database, (error) => console.error(error))
  const { services } = store
  const type = keyType.parse({ slug: 'bench', prefix: 'bench', addresses: { mode: 'optional' } })
  await commit(services, OPERATOR, async (unit) => {
    await putKeyType(unit.transaction, unit.build, type, unit.now)
    unit.change({ kind: 'keyType', keyType: type })
  })
  const { id } = await createOrganization(services, OPERATOR, { slug: 'acme', aliases: [], entitlements: [], environments: ['live'], contacts: [] })
  return {
    async issue(width, milliseconds) {
      const latencies: number[] = []
      const start = performance.now()
      const worker = async () => {
        for (let before = performance.now(); before - start < milliseconds; before = performance.now()) {
          await issueKey(services, OPERATOR, id, { type: 'bench', addresses: [{ cidr: '10.0.0.0/8', label: '' }] })
          latencies.push((performance.now() - before) * 1000)
        }
      }
      await Promise.all(Array.from({ length: width }, worker))
      return {
        answered: latencies.length,
        perSecond: (latencies.length * 1000) / (performance.now() - start),
        p50Us: percentile(latencies, 0.5),
        p95Us: percentile(latencies, 0.95),
        p99Us: percentile(latencies, 0.99),
      }
    },
    async [Symbol.asyncDispose]() {
      await feed[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}

function overHttp({ url, admin }: Keywright): Issuer {
  const body = JSON.stringify({ type: 'bench', addresses: [{ cidr: '10.0.0.0/8' }] })
  const request = `POST /v1/organizations/acme/keys HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${admin}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  return (connections, milliseconds) => load({ url, connections, milliseconds, requests: [request], expect: 'HTTP/1.1 201' })
}

function bareCommits(file: string): Disposable & { commit(milliseconds: number): number } {
  const database = new DatabaseSync(file)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE small (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT')
  const insert = database.prepare('INSERT INTO small (text) VALUES (?)')
  return {
    commit(milliseconds) {
      let commits = 0
      const start = performance.now()
      for (; performance.now() - start < milliseconds; commits++) insert.run('a small row of text')
      return (commits * 1000) / (performance.now() - start)
    },
    [Symbol.dispose]: () => database.close(),
  }
}
