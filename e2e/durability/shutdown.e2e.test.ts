import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { pause, TestServer } from '../harness.ts'
import { allKeys, eachOf, install, type Installation, issue, KEYS, verdict } from './installation.ts'
import { expectAcknowledged, Writer } from './writer.ts'

/** A request of which the server has only the head and half of the body, until `finish`. */
async function halfSent(
  server: TestServer,
  path: string,
  key: string,
  body: object,
): Promise<{ finish(): Promise<{ status: number; body: Record<string, unknown> }> }> {
  const { hostname, port } = new URL(server.url)
  const socket: Socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  const text = JSON.stringify(body)
  const half = Math.floor(text.length / 2)
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text.slice(0, half)}`,
  )
  let received = ''
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
  const closed = once(socket, 'close')
  return {
    async finish() {
      socket.write(text.slice(half))
      await closed
      const [head = '', answer = ''] = received.split('\r\n\r\n')
      return { status: Number(head.split(' ')[1]), body: JSON.parse(answer) as Record<string, unknown> }
    },
  }
}

async function started(): Promise<{ server: TestServer; installation: Installation }> {
  const server = await TestServer.start({ testClock: false })
  return { server, installation: await install(server) }
}

test('SIGTERM answers the requests that are under way, takes no new ones, ends with code 0 and lets go of the folder', async () => {
  const { server, installation } = await started()
  await using _server = server
  const { body: known } = await issue(installation)
  const issuing = await halfSent(server, KEYS, installation.admin, { type: 'plain', name: 'Under way' })
  const verifying = await halfSent(server, '/v1/verify', installation.verifier, { secret: known.secret })
  await pause(100)
  const ended = server.stop('SIGTERM')
  await pause(100)
  await expect(fetch(`${server.url}/readyz`)).rejects.toThrow('fetch failed')
  const [issued, verified] = await Promise.all([issuing.finish(), verifying.finish()])
  expect(issued.status, JSON.stringify(issued.body)).toBe(201)
  expect(verified).toMatchObject({ status: 200, body: { valid: true } })
  expect(await ended).toBe(0)

  await server.run()
  expect(await verdict(installation, issued.body.secret as string)).toBe('valid')
})

test('a key that was used once, right before SIGTERM, is last seen then (trap 11)', async () => {
  const { server, installation } = await started()
  await using _server = server
  const { body } = await issue(installation)
  expect((await server.must(200, 'GET', `${KEYS}/${body.key.id}`, { key: installation.admin })).lastSeen).toBeNull()
  const before = Date.now()
  expect(await verdict(installation, body.secret)).toBe('valid')
  expect(await server.stop('SIGTERM')).toBe(0)
  await server.run()
  const { lastSeen } = await server.must(200, 'GET', `${KEYS}/${body.key.id}`, { key: installation.admin })
  expect(lastSeen).toMatchObject({ secretVersion: 1 })
  expect(Date.parse(lastSeen.at)).toBeGreaterThanOrEqual(before)
  const { lastSeen: counted } = await server.must(200, 'GET', `${KEYS}/${body.key.id}/usage`, { key: installation.admin })
  expect(counted).toMatchObject([{ secretVersion: 1, calls: 1 }])
})

test('SIGTERM in the middle of writes loses nothing that was acknowledged, and stores nothing that was not', async () => {
  const { server, installation } = await started()
  await using _server = server
  let acknowledged = 0
  let longest = 0
  for (let round = 1; round <= 5; round++) {
    const writers = Array.from({ length: 8 }, (_none, index) => new Writer(installation, `r${round}w${index}`))
    const runs = Promise.all(writers.map((writer) => writer.run()))
    runs.catch(() => {}) // awaited below
    await pause(50 + Math.random() * 200)
    const start = performance.now()
    expect(await server.stop('SIGTERM')).toBe(0)
    longest = Math.max(longest, performance.now() - start)
    await runs
    await server.run()
    const keys = writers.flatMap((writer) => writer.keys)
    await eachOf(keys, (key) => expectAcknowledged(installation, key))
    acknowledged += writers.reduce((total, writer) => total + writer.acknowledged.length, 0)
    const names = new Set((await allKeys(installation)).map((key) => key.name))
    const lost = keys.filter((key) => !names.has(key.name))
    expect(lost).toEqual([])
    const storedUnsaid = writers.flatMap((writer) => writer.unacknowledgedNames).filter((name) => names.has(name))
    expect(storedUnsaid, 'a drained server answers what it stores').toEqual([])
  }
  console.log(`SIGTERM during load: 5 rounds, ${acknowledged} acknowledged writes, 0 lost; the longest drain took ${Math.round(longest)} ms`)
  // Connections that clients keep open must not hold the drain up until it is cut off.
  expect(longest).toBeLessThan(8_000)
})

test('an idle connection that is kept open does not hold up the end', async () => {
  const { server } = await started()
  await using _server = server
  await server.must(200, 'GET', '/healthz')
  const start = performance.now()
  expect(await server.stop('SIGTERM')).toBe(0)
  console.log(`idle: ended after ${Math.round(performance.now() - start)} ms`)
})

// It waits for the drain's whole patience, so it is tried in `npm run test:long` only.
// oxlint-disable-next-line vitest/no-conditional-tests -- a skipped test would be named in every run
if (process.env['KEYWRIGHT_TEST_LONG'] === '1') {
  test('a request that never ends holds up the end for a bounded time only', async () => {
    const { server, installation } = await started()
    await using _server = server
    await halfSent(server, KEYS, installation.admin, { type: 'plain' })
    await pause(100)
    expect(await server.stop('SIGTERM')).toBe(0)
  })
}
