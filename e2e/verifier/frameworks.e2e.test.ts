import { once } from 'node:events'
import { createServer, type IncomingMessage, request as send, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { expressVerifier } from '@keywright/sdk/frameworks/express.ts'
import { fastifyVerifier } from '@keywright/sdk/frameworks/fastify.ts'
import { honoVerifier } from '@keywright/sdk/frameworks/hono.ts'
import { withVerifier } from '@keywright/sdk/frameworks/next.ts'
import { nodeVerifier } from '@keywright/sdk/frameworks/node.ts'
import type { Verifier } from '@keywright/sdk/verifier/verifier.ts'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Installation } from './installation.ts'
import type { TestServer } from '../harness.ts'

const CONFIGURATION = `version: 1
keyTypes:
  - slug: orders
    prefix: ord
    addresses: { mode: optional }
    scopes: { offered: [read, write], default: [read] }
  - slug: few
    prefix: few
    limits: [{ calls: 5, per: 60s }]
    scopes: { offered: [read], default: [read] }
  - slug: body
    prefix: bod
  - slug: other
    prefix: oth
apis:
  - slug: orders
    accepts: [orders, few]
    carriers: [{ in: header, name: Authorization, scheme: bearer }]
    companions: [{ from: header, name: X-Partner, names: organization, required: false }]
    routes: [{ method: GET, path: /v1/orders, scopes: [read] }, { method: POST, path: /v1/orders, scopes: [write] }]
  - slug: pushes
    accepts: [body]
    carriers: [{ in: body, name: api_key }]
`

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Record<string, unknown>
}

/** The frameworks that see each field of a request as it came, and the one that has only the Web's Request. */
const ON_NODE = ['node', 'express', 'fastify', 'hono'] as const
const ALL = [...ON_NODE, 'next'] as const
type Framework = (typeof ALL)[number]

let server: TestServer
let key: string
let verifier: Verifier
let pushes: Verifier
let installation: Installation
const ports = new Map<string, number>()
const stops: (() => unknown)[] = []

beforeAll(async () => {
  installation = await Installation.start()
  ;({ server, key } = installation)
  await server.must(200, 'POST', '/v1/config:apply', { key, body: CONFIGURATION, headers: { 'content-type': 'application/yaml' } })
  await server.must(201, 'POST', '/v1/organizations', { key, body: { slug: 'globex' } })
  const { secret: verifierKey } = await server.must(201, 'POST', '/v1/verifier-keys', { key, body: { name: 'frameworks', apis: ['orders', 'pushes'] } })
  verifier = installation.verifier({ verifierKey, api: 'orders', supportContact: 'ops@example.com' })
  pushes = installation.verifier({ verifierKey, api: 'pushes' })
  await Promise.all([verifier.ready(), pushes.ready()])
  for (const [name, of, body] of [
    ['orders', verifier, false],
    ['pushes', pushes, true],
  ] as const)
    for (const framework of ALL) ports.set(`${framework} ${name}`, await START[framework](of, body))
}, 60_000)

afterAll(async () => {
  for (const stop of stops) await stop()
  await installation?.[Symbol.asyncDispose]()
})

const HIDE = { hiddenReasons: ['organization_mismatch'] } as const

