import type { IncomingMessage, ServerResponse } from 'node:http'
import { allowsForwardAuth } from '@keywright/core/configuration/forward-auth.ts'
import { isReservedSlug } from '@keywright/core/configuration/reserved.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { announcementOf } from '@keywright/core/verification/announcement.ts'
import type { CompiledApi } from '@keywright/core/verification/compiled-api.ts'
import type { Allowed, Denied } from '@keywright/core/verification/decision.ts'
import { announcementFields, deprecationFields, rateLimitFields, refusalOf } from '@keywright/core/verification/refusal.ts'
import { authenticateVerifier } from '../authenticate.ts'
import type { HttpContext } from '../context.ts'
import { toProblem } from '../problem.ts'
import { newRequestId, refuseSecretInUrl } from '../request-facts.ts'
import { forwardedAddress } from './forwarded-address.ts'

type Dialect = 'default' | 'nginx'

/**
 * `ANY /v1/authorize/{api}`: may the request that a proxy describes pass? The proxy shows a verifier key in `Keywright-Verifier`;
 * without one it is told nothing of the client's credential, and no forwarded field is believed.
 */
export function answerAuthorize(context: HttpContext, request: IncomingMessage, response: ServerResponse): void {
  const requestId = newRequestId(context.services.clock.now())
  let dialect: Dialect = 'default'
  // A body belongs to the client's request: the decision does not read it, and Node drops it after the answer.
  try {
    refuseSecretInUrl(request.url ?? '/')
    const target = readTarget(request.url as string)
    dialect = target.dialect
    if (!context.isReady()) throw new AppError('shutting_down', 'The server is shutting down. Try again in a moment.')
    const caller = authenticateVerifier(context, request, 'keywright-verifier')
    if (caller.apis !== 'all' && !caller.apis.includes(target.api)) throw new AppError('forbidden', `This verifier key is not for the API "${target.api}".`)
    const api = isReservedSlug(target.api) ? undefined : context.verifier.api(target.api)
    if (!api) throw new AppError('not_found', `There is no API "${target.api}".`)
    requireForwardAuth(context, api)
    const client = describeClient(context, request, api, dialect)
    const decision = context.verifier.decide(api, client, request.headersDistinct['user-agent']?.[0] ?? null)
    const limits = rateLimitFields(context.verifier.rateLimits(decision))
    if (decision.valid) allow(response, decision, { ...limits, ...announcementFields(announcementOf(decision, context.services.clock.now())) }, requestId)
    else deny(context, response, decision, { api, dialect, requestId, limits })
  } catch (error) {
    const problem = toProblem(error, { requestId, supportContact: context.supportContact })
    if (problem.status >= 500) context.log.error({ err: error, requestId }, 'forward-auth failed')
    write(response, dialect, problem.status, problem.body, requestId, problem.headers)
  }
}

function readTarget(url: string): { api: string; dialect: Dialect } {
  if (!url.includes('?')) return { api: url.slice('/v1/authorize/'.length), dialect: 'default' }
  const [path = '', query = ''] = url.split('?', 2)
  const asked = new URLSearchParams(query)
  const dialect = asked.get('dialect') ?? 'default'
  // A mistyped name must not silently mean the default.
  if ([...asked.keys()].some((name) => name !== 'dialect') || asked.size > 1)
    throw new AppError('invalid_request', 'The only query of this address is "dialect".')
  if (dialect !== 'default' && dialect !== 'nginx') throw new AppError('invalid_request', 'The dialect must be "default" or "nginx".')
  return { api: path.slice('/v1/authorize/'.length), dialect }
}

const forwardAuth = new WeakMap<CompiledApi, { change: number; allowed: boolean }>()

function requireForwardAuth(context: HttpContext, api: CompiledApi): void {
  const { replica } = context.verifier
  // Depends on the API and its types only, so it holds until the next change; a new replica has other API objects.
  let known = forwardAuth.get(api)
  if (known?.change !== replica.cursor.number) {
    const types = api.definition.accepts.flatMap((slug) => replica.type(slug)?.definition ?? [])
    known = { change: replica.cursor.number, allowed: allowsForwardAuth(api.definition, types) }
    forwardAuth.set(api, known)
  }
  if (!known.allowed)
    throw new AppError('policy_conflict', 'Key or companion of this API stand in the body, which a proxy does not pass on. Use middleware or /v1/verify.')
}

