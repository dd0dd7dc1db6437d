import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { OPERATIONS } from '@keywright/core/contract/operations.ts'
import { openApiDocument } from '@keywright/core/contract/openapi.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { parseInstant } from '@keywright/core/time.ts'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { CALLBACK_PATH } from '../management/sign-in/begin-single-sign-on.ts'
import { announcesBody, decodeUtf8, parseJson } from './body.ts'
import { consoleAssets } from './console-assets.ts'
import type { HttpContext } from './context.ts'
import { registerOperations } from './dispatch.ts'
import { answerAuthorize } from './hot/authorize.ts'
import { answerVerify } from './hot/verify.ts'
import { registerOAuth } from './oauth/register.ts'
import { registerSingleSignOn } from './sign-on/register.ts'
import { registerMetrics } from './metrics-page.ts'
import { toProblem } from './problem.ts'
import { isReplicaPath, serveReplica } from './replica-upgrade.ts'
import { referencePage } from './reference-page.ts'
import { answerUnreadable } from './unreadable-request.ts'
import { newRequestId, refuseEncodedBody, refuseSecretInUrl } from './request-facts.ts'

const HEADERS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
}

/**
 * The HTTP surface. Verification stands on the raw server beside Fastify: it has no route table, hooks or schemas to pass, and it
 * is most of what a Keywright answers.
 */
export function createApp(context: HttpContext): FastifyInstance {
  const app = Fastify({
    serverFactory: (handle) => createRawServer(context, handle as (request: IncomingMessage, response: ServerResponse) => void),
    genReqId: () => newRequestId(context.services.clock.now()),
    bodyLimit: 262_144,
    logger: false,
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => answerUnreadable(context, error, socket as Socket),
    // What the router itself cannot read (a bad escape in the path) never reaches the hooks.
    frameworkErrors: (error, request, reply) =>
      void sendProblem(
        context,
        unreadableUrl(error, request),
        request as unknown as FastifyRequest,
        (reply as unknown as FastifyReply).headers({ 'X-Request-Id': request.id, ...HEADERS }),
      ),
    routerOptions: { maxParamLength: 200, caseSensitive: true, ignoreTrailingSlash: false },
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: FastifyRequest, bytes: Buffer) => parseJson(bytes))
  app.addContentTypeParser(['application/yaml', 'text/yaml', 'application/x-ndjson'], { parseAs: 'buffer' }, async (_request: FastifyRequest, bytes: Buffer) =>
    decodeUtf8(bytes),
  )

  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'X-Request-Id': request.id, ...HEADERS })
    // What a provider of single sign-on puts there is no secret of ours, and may look like one.
    if (request.routeOptions.url !== CALLBACK_PATH) refuseSecretInUrl(request.raw.url ?? '/')
    if (!context.isReady() && request.url !== '/healthz' && request.url !== '/readyz')
      throw new AppError('shutting_down', 'The server is shutting down. Try again in a moment.')
    // One command has one spelling, so that whoever filters or searches by path misses none.
    if (/^[^?]*%3a/i.test(request.url)) throw new AppError('not_found', 'There is nothing at this address: the colon before a command is written as it is.')
    if (announcesBody(request.raw)) refuseEncodedBody(request.raw)
  })
  app.addHook('onResponse', async (request, reply) => {
    context.metrics.requested(operationOf(request), reply.statusCode, reply.elapsedTime / 1000)
    // The URL is not logged: the operation tells what was asked, and a URL may hold anything.
    context.log.info(
      { requestId: request.id, method: request.method, operation: operationOf(request), status: reply.statusCode, milliseconds: Math.round(reply.elapsedTime) },
      'request',
    )
  })
  app.setErrorHandler((error, request, reply) => sendProblem(context, fromFastify(error), request, reply))
  const pages = consoleAssets(context.consoleFolder)
  app.setNotFoundHandler(async (request, reply) => {
    if (pages.answers(request)) return await pages.send(request, reply)
    return sendProblem(context, notFound(request, reply), request, reply)
  })
  app.get('/', async (request, reply) => await pages.send(request, reply))

  registerOperations(app, context)
  registerOAuth(app, context)
  registerSingleSignOn(app, context)
  registerOpenPages(app, context)
  registerMetrics(app, context)
  return app
}

