import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Ask, Question, Refused, VerifiedKey } from './answer.ts'
import { askInProcess, followKeywright, leaveKeywright } from './ask-in-process.ts'
import { askOverHttp } from './ask-over-http.ts'

declare module 'fastify' {
  interface FastifyRequest {
    key: VerifiedKey
  }
}

interface Options {
  /** The API's slug in Keywright, or how a request tells which of several it is for. */
  api: string | ((request: FastifyRequest) => string)
  /** All of them, where there are several. */
  apis?: string[]
  /** Where the key or a second identifier stands in the JSON body, Keywright must see the body. */
  sendBody?: boolean
  /** Answers of this API's own for some reasons, e.g. 404 instead of `organization_mismatch`. */
  statusFor?: Record<string, number>
  /** What stands in WWW-Authenticate (RFC 9110 section 11.6.1). */
  scheme?: string
}

/** In this process, or over HTTP with `VERIFY=http`. */
const ask: Ask = process.env.VERIFY === 'http' ? askOverHttp : askInProcess

/** Lets in only what Keywright allows: every route of the app is asked for, before its body is looked at. */
export function protect(app: FastifyInstance, options: Options): void {
  app.decorateRequest('key')
  if (ask === askInProcess) app.addHook('onReady', () => followKeywright(typeof options.api === 'string' ? [options.api] : (options.apis ?? [])))
  keepBodyText(app)
  app.addHook('preValidation', async (request, reply) => {
    if (request.routeOptions.url === undefined) return // no such route: the 404 needs no key
    const { api, sendBody = false } = options
    const answer = await ask(typeof api === 'string' ? api : api(request), questionOf(request, sendBody)).catch((error: unknown) => {
      throw unavailable(request, error)
    })
    if (!answer.valid) return refuse(reply, answer, options)
    request.key = answer.key
    // From the first notice day on: until when the key works.
    reply.headers(answer.headers)
    readJson(request)
  })
}

/** The text of a JSON body, not its object: a field that stands twice is then seen. */
export function keepBodyText(app: FastifyInstance): void {
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => done(null, text))
}

/** The request as it came. `headersDistinct` keeps a field that was sent twice, `raw.url` the path before anybody decoded it. */
function questionOf({ body, ip, raw }: FastifyRequest, sendBody: boolean): Question {
  const request = { method: raw.method ?? 'GET', path: raw.url ?? '/', headers: raw.headersDistinct as Record<string, string[]> }
  return { ip, request: sendBody && typeof body === 'string' ? { ...request, body } : request }
}

/** Who cannot ask lets nobody in. */
function unavailable(request: FastifyRequest, cause: unknown): Error {
  request.log.error({ err: cause }, 'keys cannot be checked')
  return Object.assign(new Error('Keys cannot be checked at the moment. Try again.'), { statusCode: 503 })
}

function refuse(reply: FastifyReply, answer: Refused, { statusFor = {}, scheme = 'Bearer' }: Options): FastifyReply {
  const { reason, detail, missing, successor, retryAfterSeconds, requestId } = answer
  const status = statusFor[reason] ?? answer.status
  if (status === 401) reply.header('WWW-Authenticate', reason === 'missing' ? scheme : `${scheme} error="invalid_token", error_description="${reason}"`)
  if (reason === 'insufficient_scope')
    reply.header('WWW-Authenticate', `${scheme} error="insufficient_scope"${missing.length === 0 ? '' : `, scope="${missing.join(' ')}"`}`)
  if (retryAfterSeconds !== null) reply.header('Retry-After', retryAfterSeconds)
  // A 404 says what any wrong address says.
  if (status === 404) return problem(reply, 404, { title: 'There is no such thing' })
  return problem(reply, status, {
    title: 'The key was refused',
    reason,
    ...given({ detail, successor }),
    ...(missing.length === 0 ? {} : { missing }),
    requestId,
  })
}

/** Members that have a value. */
function given(members: Record<string, string | null>): Record<string, string> {
  return Object.fromEntries(Object.entries(members).filter((member): member is [string, string] => member[1] !== null))
}

export function problem(reply: FastifyReply, status: number, members: Record<string, unknown>): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .send(JSON.stringify({ status, ...members }))
}

function readJson(request: FastifyRequest): void {
  if (typeof request.body !== 'string') return
  try {
    request.body = request.body.trim() === '' ? undefined : JSON.parse(request.body)
  } catch {
    throw Object.assign(new Error('The body is not JSON.'), { statusCode: 400 })
  }
}

/** Errors as problems (RFC 9457), a port from the environment, and an end that answers what is being answered. */
export async function listen(app: FastifyInstance, name: string): Promise<void> {
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500 && status !== 503) request.log.error({ err: error }, 'a request failed')
    if (status === 503) reply.header('Retry-After', 5)
    return problem(reply, status, { title: status === 500 ? 'Something went wrong' : error.message })
  })
  app.setNotFoundHandler((_request, reply) => problem(reply, 404, { title: 'There is nothing at this address' }))
  app.addHook('onClose', leaveKeywright)
  const url = await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 0) })
  process.stdout.write(`${name} is ready at ${url}\n`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void app.close())
}
