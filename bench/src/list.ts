import { type Filling, organizationSlug } from './fill.ts'
import { load } from './load.ts'
import { type Measure, median, type Result } from './measure.ts'
import { type Keywright, keywright } from './processes.ts'

/** In every store: what grows is how many other organizations there are. */
const KEYS_OF_ONE = 100

/**
 * The keys of one organization over HTTP: its first page, and a search by a part of the name. The stores run side by side and are asked
 * in turn; every call is for another organization.
 */
export const list: Measure = async ({ quick, full }) => {
  const sizes = quick ? [200, 2000] : [1000, 100_000, ...(full ? [1_000_000] : [])]
  await using stores = new AsyncDisposableStack()
  const fillings: Filling[] = sizes.map((keys) => ({ keys, organizations: keys / KEYS_OF_ONE }))
  // Nothing is promised for it, but it is the hardest case: an organization that has all the keys.
  fillings.push({ keys: fillings[1]?.keys ?? 0, organizations: 1 })
  const servers: Keywright[] = []
  for (const filling of fillings) servers.push(stores.use(await keywright(filling)))
  const results: Result[] = []
  for (const [measure, query] of [
    ['list, first page', () => 'limit=50'],
    ['list, search', (key: number) => `limit=50&q=Key+${key}`],
  ] as const) {
    const times = servers.map(() => ({ p50: [] as number[], p95: [] as number[], p99: [] as number[], rates: [] as number[] }))
    for (let round = quick ? 0 : -1; round < (quick ? 1 : 7); round++) {
      for (const [at, server] of servers.entries()) {
        const requests = requestsTo(server, fillings[at]?.organizations ?? 1, query)
        const report = await load({ url: server.url, connections: 1, milliseconds: quick ? 80 : 1000, requests, expect: 'HTTP/1.1 200' })
        if (round < 0) continue // warms up
        times[at]?.p50.push(report.p50Us)
        times[at]?.p95.push(report.p95Us)
        times[at]?.p99.push(report.p99Us)
        times[at]?.rates.push(report.perSecond)
      }
    }
    const smallest = median(times[0]?.p95 as number[])
    for (const [at, { keys, organizations }] of fillings.entries()) {
      const { p50, p95, p99, rates } = times[at] as (typeof times)[number]
      const itself = `itself at ${sizes[0]?.toLocaleString('en')} keys`
      results.push({
        measure: organizations === 1 ? `${measure}, all of one organization` : measure,
        keys,
        perSecond: median(rates),
        p50Us: median(p50),
        p95Us: median(p95),
        p99Us: median(p99),
        ratioTo: { [itself]: median(p95) / smallest },
        beside: { [itself]: smallest },
        unit: 'microseconds',
        note: `one call after another; each organization has ${keys / organizations} keys; what is compared is p95, smaller is better`,
      })
    }
  }
  return results
}

function requestsTo({ admin }: Keywright, organizations: number, query: (key: number) => string): string[] {
  return Array.from({ length: 1000 }, (_none, index) => {
    // A prime apart, so that neighbours do not share pages.
    const organization = (index * 7919) % organizations
    return `GET /v1/organizations/${organizationSlug(organization)}/keys?${query(organization)} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${admin}\r\n\r\n`
  })
}