/** Each as its guide says. The handler answers who was let in. */
const START: Record<Framework, (of: Verifier, body: boolean) => Promise<number>> = {
  node: async (of, body) => {
    const check = nodeVerifier(of, HIDE)
    return listen(
      createServer(async (request, response) => {
        const text = body ? await new Response(request as unknown as ReadableStream).text() : undefined
        const caller = await check(request, response, text)
        if (caller !== null) response.end(JSON.stringify({ organization: caller.organization }))
      }),
    )
  },
  express: async (of) => {
    const app = express()
    const routes = express.Router()
    // A router that is mounted sees a shorter path; what counts is the whole one.
    routes.get(
      '/orders',
      (request, response) => void response.json({ organization: (request as { keywright?: { organization: string } }).keywright?.organization }),
    )
    app.use(express.json(), (request, response, next) => next())
    app.use('/v1', expressVerifier(of, HIDE), routes)
    app.use(
      expressVerifier(of, HIDE),
      (request, response) => void response.json({ organization: (request as { keywright?: { organization: string } }).keywright?.organization }),
    )
    return listen(createServer(app))
  },
  fastify: async (of, body) => {
    const app = Fastify({ serverFactory: (handler) => createServer(handler) })
    app.addHook(body ? 'preValidation' : 'onRequest', fastifyVerifier(of, { ...HIDE, readsBody: body }))
    app.all('/*', (request, reply) => reply.send({ organization: (request as { keywright?: { organization: string } }).keywright?.organization }))
    await app.listen({ port: 0, host: '127.0.0.1' })
    stops.push(() => app.close())
    return (app.server.address() as AddressInfo).port
  },
  hono: async (of, body) => {
    const app = new Hono<{ Variables: { keywright: { organization: string } } }>()
    app.use(honoVerifier(of, { ...HIDE, readsBody: body }))
    app.all('*', (context) => context.json({ organization: context.get('keywright').organization }))
    const started = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
    await once(started, 'listening')
    stops.push(() => started.close())
    return (started.address() as AddressInfo).port
  },
  next: async (of, body) => {
    const handle = withVerifier(of, (_request, context: { key: { organization: string } }) => Response.json({ organization: context.key.organization }), {
      ...HIDE,
      readsBody: body,
      clientAddress: (request) => request.headers.get('x-platform-address'),
    })
    // What stands between a socket and a route handler: a Request of the Web.
    return listen(
      createServer(async (incoming, response) => {
        const headers = new Headers({ 'x-platform-address': incoming.socket.remoteAddress ?? '' })
        for (const [name, values] of Object.entries(incoming.headersDistinct)) for (const value of values ?? []) headers.append(name, value)
        const text = incoming.method === 'GET' || incoming.method === 'HEAD' ? null : await new Response(incoming as unknown as ReadableStream).text()
        const answer = await handle(
          new Request(`http://${incoming.headers.host}${incoming.url}`, { method: incoming.method ?? 'GET', headers, body: text }),
          {} as never,
        )
        response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
      }),
    )
  },
}

async function listen(app: Server): Promise<number> {
  app.listen(0, '127.0.0.1')
  await once(app, 'listening')
  stops.push(() => app.close())
  return (app.address() as AddressInfo).port
}

/** By node:http, which sends a field twice when it is told to. */
async function call(
  framework: Framework,
  headers: [string, string][],
  options: { method?: string; path?: string; body?: string; api?: string } = {},
): Promise<Answer> {
  const { method = 'GET', path = '/v1/orders', body, api = 'orders' } = options
  const port = ports.get(`${framework} ${api}`) as number
  const fields = [
    'host',
    `127.0.0.1:${port}`,
    ...headers.flat(),
    ...(body === undefined ? [] : ['content-type', 'application/json', 'content-length', String(Buffer.byteLength(body))]),
  ]
  const asked = send({ host: '127.0.0.1', port, method, path, headers: fields as unknown as Record<string, string>, agent: false })
  asked.end(body)
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  const text = await new Response(response as unknown as ReadableStream).text()
  return { status: response.statusCode ?? 0, headers: response.headers, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) }
}

const bearer = (secret: string): [string, string][] => [['authorization', `Bearer ${secret}`]]

async function knownHere(secret: string, of = verifier): Promise<void> {
  while (!of.verify({ secret }).valid && of.verify({ secret }).key === null) await new Promise((done) => setTimeout(done, 10))
}

async function issue(type: string, more: Record<string, unknown> = {}, of = verifier): Promise<{ id: string; secret: string }> {
  const issued = await installation.issue({ type, ...(type === 'orders' ? {} : { addresses: undefined }), ...more })
  await knownHere(issued.secret, of)
  return issued
}

