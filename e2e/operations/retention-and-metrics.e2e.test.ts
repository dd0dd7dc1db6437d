import { request } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { install, issue, type Installation, verdict } from '../durability/installation.ts'
import { TestServer } from '../harness.ts'

const DAY = 86_400_000

function look(server: TestServer, sql: string): Record<string, unknown>[] {
  using database = new DatabaseSync(join(server.folder, 'data/keywright.db'), { readOnly: true })
  return database.prepare(sql).all()
}

async function eventually(server: TestServer, sql: string, expected: unknown): Promise<void> {
  await expect.poll(() => Object.values(look(server, sql)[0] ?? {})[0], { timeout: 10_000 }).toEqual(expected)
}

async function refuse({ server, verifier }: Installation, ip: string): Promise<void> {
  await server.must(200, 'POST', '/v1/verify', { key: verifier, body: { secret: `plain_${'0'.repeat(38)}`, ip } })
}

test('usage, refusals and the change log go when they are old enough, also after a downtime; the audit trail stays whole', async () => {
  await using server = await TestServer.start({ env: { KEYWRIGHT_KEEP_USAGE_DAYS: '10', KEYWRIGHT_KEEP_CHANGES_DAYS: '5', KEYWRIGHT_KEEP_PERSONAL_DAYS: '7' } })
  const installation = await install(server)
  const { secret } = (await issue(installation)).body
  expect(await verdict(installation, secret)).toBe('valid')
  await refuse(installation, '192.0.2.77')
  await eventually(server, "SELECT count(*) FROM audit_personal WHERE fields LIKE '%192.0.2.77%'", 1)
  const changes = Number(look(server, 'SELECT count(*) AS n FROM change_log')[0]?.['n'])
  expect(changes).toBeGreaterThan(3)
  const proven = await server.cli(['audit', 'verify', '--json'], { key: installation.admin })
  const { head, erased } = JSON.parse(proven.stdout)
  expect(erased).toBe(0)

  // What is still in memory would be stored after the old was forgotten.
  const metrics = async () => (await server.call('GET', '/metrics')).body
  await expect.poll(metrics, { timeout: 10_000 }).toMatch(/^keywright_usage_backlog 0$/m)
  const start = Date.now()
  await server.setClock(new Date(start + 6 * DAY).toISOString())
  await eventually(server, 'SELECT count(*) FROM change_log', 1)
  expect(look(server, "SELECT count(*) AS n FROM usage_minutes WHERE decision = 'allowed'")[0]?.['n']).toBeGreaterThan(0)
  await server.setClock(new Date(start + 8 * DAY).toISOString())
  await eventually(server, "SELECT count(*) FROM audit_personal WHERE fields LIKE '%192.0.2.77%'", 0)
  const whole = await server.cli(['audit', 'verify', '--head', `${head.number}:${head.hash}`], { key: installation.admin })
  expect(whole.stdout).toMatch(/^Whole: \d+ events, the personal fields of [1-9]\d* erased\. Head: /)
  expect(whole.code).toBe(0)
  expect(look(server, 'SELECT count(*) AS n FROM last_seen WHERE address IS NOT NULL AND at < 1000 * unixepoch()')[0]?.['n']).toBe(0)

  // Down when the day begins: it is done when the server is back, once.
  const old = Number(look(server, "SELECT min(minute) AS minute FROM usage_minutes WHERE decision = 'allowed'")[0]?.['minute'])
  await server.stop()
  await server.run()
  await server.setClock(new Date(start + 30 * DAY).toISOString())
  await eventually(server, `SELECT count(*) FROM usage_minutes WHERE minute = ${old} AND decision = 'allowed'`, 0)
  await eventually(server, "SELECT period FROM jobs WHERE name = 'retention'", Math.floor((start + 30 * DAY) / DAY))
  expect(await verdict(installation, secret)).toBe('valid')
})

