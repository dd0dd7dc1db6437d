import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Verifier } from '@keywright/sdk/verifier/verifier.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Installation, until } from './installation.ts'
import { TcpProxy } from './tcp-proxy.ts'

let installation: Installation
let proxy: TcpProxy
beforeAll(async () => {
  installation = await Installation.start()
  proxy = await TcpProxy.start(() => installation.server.url)
})
afterAll(async () => {
  await proxy[Symbol.asyncDispose]()
  await installation[Symbol.asyncDispose]()
})

const LONG = process.env['KEYWRIGHT_TEST_LONG'] === '1'
const said = (decision: { valid: boolean; reason?: string }) => (decision.valid ? 'allowed' : decision.reason)
const command = (id: string, name: string, body: object = {}) =>
  installation.server.must(200, 'POST', `/v1/organizations/acme/keys/${id}:${name}`, { key: installation.key, body })
const ask = async (secret: string): Promise<string | undefined> =>
  said(await installation.server.must(200, 'POST', '/v1/verify', { key: installation.verifierKey, body: { secret, api: 'crm-api' } }))

/** Numbers that look random and are the same each time. */
function* numbers(seed: number): Generator<number> {
  for (let value = seed; ;) {
    value = (Math.imul(value, 1_103_515_245) + 12_345) >>> 0
    yield value >>> 8
  }
}

test('commands in random order through a network that cuts, holds back and lets go: afterwards every secret is decided as the server does, and never was one let through by what is older than the verifier said', async () => {
  const random = numbers(42)
  const next = (most: number) => (random.next().value as number) % most
  const verifier = installation.verifier({ url: proxy.url, stalenessSeconds: 60 })
  await verifier.ready()
  const keys: { id: string; secrets: string[]; endedAt: number | null }[] = []
  const endings: { secret: string; at: number }[] = []
  const steps = LONG ? 4000 : 500
  for (let step = 0; step < steps; step++) {
    const what = next(20)
    const key = keys[next(Math.max(1, keys.length))]
    if (what < 5 || key === undefined) {
      const issued = await installation.issue()
      keys.push({ id: issued.id, secrets: [issued.secret], endedAt: null })
    } else if (what < 9 && key.endedAt === null) {
      await command(key.id, 'deactivate')
      const at = performance.now()
      key.endedAt = at
      for (const secret of key.secrets) endings.push({ secret, at })
    } else if (what < 11 && key.endedAt === null) {
      const replaced = await command(key.id, 'replace', { expectedVersion: key.secrets.length })
      const at = performance.now()
      for (const secret of key.secrets) endings.push({ secret, at })
      key.secrets.push(replaced.secret)
    } else if (what === 11) proxy.cut()
    else if (what === 12) proxy.hold()
    else if (what === 13) proxy.release()
    else if (what === 14) proxy.cutAfterBytes = 1 + next(2000)
    // Whatever was ended stays ended, as soon as the verifier says that it has heard of the server since.
    for (const { secret, at } of endings.slice(-40)) {
      const now = performance.now()
      const { ageMs } = verifier.status
      if (verifier.verify({ secret }).valid) expect(ageMs).toBeGreaterThanOrEqual(now - at)
    }
  }
  proxy.release()
  proxy.cutAfterBytes = null
  await caughtUp(verifier)
  let allowed = 0
  for (const { secrets } of keys) {
    for (const secret of secrets) {
      const expected = await ask(secret)
      if (expected === 'allowed') allowed++
      expect(said(verifier.verify({ secret }))).toBe(expected)
    }
  }
  expect(allowed).toBeGreaterThan(10)
  await verifier.close()
}, 300_000)

async function caughtUp(verifier: Verifier): Promise<void> {
  const { change } = await installation.server.must(200, 'GET', '/v1/verifiers', { key: installation.key })
  await until('the verifier has caught up', () => verifier.status.change !== null && verifier.status.change >= change && verifier.status.connected, 60_000)
}

