import { afterAll, beforeAll, expect, test } from 'vitest'
import { Sample } from './sample.ts'
import { MasterTokens } from './session-fixture.ts'

/** D of the five documented systems, through the sample API. The names are their vendor's. */
let maps: MasterTokens

beforeAll(async () => {
  maps = await MasterTokens.start('2027-05-01T08:00:00Z')
})
afterAll(async () => maps[Symbol.asyncDispose]())

test("D.2 the vendor's own address gives session tokens, through the sample API", async () => {
  await using projects = await Sample.start(maps.server, maps.key, 'projects', ['insidemaps'])
  const { secret, path } = await maps.generate('Through the sample')
  const get = (url: string, credential: string) => projects.call({ path: url, headers: { authorization: `Bearer ${credential}` } })
  const { status, body } = await get('/api/v2/sessionToken', secret)
  expect(status).toBe(200)
  expect((await get('/api/v2/organizations/acme/projects', body.data)).status).toBe(200)
  expect(await get('/api/v2/organizations/acme/projects', secret)).toMatchObject({ status: 403, body: { reason: 'exchange_required' } })
  expect((await get('/api/v2/sessionToken', body.data)).status).toBe(401)
  await maps.command(path, 'deactivate')
  expect((await get('/api/v2/organizations/acme/projects', body.data)).body).toMatchObject({ reason: 'inactive' })
})
