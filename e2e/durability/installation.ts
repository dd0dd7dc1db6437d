import { join } from 'node:path'
import { expect } from 'vitest'
import { run, type TestServer } from '../harness.ts'
import type { Order } from './other-process.ts'

type OrderInput = Order extends infer Each ? (Each extends Order ? Omit<Each, 'organizationId' | 'at'> : never) : never

/** Key types for what is tried here: one without rules, and one for each rule that requests can race for. */
export const CONFIGURATION = {
  version: 1,
  environments: ['live'],
  keyTypes: [
    { slug: 'plain', prefix: 'plain', expiry: { mode: 'none' } },
    { slug: 'capped', prefix: 'capped', cap: { max: 5, counts: 'notRemoved', per: 'organization' } },
    { slug: 'few-active', prefix: 'few', cap: { max: 3, counts: 'active', per: 'organization' }, activation: 'manual' },
    { slug: 'named', prefix: 'named', naming: { mode: 'required', unique: true } },
  ],
}

export interface Installation {
  server: TestServer
  /** An operator's management key. */
  admin: string
  /** A verifier key for everything. */
  verifier: string
  organizationId: string
}

/** A first management key, the configuration above, an organization `acme` and a verifier key. */
export async function install(server: TestServer): Promise<Installation> {
  const admin = await server.bootstrap()
  await server.must(200, 'POST', '/v1/config:apply', { key: admin, body: CONFIGURATION })
  const { id } = await server.must(201, 'POST', '/v1/organizations', { key: admin, body: { slug: 'acme', environments: ['live'] } })
  const { secret } = await server.must(201, 'POST', '/v1/verifier-keys', { key: admin, body: { name: 'test', apis: 'all' } })
  return { server, admin, verifier: secret as string, organizationId: id as string }
}

export const KEYS = '/v1/organizations/acme/keys'

export function issue({ server, admin }: Installation, body: Record<string, unknown> = {}) {
  return server.call('POST', KEYS, { key: admin, body: { type: 'plain', ...body } })
}

/** `valid`, or the reason of the refusal. */
export async function verdict({ server, verifier }: Installation, secret: string): Promise<string> {
  const answer = await server.must(200, 'POST', '/v1/verify', { key: verifier, body: { secret } })
  return answer.valid ? 'valid' : answer.reason
}

/** Every key of `acme`, page by page. */
// oxlint-disable-next-line typescript/no-explicit-any -- answers are looked into freely, as in the harness
export async function allKeys({ server, admin }: Installation, filter = ''): Promise<any[]> {
  const keys = []
  for (let cursor = ''; ;) {
    const page = await server.must(200, 'GET', `${KEYS}?limit=100${filter}${cursor}`, { key: admin })
    keys.push(...page.items)
    if (page.nextCursor === null) return keys
    cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`
  }
}

/** Runs `work` on each item, `width` at a time. */
export async function eachOf<Item>(items: readonly Item[], work: (item: Item) => Promise<void>, width = 16): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item)
  }
  await Promise.all(Array.from({ length: width }, worker))
}

/** How many of the answers had which outcome, e.g. `{ '201': 5, '409 cap_reached': 45 }`. */
export function outcomes(answers: readonly { status: number; body: { code?: string } | null }[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { status, body } of answers) {
    const outcome = status < 400 ? String(status) : `${status} ${body?.code}`
    counts[outcome] = (counts[outcome] ?? 0) + 1
  }
  return counts
}

/** Findings of `keywright doctor --json`, each of them good; on a disk that was made small on purpose, but for `disk`. */
export async function doctor(server: TestServer, onSmallDisk = false): Promise<Record<string, string>> {
  const { code, stdout, stderr } = await server.cli(['doctor', '--json'])
  const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: { check: string; ok: boolean; detail: string }[] }
  expect(
    findings.filter((finding) => !finding.ok).map(({ check }) => check),
    `${stdout}\n${stderr}`,
  ).toEqual(onSmallDisk ? ['disk'] : [])
  expect({ code, ok }).toEqual(onSmallDisk ? { code: 1, ok: false } : { code: 0, ok: true })
  return Object.fromEntries(findings.map(({ check, detail }) => [check, detail]))
}

/** Lets processes beside the server carry out an order each, all at the same moment. @returns what each printed. */
export async function inOtherProcesses({ server, organizationId }: Installation, orders: readonly OrderInput[]): Promise<Record<string, number>[]> {
  const at = Date.now() + 700
  const finished = orders.map((order) =>
    run(process.execPath, [join(import.meta.dirname, 'other-process.ts'), JSON.stringify({ ...order, organizationId, at })], server.env),
  )
  return Promise.all(
    finished.map(async (process) => {
      const { code, stdout, stderr } = await process
      expect(code, stderr).toBe(0)
      return JSON.parse(stdout) as Record<string, number>
    }),
  )
}
