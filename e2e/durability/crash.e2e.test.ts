import { afterAll, beforeAll, expect, test } from 'vitest'
import { pause, TestServer } from '../harness.ts'
import { allKeys, eachOf, install, type Installation } from './installation.ts'
import { proveHistory, provenAudit } from './proof.ts'
import { expectAcknowledged, type KnownKey, Writer } from './writer.ts'

const ROUNDS = process.env['KEYWRIGHT_TEST_LONG'] === '1' ? 200 : 10
const WRITERS = 8

let server: TestServer
let installation: Installation

beforeAll(async () => {
  server = await TestServer.start({ testClock: false })
  installation = await install(server)
})
afterAll(async () => server[Symbol.asyncDispose]())

test(`killed ${ROUNDS} times in the middle of writes, the server loses nothing that it acknowledged and revives nothing that was revoked`, async () => {
  const known: KnownKey[] = []
  const acknowledged: string[] = []
  let [unacknowledged, stored, replacements, revocations] = [0, 0, 0, 0]
  for (let round = 1; round <= ROUNDS; round++) {
    const writers = Array.from({ length: WRITERS }, (_none, index) => new Writer(installation, `r${round}w${index}`))
    const runs = Promise.all(writers.map((writer) => writer.run()))
    runs.catch(() => {}) // awaited below
    // At a random moment: from before the first commit to deep in the stream of them.
    await pause(Math.random() * 400)
    await server.stop('SIGKILL')
    await runs
    await server.run()

    const names = writers.flatMap((writer) => writer.unacknowledgedNames)
    unacknowledged += names.length
    for (const name of names) stored += await expectWholeOrAbsent(name)
    const written = writers.flatMap((writer) => writer.keys)
    unacknowledged += written.filter((key) => key.pending !== null).length
    await eachOf(written, (key) => expectAcknowledged(installation, key))
    known.push(...written)
    acknowledged.push(...writers.flatMap((writer) => writer.acknowledged))
    replacements += written.reduce((sum, key) => sum + key.ended.length, 0)
    revocations += written.filter((key) => key.status !== 'active').length

    const events = await provenAudit(installation)
    const recorded = new Set(events.map((event) => event.requestId))
    const lost = acknowledged.filter((requestId) => !recorded.has(requestId))
    expect(lost, 'acknowledged without an audit event').toEqual([])
    await proveHistory(installation, events)
  }
  // What later rounds did must not have brought back or taken anything of the earlier ones.
  await eachOf(known, (key) => expectAcknowledged(installation, key))
  expect((await allKeys(installation)).length).toBe(known.length + stored)
  console.log(
    `kill -9: ${ROUNDS} rounds, ${acknowledged.length} acknowledged writes, 0 lost; ${replacements} old secrets and ${revocations} stopped keys, 0 revived; ` +
      `${unacknowledged} writes cut off, each whole or absent (${stored} issues were stored)`,
  )
})

/** @returns 1 when the key is there. */
async function expectWholeOrAbsent(name: string): Promise<number> {
  const found = (await allKeys(installation, `&q=${name}`)).filter((key) => key.name === name)
  if (found.length === 0) return 0
  expect(found).toHaveLength(1)
  const { id, status, newestVersion } = found[0]
  expect({ status, newestVersion }).toEqual({ status: 'active', newestVersion: 1 })
  const { items } = await server.must(200, 'GET', `/v1/organizations/acme/keys/${id}/events`, { key: installation.admin })
  expect(items.map((event: { action: string }) => event.action)).toEqual(['key.issued'])
  return 1
}