/** The fields in which each kind of proxy says what its client asked: Traefik and Caddy by themselves, nginx through the recipe. */
const FIELDS = {
  default: { method: 'x-forwarded-method', uri: 'x-forwarded-uri', host: 'x-forwarded-host' },
  nginx: { method: 'x-original-method', uri: 'x-original-uri', host: 'x-original-host' },
} as const

/**
 * The end client's request, as the proxy describes it. Only the fields of its own dialect are read: the others it passes on as
 * the client sent them.
 */
function describeClient(context: HttpContext, request: IncomingMessage, api: CompiledApi, dialect: Dialect) {
  const headers = request.headersDistinct
  const fields = FIELDS[dialect]
  const one = (name: string): string | undefined => {
    const values = headers[name]
    if (values !== undefined && values.length > 1)
      throw new AppError('invalid_request', `The field ${name} stands more than once: the proxy must set it, not add to the client's.`)
    return values?.[0]
  }
  const method = one(fields.method)
  const path = one(fields.uri)
  // nginx asks with GET whatever the client's method is: a proxy that names the path but forgets the method would let a POST pass as a GET.
  if (method === undefined && api.routes !== null && (path !== undefined || dialect === 'nginx'))
    throw new AppError('invalid_request', `The proxy must say the method of the client in ${fields.method}: this API has routes.`)
  return {
    // The Host field of this request names Keywright; without the proxy's word the client's host is not known.
    request: { method: method ?? request.method ?? 'GET', path: path ?? '', headers: withoutOurs(headers), host: one(fields.host) ?? '' },
    address: forwardedAddress(request, context.trustedProxies),
  }
}

/** The proxy's own credential is not the client's. */
function withoutOurs(headers: NodeJS.Dict<string[]>): NodeJS.Dict<string[]> {
  // Node makes these fields for this request alone; a copy of all of them would show.
  delete headers['keywright-verifier']
  return headers
}

function allow(response: ServerResponse, { key, deprecation }: Allowed, more: Record<string, string>, requestId: string): void {
  response.writeHead(200, {
    'Content-Length': 0,
    'Cache-Control': 'no-store',
    'X-Request-Id': requestId,
    'Keywright-Key': key.id,
    'Keywright-Key-Type': key.type,
    'Keywright-Organization': key.organization,
    'Keywright-Organization-Id': key.organizationId,
    'Keywright-Environment': key.environment,
    'Keywright-Scopes': key.scopes.join(' '),
    ...(key.session === undefined ? {} : { 'Keywright-Session': key.session.id }),
    ...deprecationFields(deprecation),
    ...more,
  })
  response.end()
}

interface Refusal {
  api: CompiledApi
  dialect: Dialect
  requestId: string
  limits: Record<string, string>
}

function deny(context: HttpContext, response: ServerResponse, decision: Denied, { api, dialect, requestId, limits }: Refusal): void {
  const { status, body, headers } = refusalOf(decision, { realm: api.definition.slug, requestId, supportContact: context.supportContact })
  write(response, dialect, status, body, requestId, { ...headers, ...limits })
}

/**
 * nginx's `auth_request` makes a 500 of everything but 2xx, 401 and 403, and drops the body; in its dialect the true status and the
 * problem stand in fields of their own, for the recipe to restore.
 */
function write(response: ServerResponse, dialect: Dialect, status: number, body: unknown, requestId: string, headers: Record<string, string>): void {
  const text = JSON.stringify(body)
  // Of a 401 nginx passes the challenge on to the client by itself, who is not to hear that the proxy's own key is wrong.
  const shown = dialect === 'nginx' && !(status === 401 && 'Keywright-Reason' in headers) ? 403 : status
  const { 'Retry-After': retryAfter } = headers
  response.writeHead(shown, {
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Request-Id': requestId,
    ...headers,
    ...(dialect === 'nginx'
      ? { 'Keywright-Status': String(status), 'Keywright-Problem': inAscii(text), ...(retryAfter === undefined ? {} : { 'Keywright-Retry-After': retryAfter }) }
      : {}),
  })
  response.end(text)
}

/** JSON says the same with escapes, and a field may hold nothing else. */
function inAscii(json: string): string {
  return json.replaceAll(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
