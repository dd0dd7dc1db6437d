import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ClientHttp2Session, connect, createServer, type IncomingHttpHeaders } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { fastifyVerifier } from '@keywright/sdk/frameworks/fastify.ts'
import { nodeVerifier } from '@keywright/sdk/frameworks/node.ts'
import type { Verifier } from '@keywright/sdk/verifier/verifier.ts'
import Fastify from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Installation, until } from './installation.ts'

let installation: Installation
let verifier: Verifier
const sessions = new Map<string, ClientHttp2Session>()
const stops: (() => unknown)[] = []

beforeAll(async () => {
  installation = await Installation.start()
  verifier = installation.verifier({ trustedProxies: ['127.0.0.1'] })
  await verifier.ready()
  const check = nodeVerifier(verifier)
  const plain = createServer(async (request, response) => {
    const key = await check(request as unknown as IncomingMessage, response as unknown as ServerResponse)
    if (key !== null) response.end(JSON.stringify({ organization: key.organization }))
  })
  plain.listen(0, '127.0.0.1')
  await once(plain, 'listening')
  const app = Fastify({ http2: true })
  app.addHook('onRequest', fastifyVerifier(verifier))
  app.get('/things', (request, reply) => reply.send({ organization: (request as { keywright?: { organization: string } }).keywright?.organization }))
  await app.listen({ port: 0, host: '127.0.0.1' })
  for (const [name, server] of [
    ['plain Node', plain],
    ['Fastify', app.server],
  ] as const)
    sessions.set(name, connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
  stops.push(
    () => plain.close(),
    () => app.close(),
  )
})
afterAll(async () => {
  for (const session of sessions.values()) session.destroy()
  for (const stop of stops) await stop()
  await installation[Symbol.asyncDispose]()
})

async function ask(name: string, headers: Record<string, string | string[]>): Promise<[number, Record<string, unknown>]> {
  const stream = (sessions.get(name) as ClientHttp2Session).request({ ':path': '/things', ...headers })
  const [fields] = (await once(stream, 'response')) as [IncomingHttpHeaders]
  let text = ''
  for await (const chunk of stream.setEncoding('utf8')) text += chunk as string
  return [Number(fields[':status']), JSON.parse(text) as Record<string, unknown>]
}

test.each(['plain Node', 'Fastify'])('over HTTP/2, %s lets in who may and refuses who may not, as over HTTP/1.1', async (name) => {
  const { secret } = await installation.issue()
  const { secret: bound } = await installation.issue({ addresses: [{ cidr: '192.0.2.0/24' }] })
  await until('the keys are known', () => verifier.verify({ secret: bound, ip: '192.0.2.1' }).valid)
  expect(await ask(name, { authorization: `Bearer ${secret}` })).toEqual([200, { organization: 'acme' }])
  expect(await ask(name, {})).toMatchObject([401, { code: 'missing' }])
  expect(await ask(name, { 'x-api-key': secret })).toMatchObject([401, { code: 'wrong_carrier' }])
  expect(await ask(name, { authorization: `Bearer ${bound}` })).toMatchObject([403, { code: 'ip_not_allowed' }])
  expect(await ask(name, { authorization: `Bearer ${bound}`, 'x-forwarded-for': '192.0.2.7' })).toMatchObject([200, {}])
})