function createRawServer(context: HttpContext, fallback: (request: IncomingMessage, response: ServerResponse) => void): Server {
  const server = createServer(
    {
      requestTimeout: 30_000,
      headersTimeout: 15_000,
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16_384,
      joinDuplicateHeaders: false,
      // Some clients offer to upgrade with every request (Java's to HTTP/2), and proxies pass on what a browser asks of the API behind: an offer
      // that is not taken is none (RFC 9110 section 7.8). Node before 24.9 knows no such choice and refuses them all.
      shouldUpgradeCallback: (request) => isReplicaPath(request.url ?? '/'),
    },
    (request, response) => {
      const { url } = request
      if (url !== undefined && url.startsWith('/v1/authorize/')) answerAuthorize(context, request, response)
      else if (request.method === 'POST' && (url === '/v1/verify' || url?.startsWith('/v1/verify?'))) void answerVerify(context, request, response)
      else fallback(request, response)
    },
  )
  serveReplica(server, context)
  server.maxConnections = 10_000
  // Node drops the fields beyond this number silently, a second Authorization among them; their bytes are bounded already.
  server.maxHeadersCount = 0
  return server
}

function registerOpenPages(app: FastifyInstance, context: HttpContext): void {
  const document = openApiDocument()
  const page = referencePage(document)
  app.get('/openapi.json', async (_request, reply) => reply.type('application/json; charset=utf-8').send(document))
  app.get('/docs', async (_request, reply) => reply.type('text/html; charset=utf-8').send(page))
  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => reply.code(context.isReady() ? 200 : 503).send({ status: context.isReady() ? 'ready' : 'draining' }))
  const { setClock } = context
  if (setClock === null) return
  const handler = async (request: FastifyRequest) => {
    const said = (request.body as { now?: unknown } | null | undefined)?.now
    const now = typeof said === 'string' ? parseInstant(said) : null
    if (now === null) throw new AppError('invalid_request', 'Say {"now": "<RFC 3339 instant>"}.')
    await setClock(now)
    return { now: context.services.clock.now() }
  }
  app.route({ method: 'PUT', url: '/test-clock', handler })
}

function sendProblem(context: HttpContext, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblem(error, { requestId: request.id, supportContact: context.supportContact })
  context.metrics.storageFailed(error)
  if (problem.status >= 500) context.log.error({ err: error, requestId: request.id, operation: operationOf(request) }, 'a request failed')
  return reply.code(problem.status).headers(problem.headers).type('application/problem+json; charset=utf-8').send(JSON.stringify(problem.body))
}

function unreadableUrl(error: unknown, request: { raw: IncomingMessage }): unknown {
  try {
    refuseSecretInUrl(request.raw.url ?? '/')
  } catch (secret) {
    return secret
  }
  const { code } = error as { code?: string }
  if (code === 'FST_ERR_BAD_URL' || code === 'FST_ERR_MAX_PARAM_LENGTH')
    return new AppError('not_found', 'There is nothing at this address: it has a bad escape, or a part that is too long.')
  return fromFastify(error)
}

/** Fastify's own refusals in our codes. */
function fromFastify(error: unknown): unknown {
  if (error instanceof AppError) return error
  const { statusCode, code } = error as { statusCode?: number; code?: string }
  if (statusCode === 413) return new AppError('body_too_large', 'The body is larger than this address takes.')
  if (statusCode === 415) return new AppError('unsupported_media_type', 'Send the body as application/json.')
  if (statusCode === 400)
    return new AppError(
      'malformed_body',
      code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH' ? 'The body is not as long as Content-Length says.' : 'The request cannot be read.',
    )
  return error
}

const OPEN_PAGES = ['/', '/openapi.json', '/docs', '/healthz', '/readyz', CALLBACK_PATH].map((path) => ({ method: 'GET', path }))

const PATTERNS = [...OPERATIONS, ...OPEN_PAGES].map(({ method, path }) => ({
  method,
  pattern: new RegExp(`^${path.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{\w+\}/g, '[^/:]+')}$`),
}))

function notFound(request: FastifyRequest, reply: FastifyReply): AppError {
  const path = request.url.split('?')[0] as string
  const methods = PATTERNS.filter((each) => each.pattern.test(path)).map((each) => each.method)
  if (methods.length === 0) return new AppError('not_found', 'There is nothing at this address. The reference stands at /docs.')
  reply.header('Allow', [...new Set(methods)].join(', '))
  return new AppError('method_not_allowed', `This address takes ${[...new Set(methods)].join(', ')}.`)
}

function operationOf(request: FastifyRequest): string {
  return (request.routeOptions.config as { operation?: string }).operation ?? request.routeOptions.url ?? 'none'
}