describe.each(ALL)('%s', (framework) => {
  test('lets in who may, and tells the handler whose key it is', async () => {
    const { secret } = await issue('orders')
    const answer = await call(framework, bearer(secret))
    expect(answer).toMatchObject({ status: 200, body: { organization: 'acme' } })
    expect(answer.headers['x-request-id']).toMatch(/^req_/)
  })

  test('refuses with a problem, a challenge and a request id, and says whom to ask', async () => {
    const missing = await call(framework, [])
    expect(missing).toMatchObject({ status: 401, body: { code: 'missing', status: 401, support: 'ops@example.com' } })
    expect(missing.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(missing.headers['www-authenticate']).toBe('Bearer realm="orders"')
    expect(missing.body['requestId']).toBe(missing.headers['x-request-id'])
    const { secret } = await issue('orders')
    const scope = await call(framework, bearer(secret), { method: 'POST', body: '{}' })
    expect(scope).toMatchObject({ status: 403, body: { code: 'insufficient_scope', missing: ['write'] } })
    expect(scope.headers['www-authenticate']).toContain('scope="write"')
    expect(await call(framework, [['x-api-key', secret]])).toMatchObject({ status: 401, body: { code: 'wrong_carrier' } })
    expect(await call(framework, bearer(secret), { path: '/v1/other' })).toMatchObject({ status: 403, body: { reasonDetail: 'route_not_listed' } })
    expect(JSON.stringify([missing, scope])).not.toContain(secret)
  })

  test('hides what the API says nobody should learn of', async () => {
    const { secret } = await issue('orders')
    const answer = await call(framework, [...bearer(secret), ['x-partner', 'globex']])
    expect(answer.status).toBe(404)
    expect(answer.body).toEqual({ type: 'about:blank', title: 'There is no such thing', status: 404, requestId: answer.headers['x-request-id'] })
    expect(answer.headers['keywright-reason']).toBeUndefined()
  })

  test('holds address rules by the connection, whatever X-Forwarded-For says', async () => {
    const { secret } = await issue('orders', { addresses: [{ cidr: '192.0.2.0/24' }] })
    expect(await call(framework, [...bearer(secret), ['x-forwarded-for', '192.0.2.7']])).toMatchObject({ status: 403, body: { code: 'ip_not_allowed' } })
    const { secret: local } = await issue('orders', { addresses: [{ cidr: '127.0.0.1' }] })
    expect(await call(framework, bearer(local))).toMatchObject({ status: 200 })
  })

  test('answers 429 with the time at which the same call passes', async () => {
    const { secret } = await issue('few')
    const answers: Answer[] = []
    for (let count = 0; count < 6; count++) answers.push(await call(framework, bearer(secret)))
    expect(answers[0]).toMatchObject({ status: 200 })
    const refused = answers.at(-1) as Answer
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } })
    expect(refused.headers['ratelimit-policy']).toBe('"60s";q=5;w=60')
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  })

  test('finds a key in a JSON body', async () => {
    const { secret } = await issue('body', {}, pushes)
    const body = JSON.stringify({ api_key: secret, text: 'hello' })
    expect(await call(framework, [], { method: 'POST', path: '/push', body, api: 'pushes' })).toMatchObject({ status: 200, body: { organization: 'acme' } })
    expect(await call(framework, bearer(secret), { method: 'POST', path: '/push', body: '{}', api: 'pushes' })).toMatchObject({
      status: 401,
      body: { code: 'wrong_carrier' },
    })
  })

  test('refuses a removed key from the moment its verifier has confirmed', async () => {
    const { id, secret } = await issue('orders')
    expect((await call(framework, bearer(secret))).status).toBe(200)
    const removed = await server.must(200, 'DELETE', `/v1/organizations/acme/keys/${id}?confirm=true`, { key })
    expect(removed.propagation).toMatchObject({ mayAcceptUntil: [] })
    expect(await call(framework, bearer(secret))).toMatchObject({ status: 401, body: { code: 'removed' } })
  })
})

test.each(ON_NODE)('%s refuses two Authorization fields, of which Node shows one', async (framework) => {
  const { secret } = await issue('orders')
  expect(await call(framework, [...bearer(secret), ...bearer(secret)])).toMatchObject({ status: 401, body: { code: 'malformed' } })
})

test('next, where two Authorization fields are one text, lets nobody in with them', async () => {
  const { secret } = await issue('orders')
  expect((await call('next', [...bearer(secret), ...bearer(secret)])).status).toBe(401)
})

test.each(ALL)('%s answers 503 when its verifier can decide no more, and says nothing of the key', async (framework) => {
  const closed = installation.verifier({ api: 'crm-api' })
  await closed.ready()
  await closed.close()
  ports.set(`${framework} closed`, await START[framework](closed, false))
  const answer = await call(framework, bearer('crm_whatever'), { api: 'closed' })
  expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } })
  expect(answer.headers['retry-after']).toBe('5')
  expect(answer.headers['www-authenticate']).toBeUndefined()
})

test('hono: a handler that makes a Response of its own tells the client what is left as well', async () => {
  const { secret } = await issue('few')
  const app = new Hono()
  app.use(honoVerifier(verifier))
  app.get('/v1/orders', () => new Response('own'))
  const answer = await app.fetch(new Request('http://api.example.com/v1/orders', { headers: { authorization: `Bearer ${secret}` } }))
  expect([answer.status, await answer.text(), answer.headers.get('ratelimit-policy')]).toEqual([200, 'own', '"60s";q=5;w=60'])
})
