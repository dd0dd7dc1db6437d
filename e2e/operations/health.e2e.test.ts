import { expect, test } from 'vitest'
import { install, issue } from '../durability/installation.ts'
import { TestServer } from '../harness.ts'

test('an operator sees how the installation is, and no path, host or secret of it', async () => {
  await using server = await TestServer.start({ env: { KEYWRIGHT_SUPPORT_CONTACT: 'help@example.com' } })
  const installation = await install(server)
  const { admin } = installation
  const before = await server.must(200, 'GET', '/v1/health', { key: admin })
  expect(before).toMatchObject({
    ready: true,
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    publicUrl: null,
    supportContact: 'help@example.com',
    database: { kind: 'sqlite', organizations: 1 },
    replica: { lag: 0 },
    outbox: { queued: 0, sent: 0, kept: 0, failed: 0, oldestQueuedAt: null },
    mailConfigured: false,
    lastBackup: null,
    signingKey: null,
  })
  expect(before.database.bytes).toBeGreaterThan(4096)
  expect(Date.parse(before.startedAt)).toBeLessThanOrEqual(Date.parse(before.now))

  const { secret } = (await issue(installation)).body
  const after = await server.must(200, 'GET', '/v1/health', { key: admin })
  expect(after.replica.keys).toBe(before.replica.keys + 1)
  expect(after.changeLog.head).toBeGreaterThan(before.changeLog.head)
  expect(after.auditEvents).toBeGreaterThan(before.auditEvents)

  expect((await server.cli(['backup', `${server.folder}/copy.db`])).code).toBe(0)
  const backedUp = await server.must(200, 'GET', '/v1/health', { key: admin })
  expect(backedUp.lastBackup).toEqual({ takenAt: expect.any(String), change: after.changeLog.head })
  for (const hidden of [server.folder, secret, admin, new URL(server.url).host]) expect(JSON.stringify(backedUp)).not.toContain(hidden)
})