test('a changed event is found from afar, and a trail that was cut off by the head printed before', async () => {
  await using server = await TestServer.start({ testClock: false })
  const { admin } = await install(server)
  const { head } = JSON.parse((await server.cli(['audit', 'verify', '--json'], { key: admin })).stdout)
  expect(head.number).toBeGreaterThan(3)
  const later = await server.cli(['audit', 'verify', '--head', `${head.number + 100}:${head.hash}`], { key: admin })
  expect({ code: later.code, stdout: later.stdout }).toMatchObject({ code: 1, stdout: expect.stringContaining('cut off') })
  const tamper = (sql: string) => {
    using database = new DatabaseSync(join(server.folder, 'data/keywright.db'), { timeout: 5000 })
    database.exec(sql)
  }
  tamper("UPDATE audit_events SET action = 'key.removed' WHERE number = 2")
  const broken = await server.cli(['audit', 'verify'], { key: admin })
  expect({ code: broken.code, stdout: broken.stdout }).toMatchObject({ code: 1, stdout: expect.stringMatching(/^BROKEN: event 2 was changed/) })
  const doctor = await server.cli(['doctor', '--json'])
  expect(doctor.code).toBe(1)
  expect(doctor.stdout).toContain('event 2 was changed')
})

function get(url: string, headers: Record<string, string> = {}): Promise<{ status: number; body: string }> {
  return new Promise((done, failed) => {
    request(`${url}/metrics`, { headers }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString())).on('end', () => done({ status: response.statusCode ?? 0, body }))
    })
      .on('error', failed)
      .end()
  })
}

test('metrics count what happened, for this machine, operators and verifiers alone, and name nobody', async () => {
  await using server = await TestServer.start({ testClock: false })
  const installation = await install(server)
  const { admin, verifier, organizationId } = installation
  const { key, secret } = (await issue(installation, { name: 'a name' })).body
  expect(await verdict(installation, secret)).toBe('valid')
  expect(await verdict(installation, `${secret}x`)).toBe('malformed')
  const { status, body } = await get(server.url)
  expect(status).toBe(200)
  const value = (line: string) =>
    Number(
      body
        .split('\n')
        .find((each) => each.startsWith(`${line} `))
        ?.slice(line.length + 1),
    )
  expect(value('keywright_decisions_total{subject="customer",outcome="allowed"}')).toBe(1)
  expect(value('keywright_decisions_total{subject="customer",outcome="malformed"}')).toBe(1)
  expect(value('keywright_decisions_total{subject="customer",outcome="rate_limited"}')).toBe(0)
  expect(value('keywright_decisions_total{subject="own",outcome="allowed"}')).toBeGreaterThan(3)
  expect(value('keywright_management_request_seconds_count{operation="keys.issue",status="201"}')).toBe(1)
  expect(value('keywright_replica_keys')).toBe(3)
  expect(value('keywright_replica_lag_changes')).toBe(0)
  expect(body).toContain('nodejs_eventloop_lag_seconds')
  for (const text of [secret, admin, verifier, key.id, organizationId, 'acme', 'a name']) expect(body).not.toContain(text)

  for (const header of ['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'Via']) expect((await get(server.url, { [header]: '203.0.113.9' })).status).toBe(401)
  expect((await get(server.url, { Host: 'keys.example.com' })).status).toBe(401)
  const forwarded = { 'X-Forwarded-For': '203.0.113.9' }
  expect((await get(server.url, { ...forwarded, Authorization: `Bearer ${admin}` })).status).toBe(200)
  expect((await get(server.url, { ...forwarded, Authorization: `Bearer ${verifier}` })).status).toBe(200)
  expect((await get(server.url, { ...forwarded, Authorization: `Bearer ${secret}` })).status).toBe(401)
  const { secret: theirs } = await server.must(201, 'POST', '/v1/organizations/acme/management-keys', {
    key: admin,
    body: { name: 'theirs', role: 'owner', capabilities: [] },
  })
  expect((await get(server.url, { ...forwarded, Authorization: `Bearer ${theirs}` })).status).toBe(403)
  expect((await get(server.url, { Authorization: 'Bearer nonsense' })).status).toBe(401)
})
