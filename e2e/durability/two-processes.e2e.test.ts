import { expect, test } from 'vitest'
import { pause, TestServer } from '../harness.ts'
import { inOtherProcesses, install, issue, verdict } from './installation.ts'

/** Asks until it is so; the server looks for foreign commits ten times a second. */
async function within(milliseconds: number, isSo: () => Promise<boolean>): Promise<number> {
  const start = performance.now()
  while (!(await isSo())) {
    if (performance.now() - start > milliseconds) throw new Error(`not so within ${milliseconds} ms`)
    await pause(10)
  }
  return performance.now() - start
}

test('a management key that bootstrap makes while the server runs works there without a restart', async () => {
  await using server = await TestServer.start({ testClock: false })
  const { pid } = server
  const { stdout } = await server.cli(['bootstrap', '--json'])
  const first = (JSON.parse(stdout) as { managementKey: string }).managementKey
  await within(5_000, async () => (await server.call('GET', '/v1/me', { key: first })).status === 200)
  const again = await server.cli(['bootstrap', '--json', '--again'])
  const second = (JSON.parse(again.stdout) as { managementKey: string }).managementKey
  await within(5_000, async () => (await server.call('GET', '/v1/me', { key: second })).status === 200)
  expect(server.pid).toBe(pid)
})

test('a key that another process removes is refused by the running server (data_version)', async () => {
  await using server = await TestServer.start({ testClock: false })
  const installation = await install(server)
  const { body } = await issue(installation)
  expect(await verdict(installation, body.secret)).toBe('valid')
  await inOtherProcesses(installation, [{ do: 'remove', keyId: body.key.id }])
  const after = await within(5_000, async () => (await verdict(installation, body.secret)) === 'removed')
  console.log(`another process' removal: refused here ${Math.round(after)} ms after that process had ended`)
})

test('a second server on the same folder is refused with a sentence, and the first goes on', async () => {
  await using server = await TestServer.start({ testClock: false })
  const second = await server.cli(['serve'])
  expect(second.code).not.toBe(0)
  expect(second.stderr).toContain('Another Keywright server uses the data folder')
  await server.must(200, 'GET', '/readyz')
})
