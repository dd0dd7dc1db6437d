import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MasterTokens } from '../systems/session-fixture.ts'

const NOW = '2027-05-01T08:00:00Z'

test('sessions that ended after a backup stay ended after its restore, and a rotated master key still signs', async () => {
  await using maps = await MasterTokens.start(NOW, {})
  const { server, key } = maps
  const names = ['Alone', 'Reactivated', 'Untouched'] as const
  const keys = await Promise.all(names.map((name) => maps.generate(name)))
  const tokens = await Promise.all(keys.map(({ secret }) => maps.mint(secret)))
  expect(await Promise.all(tokens.map((token) => maps.call(token)))).toEqual(['allowed', 'allowed', 'allowed'])
  const file = join(server.folder, 'backup.db')
  expect((await server.cli(['backup', file])).code).toBe(0)

  const [alone, reactivated] = keys as [(typeof keys)[number], (typeof keys)[number]]
  const { items } = await server.must(200, 'GET', `${alone.path}/sessions`, { key })
  await server.must(200, 'DELETE', `${alone.path}/sessions/${items[0].id}`, { key })
  await maps.command(reactivated.path, 'deactivate')
  await maps.command(reactivated.path, 'activate')
  const ended = await Promise.all(tokens.map((token) => maps.call(token)))
  expect(ended.map((answer) => answer === 'allowed')).toEqual([false, false, true])

  await server.stop('SIGKILL')
  const restored = await server.cli(['restore', file, '--yes', '--json'])
  expect(restored.code, restored.stderr).toBe(0)
  const rotated = await server.cli(['master-key', 'rotate', '--json'])
  expect(rotated.code, rotated.stderr).toBe(0)
  expect(JSON.parse(rotated.stdout).envelopes.signing_keys).toBeGreaterThan(0)
  await server.run()
  await server.setClock(NOW)
  const after = await Promise.all(tokens.map((token) => maps.call(token)))
  expect(after.map((answer) => answer === 'allowed')).toEqual([false, false, true])
  // The keys themselves were given back before the restore, and mint again, with the signing key under the new master key.
  for (const { secret } of keys) expect(await maps.call(await maps.mint(secret))).toBe('allowed')
}, 120_000)
