import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Who calls, as Keywright's answer says: trust this, never an organization that the request names itself. */
export interface VerifiedKey {
  id: string
  type: string
  /** Slug; `organizationId` never changes. */
  organization: string
  organizationId: string
  environment: string
  scopes: string[]
  name: string
}

declare module 'fastify' {
  interface FastifyRequest {
    key: VerifiedKey
  }
}

interface Options {
  /** The API's slug in Keywright, or how a request tells which of several it is for. */
  api: string | ((request: FastifyRequest) => string)
  /** Where the key or a second identifier stands in the JSON body, Keywright must see the body. */
  sendBody?: boolean
  /** Answers of this API's own for some reasons, e.g. 404 instead of `organization_mismatch`. */
  statusFor?: Record<string, number>
  /** What stands in WWW-Authenticate (RFC 9110 section 11.6.1). */
  scheme?: string
}

interface Answer {
  valid: boolean
  key?: VerifiedKey
  reason?: string
  detail?: string
  status?: number
  retryAfterSeconds?: number
  missing?: string[]
  successor?: string
  deprecation?: { deprecatedAt: string; retiresAt: string; successor: string | null }
  retirement?: { retiresAt: string }
  expiry?: { expiresAt: string }
  requestId?: string
}

const { KEYWRIGHT_URL = 'http://127.0.0.1:4400', VERIFIER_KEY = '' } = process.env

/** Lets in only what Keywright allows: every route of the app is asked for, before its body is looked at. */
export function protect(app: FastifyInstance, options: Options): void {
  app.decorateRequest('key')
  keepBodyText(app)
  app.addHook('preValidation', async (request, reply) => {
    if (request.routeOptions.url === undefined) return // no such route: the 404 needs no key
    const answer = await ask(request, options)
    if (!answer.valid || !answer.key) return refuse(request, reply, answer, options)
    request.key = answer.key
    sayWhenItEnds(reply, answer)
    readJson(request)
  })
}

/** The text of a JSON body, not its object: Keywright then sees a field that stands twice. */
export function keepBodyText(app: FastifyInstance): void {
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => done(null, text))
}

async function ask(request: FastifyRequest, { api, sendBody = false }: Options): Promise<Answer> {
  const { body, ip, raw } = request
  // The request as it came: Keywright finds the key, the route's scope and the organization in it. `headersDistinct` keeps a
  // field that was sent twice, `raw.url` the path before anybody decoded it.
  const asked = { method: raw.method, path: raw.url, headers: raw.headersDistinct, ...(sendBody && typeof body === 'string' ? { body } : {}) }
  const response = await fetch(`${KEYWRIGHT_URL}/v1/verify`, {
    method: 'POST',
    headers: { authorization: `Bearer ${VERIFIER_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ api: typeof api === 'string' ? api : api(request), ip, request: asked }),
    signal: AbortSignal.timeout(5_000),
  }).catch((error: unknown) => {
    throw unavailable(request, error)
  })
  if (response.status !== 200) throw unavailable(request, new Error(`Keywright answered ${response.status}: ${await response.text()}`))
  return (await response.json()) as Answer
}

/** Who cannot ask lets nobody in. */
function unavailable(request: FastifyRequest, cause: unknown): Error {
  request.log.error({ err: cause }, 'Keywright could not be asked')
  return Object.assign(new Error('Keys cannot be checked at the moment. Try again.'), { statusCode: 503 })
}

function refuse(request: FastifyRequest, reply: FastifyReply, answer: Answer, { statusFor = {}, scheme = 'Bearer' }: Options): FastifyReply {
  const { reason = 'unknown', detail, missing, successor, retryAfterSeconds, requestId } = answer
  const status = statusFor[reason] ?? answer.status ?? 401
  if (status === 401) reply.header('WWW-Authenticate', reason === 'missing' ? scheme : `${scheme} error="invalid_token", error_description="${reason}"`)
  if (reason === 'insufficient_scope')
    reply.header('WWW-Authenticate', `${scheme} error="insufficient_scope"${missing ? `, scope="${missing.join(' ')}"` : ''}`)
  if (retryAfterSeconds !== undefined) reply.header('Retry-After', retryAfterSeconds)
  // A 404 says what any wrong address says.
  if (status === 404) return problem(reply, 404, { title: 'There is no such thing' })
  return problem(reply, status, { title: 'The key was refused', reason, detail, missing, successor, requestId })
}

/** The users of a key are told until when it works, from the first notice day on; of a deprecated kind also by RFC 9745 and RFC 8594. */
function sayWhenItEnds(reply: FastifyReply, { deprecation, retirement, expiry }: Answer): void {
  if (retirement) reply.header('Keywright-Key-Retires', retirement.retiresAt)
  if (expiry) reply.header('Keywright-Key-Expires', expiry.expiresAt)
  if (!deprecation) return
  reply.header('Deprecation', `@${Math.floor(Date.parse(deprecation.deprecatedAt) / 1000)}`)
  reply.header('Sunset', new Date(deprecation.retiresAt).toUTCString())
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
  const url = await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 0) })
  process.stdout.write(`${name} is ready at ${url}\n`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void app.close())
}