test('heartbeats that lay on the way keep nobody fresh: their age counts from when they were asked for', async () => {
  const { id, secret } = await installation.issue()
  const verifier = installation.verifier({ url: proxy.url, stalenessSeconds: 2 })
  await verifier.ready()
  proxy.hold()
  await command(id, 'deactivate')
  await until('its bound is over', () => said(verifier.verify({ secret })) === 'unavailable')
  proxy.release()
  await until('what was held back has come', () => said(verifier.verify({ secret })) === 'inactive')
  await verifier.close()
})

test('a process that is stopped and wakes up past its bound refuses with its first decision', async () => {
  const { secret } = await installation.issue()
  const child = spawn(process.execPath, [join(import.meta.dirname, 'verifier-process.ts'), installation.server.url, installation.verifierKey, 'crm-api', '1'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const line = async () => (await lines.next()).value as string
    expect(await line()).toBe('ready')
    child.stdin.write(`${secret}\n`)
    expect(await line()).toBe('allowed')
    child.kill('SIGSTOP')
    const stoppedAt = performance.now()
    await until('its bound is over', () => performance.now() - stoppedAt > 1500)
    child.stdin.write(`${secret}\n`)
    child.kill('SIGCONT')
    expect(await line()).toBe('unavailable stale')
    child.stdin.end()
  } finally {
    child.kill('SIGKILL')
  }
})

test('a snapshot that is taken while keys are issued and revoked has no gap', async () => {
  const issued: { id: string; secret: string }[] = []
  for (let count = 0; count < 60; count++) issued.push(await installation.issue())
  const snapshots = { taken: false }
  const writing = (async () => {
    for (let at = 0; !snapshots.taken && at < issued.length; at++) await command((issued[at] as { id: string }).id, 'deactivate')
  })()
  const verifiers = []
  for (let count = 0; count < 8; count++) {
    const verifier = installation.verifier()
    await verifier.ready()
    verifiers.push(verifier)
  }
  snapshots.taken = true
  await writing
  for (const verifier of verifiers) {
    await caughtUp(verifier)
    for (const { secret } of issued) expect(said(verifier.verify({ secret }))).toBe(await ask(secret))
    await verifier.close()
  }
})

test('a snapshot that is cut off again and again is gone on with, and comes to its end', async () => {
  const organizations = Array.from({ length: 3 }, (_none, index) => `org-${index}`)
  for (const slug of organizations) await installation.server.must(201, 'POST', '/v1/organizations', { key: installation.key, body: { slug, name: slug } })
  for (const slug of organizations) await installation.issue({}, slug)
  const verifier = installation.verifier({ url: proxy.url })
  for (let cut = 1; cut <= 3; cut++) {
    proxy.cutAfterBytes = cut * 500
    await until('that connection is cut', () => proxy.cutAfterBytes === null || verifier.status.state === 'fresh')
  }
  proxy.cutAfterBytes = null
  await verifier.ready()
  await verifier.close()
})

test('a thousand verifiers come back one by one, each without a gap, in bounded memory of the server', async () => {
  const most = 1000
  const { id, secret } = await installation.issue()
  const before = residentBytes(installation.server.pid)
  const verifiers = Array.from({ length: most }, (_none, index) => installation.verifier({ url: proxy.url, name: `many ${index}` }))
  await Promise.all(verifiers.map((verifier) => verifier.ready({ timeoutSeconds: 120 })))
  proxy.cut()
  const accepted = proxy.accepted
  await until('all are cut', () => verifiers.every((verifier) => !verifier.status.connected || proxy.accepted > accepted))
  await until('all are back', () => verifiers.every((verifier) => verifier.status.connected), 120_000)
  const { propagation } = await installation.server.must(200, 'POST', `/v1/organizations/acme/keys/${id}:deactivate?confirm=true`, {
    key: installation.key,
    body: {},
  })
  expect(propagation.confirmed + propagation.mayAcceptUntil.length).toBe(most)
  await until('all refuse it', () => verifiers.every((verifier) => said(verifier.verify({ secret })) === 'inactive'))
  expect(residentBytes(installation.server.pid) - before).toBeLessThan(400 * 1024 * 1024)
  await Promise.all(verifiers.map((verifier) => verifier.close()))
}, 300_000)

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}
