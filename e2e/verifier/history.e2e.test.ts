import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Installation, until } from './installation.ts'
import { TcpProxy } from './tcp-proxy.ts'

let installation: Installation
let proxy: TcpProxy
beforeEach(async () => {
  installation = await Installation.start()
  proxy = await TcpProxy.start(() => installation.server.url)
})
afterEach(async () => {
  await proxy[Symbol.asyncDispose]()
  await installation[Symbol.asyncDispose]()
})

const said = (decision: { valid: boolean; reason?: string }) => (decision.valid ? 'allowed' : decision.reason)
const deactivate = (id: string) => installation.server.must(200, 'POST', `/v1/organizations/acme/keys/${id}:deactivate`, { key: installation.key, body: {} })

test('a restore under a connected verifier: the same number with another mark is another history, and nothing revoked returns unsaid', async () => {
  const { server } = installation
  const [kept, revoked, lost] = [await installation.issue(), await installation.issue(), await installation.issue()]
  const verifier = installation.verifier({ url: proxy.url, stalenessSeconds: 30 })
  await verifier.ready()
  const file = join(server.folder, 'backup.db')
  expect((await server.cli(['backup', file])).code).toBe(0)
  await deactivate(revoked.id)
  const late = await installation.issue()
  await until('it knows the late key', () => said(verifier.verify({ secret: late.secret })) === 'allowed')
  expect(said(verifier.verify({ secret: revoked.secret }))).toBe('inactive')
  const place = verifier.status.change as number
  await server.stop('SIGKILL')
  expect((await server.cli(['restore', file, '--yes'])).code).toBe(0)
  await server.run()
  // The new history grows past the place that the verifier is at, under marks of its own.
  for (let change = 0; change < 6; change++) await installation.issue()
  await deactivate(lost.id)
  await until('the verifier has gone over to the new history', () => said(verifier.verify({ secret: lost.secret })) === 'inactive', 60_000)
  expect(verifier.status.change).toBeGreaterThanOrEqual(place)
  expect(said(verifier.verify({ secret: revoked.secret }))).toBe('inactive')
  expect(said(verifier.verify({ secret: kept.secret }))).toBe('allowed')
  // Issued in the history that is lost: nobody knows it any more, here neither.
  expect(said(verifier.verify({ secret: late.secret }))).toBe('unknown')
  // Verifiers of the lost history are in no table: until the longest bound is over, nobody says "everywhere".
  const confirmed = await server.must(200, 'POST', `/v1/organizations/acme/keys/${kept.id}:deactivate?confirm=true`, { key: installation.key, body: {} })
  expect(confirmed.propagation.mayAcceptUntil).toEqual([expect.objectContaining({ verifier: expect.stringContaining('connected after the backup') })])
  expect(confirmed.propagation.summary).not.toContain('everywhere')
  const { items } = await server.must(200, 'GET', '/v1/verifiers', { key: installation.key })
  const unknown = items.find(({ name }: { name: string }) => name === 'connected after the backup')
  await server.must(204, 'DELETE', `/v1/verifiers/${unknown.id}`, { key: installation.key })
})

test('a log that was trimmed past the place of a verifier is answered with a snapshot, without a gap', async () => {
  const { server } = installation
  const [kept, revoked] = [await installation.issue(), await installation.issue()]
  const verifier = installation.verifier({ url: proxy.url, stalenessSeconds: 30 })
  await verifier.ready()
  proxy.isDown = true
  proxy.cut()
  await deactivate(revoked.id)
  await installation.issue()
  await server.stop('SIGTERM')
  const database = new DatabaseSync(join(server.folder, 'data/keywright.db'))
  database.exec('DELETE FROM change_log WHERE number < (SELECT max(number) FROM change_log)')
  database.close()
  await server.run()
  expect(said(verifier.verify({ secret: revoked.secret }))).toBe('allowed')
  proxy.isDown = false
  await until('it has caught up', () => said(verifier.verify({ secret: revoked.secret })) === 'inactive', 60_000)
  expect(said(verifier.verify({ secret: kept.secret }))).toBe('allowed')
})
