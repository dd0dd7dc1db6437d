import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Installation, until } from './installation.ts'
import { TcpProxy } from './tcp-proxy.ts'

let installation: Installation
let proxy: TcpProxy
let folder: string
beforeAll(async () => {
  installation = await Installation.start()
  proxy = await TcpProxy.start(() => installation.server.url)
  folder = mkdtempSync(join(tmpdir(), 'keywright-verifier-'))
})
afterAll(async () => {
  await proxy[Symbol.asyncDispose]()
  await installation[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const said = (decision: { valid: boolean; reason?: string; detail?: string | null }) =>
  decision.valid ? 'allowed' : decision.reason === 'unavailable' ? `unavailable ${decision.detail}` : decision.reason
const deactivate = (id: string) =>
  installation.server.must(200, 'POST', `/v1/organizations/acme/keys/${id}:deactivate?confirm=true`, { key: installation.key, body: {} })
const statusOf = async (name: string): Promise<string | undefined> => {
  const { items } = await installation.server.must(200, 'GET', '/v1/verifiers', { key: installation.key })
  return items.find((item: { name: string }) => item.name === name)?.status
}

test('a server that is killed: the verifier goes on inside its bound, then refuses, and catches up without a gap', async () => {
  const [kept, revoked] = [await installation.issue(), await installation.issue()]
  const verifier = installation.verifier({ url: proxy.url, name: 'outage', stalenessSeconds: 3 })
  const heard: string[] = []
  verifier.on('stale', () => heard.push('stale')).on('fresh', () => heard.push('fresh'))
  await verifier.ready()
  await installation.server.stop('SIGKILL')
  expect(said(verifier.verify({ secret: kept.secret }))).toBe('allowed')
  await until('the bound is over', () => !verifier.verify({ secret: kept.secret }).valid)
  expect(verifier.status.ageMs).toBeGreaterThanOrEqual(3000)
  expect(said(verifier.verify({ secret: kept.secret }))).toBe('unavailable stale')
  expect(verifier.answer(verifier.verify({ secret: kept.secret }) as never)).toMatchObject({ status: 503, headers: { 'Retry-After': '5' } })
  proxy.isDown = true
  await installation.server.run()
  // Not connected, and its bound is over, whatever the restarted server knows of it.
  const { propagation } = await deactivate(revoked.id)
  expect(propagation).toMatchObject({ confirmed: 0 })
  proxy.isDown = false
  await until('it is fresh again', () => verifier.status.state === 'fresh')
  expect(said(verifier.verify({ secret: kept.secret }))).toBe('allowed')
  expect(said(verifier.verify({ secret: revoked.secret }))).toBe('inactive')
  await until('it says so', () => heard.join() === 'fresh,stale,fresh')
  await verifier.close()
})

test('a restarted server still names a verifier that may accept, and "everywhere" is not said before it may not', async () => {
  const { id } = await installation.issue()
  const verifier = installation.verifier({ url: proxy.url, name: 'cut off', stalenessSeconds: 2 })
  await verifier.ready()
  proxy.isDown = true
  proxy.cut()
  await installation.server.stop('SIGKILL')
  await installation.server.run()
  const { propagation } = await deactivate(id)
  expect(propagation.mayAcceptUntil).toMatchObject([{ verifier: expect.stringMatching(/^cut off@/) }])
  expect(propagation.summary).toMatch(/^refused by 0 of 1 verifier; may still accept: cut off@\S+ until \S+Z$/)
  expect(await statusOf('cut off')).toBe('silent')
  proxy.isDown = false
  await until('it has connected again', async () => (await statusOf('cut off')) === 'live')
  expect((await deactivate(id)).propagation.summary).toMatch(/^refused everywhere: 1 of 1 verifier/)
  await verifier.close()
})

test('a verifier that serves on without bound is listed so, and only an operator ends the waiting for it', async () => {
  const { id, secret } = await installation.issue()
  const verifier = installation.verifier({ url: proxy.url, name: 'boundless', stalenessSeconds: 1, onStale: 'serve' })
  await verifier.ready()
  proxy.isDown = true
  proxy.cut()
  await until('it is past its bound', () => verifier.status.state === 'serving')
  expect(said(verifier.verify({ secret }))).toBe('allowed')
  await until('the server has seen the cut', async () => (await statusOf('boundless')) === 'unbounded')
  const { propagation } = await deactivate(id)
  expect(propagation.mayAcceptUntil).toEqual([{ verifier: expect.stringMatching(/^boundless@/), until: null }])
  await verifier.close()
  const listed = await installation.server.must(200, 'GET', '/v1/verifiers', { key: installation.key })
  const { id: verifierId } = listed.items.find((item: { name: string }) => item.name === 'boundless')
  expect((await installation.server.cli(['verifiers', 'forget', verifierId, '--yes'], { key: installation.key })).code).toBe(0)
  expect(await statusOf('boundless')).toBe(undefined)
  proxy.isDown = false
})

test('a restart during an outage answers from the snapshot file within the bound, and not beyond; the server then knows one verifier, not two', async () => {
  const { secret } = await installation.issue({ name: 'Nightly export' })
  const snapshotFile = join(folder, 'replica')
  const options = { url: proxy.url, name: 'from file', stalenessSeconds: 4, snapshotFile }
  const before = installation.verifier(options)
  await before.ready()
  expect(said(before.verify({ secret }))).toBe('allowed')
  await before.close()
  expect(statSync(snapshotFile).mode & 0o777).toBe(0o600)
  const bytes = readFileSync(snapshotFile, 'latin1')
  for (const hidden of [secret, installation.verifierKey, 'Nightly export']) expect(bytes).not.toContain(hidden)
  await until('the server knows that it may be gone on from', async () => (await statusOf('from file')) === 'silent')
  proxy.isDown = true
  const after = installation.verifier(options)
  await after.ready({ timeoutSeconds: 5 })
  expect(said(after.verify({ secret }))).toBe('allowed')
  await until('its bound is over as if it had never been restarted', () => said(after.verify({ secret })) === 'unavailable stale')
  proxy.isDown = false
  await until('it is fresh again', () => after.status.state === 'fresh')
  await after.close()
  const { items } = await installation.server.must(200, 'GET', '/v1/verifiers', { key: installation.key })
  expect(items.filter((item: { name: string }) => item.name === 'from file')).toHaveLength(1)
})

test('a snapshot file that is damaged, foreign, of another key or open to others is refused, and the server is asked instead', async () => {
  const { secret } = await installation.issue()
  const snapshotFile = join(folder, 'refused')
  const written = async (): Promise<Buffer> => {
    const verifier = installation.verifier({ snapshotFile })
    await verifier.ready()
    await verifier.close()
    return readFileSync(snapshotFile)
  }
  const good = await written()
  const put = (bytes: Buffer, mode = 0o600) => {
    rmSync(snapshotFile, { force: true })
    writeFileSync(snapshotFile, bytes, { mode })
    chmodSync(snapshotFile, mode)
  }
  const flipped = Buffer.from(good)
  flipped[good.length >> 1] = (flipped[good.length >> 1] as number) ^ 1
  const { secret: otherKey } = await installation.server.must(201, 'POST', '/v1/verifier-keys', {
    key: installation.key,
    body: { name: 'other', apis: ['crm-api'] },
  })
  const cases: [string, () => void, object][] = [
    ['it is damaged, or was not written with this verifier key', () => put(flipped), {}],
    ['it is cut off', () => put(good.subarray(0, good.length - 40)), {}],
    ['it is cut off', () => put(Buffer.alloc(0)), {}],
    ['it was written by another version of the SDK', () => put(Buffer.from(good.toString('latin1').replace('REPLICA-1', 'REPLICA-2'), 'latin1')), {}],
    ['it is something else than a snapshot file, and is left as it is; name another file, or remove it', () => put(Buffer.alloc(5000, 7)), {}],
    ['others may read or write it; it must be of mode 0600', () => put(good, 0o644), {}],
    ['it is damaged, or was not written with this verifier key', () => put(good), { verifierKey: otherKey }],
    ['it is of another server or another API', () => put(good), { api: 'limited-api' }],
    ['it is of another server or another API', () => put(good), { url: proxy.url }],
  ]
  for (const [reason, prepare, more] of cases) {
    prepare()
    proxy.isDown = true
    const verifier = installation.verifier({ snapshotFile, ...more })
    const problems: string[] = []
    verifier.on('problem', ({ message }) => problems.push(message))
    const expected = `The snapshot file ${snapshotFile} is not used: ${reason}.`
    await until(`the file is refused: ${reason}; not ${problems.join()}`, () => problems.includes(expected))
    proxy.isDown = false
    await verifier.ready()
    if (!('api' in more)) expect(said(verifier.verify({ secret }))).toBe('allowed')
    await verifier.close()
  }
})
