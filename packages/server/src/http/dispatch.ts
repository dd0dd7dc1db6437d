import { Readable } from 'node:stream'
import type { Operation } from '@keywright/core/contract/operation.ts'
import { OPERATIONS, type OperationId } from '@keywright/core/contract/operations.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from '../management/services.ts'
import { boundToPerson } from '../management/credentials/bound-to-person.ts'
import { NO_ORGANIZATION, strangerCaller } from '../management/sign-in/visitor-caller.ts'
import { authenticateManager } from './authenticate.ts'
import { authenticatePerson, type SignedInPerson, visitorOf } from './authenticate-person.ts'
import { requireAuthority } from './authority.ts'
import type { HttpContext } from './context.ts'
import { readCookie } from './cookies.ts'
import type { Answer, Handler, Visit } from './handler.ts'
import { auditHandlers } from './handlers/audit.ts'
import { bulkHandlers } from './handlers/bulk.ts'
import { configurationHandlers } from './handlers/configuration.ts'
import { credentialHandlers } from './handlers/credentials.ts'
import { importHandlers } from './handlers/import.ts'
import { keyHandlers } from './handlers/keys.ts'
import { healthHandlers } from './handlers/health.ts'
import { invitationHandlers } from './handlers/invitations.ts'
import { memberHandlers } from './handlers/members.ts'
import { noticeHandlers } from './handlers/notices.ts'
import { meHandlers } from './handlers/me.ts'
import { organizationHandlers } from './handlers/organizations.ts'
import { sessionHandlers } from './handlers/sessions.ts'
import { signInHandlers } from './handlers/sign-in.ts'
import { singleSignOnHandlers } from './handlers/single-sign-on.ts'
import { verifierHandlers } from './handlers/verifiers.ts'
import { DoneBefore, type IdempotentRequest, readIdempotency } from './idempotency.ts'
import { requireOwnOrigin } from './own-origin.ts'
import { RefusedCommands } from './refused-commands.ts'
import { RequestGuard, takeConfirm } from './request-guard.ts'
import { secretsIn } from '../kernel/secrets-in.ts'
import { refuseIf, validate } from './validate.ts'

const HANDLERS = {
  ...bulkHandlers,
  ...importHandlers,
  ...memberHandlers,
  ...invitationHandlers,
  ...noticeHandlers,
  ...healthHandlers,
  ...credentialHandlers,
  ...organizationHandlers,
  ...configurationHandlers,
  ...keyHandlers,
  ...sessionHandlers,
  ...signInHandlers,
  ...singleSignOnHandlers,
  ...meHandlers,
  ...verifierHandlers,
  ...auditHandlers,
}

/** Where a secret is what is asked about, or has a field of its own in each line; everywhere else it would be stored, listed and exported. */
const TAKES_SECRET: ReadonlySet<OperationId> = new Set<OperationId>(['secrets.identify', 'keys.import'])

/** Registers a route for every operation of the contract but `verify`, which stands on the raw server, and those of OAuth, which speak otherwise. */
export function registerOperations(app: FastifyInstance, context: HttpContext): void {
  const refused = new RefusedCommands(context.services, (err, { requestId }) => context.log.error({ err, requestId }, 'a refusal could not be recorded'))
  app.addHook('onClose', () => refused.close())
  const surface: Surface = { context, running: new Set(), refused }
  for (const operation of OPERATIONS) {
    if (operation.id === 'verify' || operation.protocol === 'oauth') continue
    const handle = HANDLERS[operation.id]
    if (!handle) throw new Error(`operation ${operation.id} has no handler`)
    app.route({
      method: operation.method,
      url: toRouterPath(operation.path),
      bodyLimit: operation.bodyLimit ?? 262_144,
      exposeHeadRoute: false,
      config: { operation: operation.id },
      handler: (request, reply) => run(surface, operation, handle, request, reply),
    })
  }
}

/** `{key}:activate` in the words of Fastify's router, where `::` is a plain colon. */
export function toRouterPath(path: string): string {
  return path
    .replaceAll(':', '::')
    .replaceAll(/\{(\w+)\}(?=::)/g, ':$1(^[A-Za-z0-9_-]+$)')
    .replaceAll(/\{(\w+)\}/g, ':$1')
}

interface Surface {
  context: HttpContext
  /** Requests with an `Idempotency-Key` that are being done now. One server holds a data folder, so its memory knows them all. */
  running: Set<string>
  refused: RefusedCommands
}

async function run(
  surface: Surface,
  operation: Operation & { id: OperationId },
  handle: Handler,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { context, running } = surface
  const { replica } = context.verifier
  const parameters = request.params as Record<string, string>
  const { caller, visit, signedIn } = await authenticate(context, operation, request, parameters.org)
  try {
    const organizationId = requireAuthority(operation.authority, caller, parameters.org, replica, context.organizationCreation)
    requireMediaType(operation, request)
    const body = operation.body
      ? validate(operation.body, request.body === undefined && operation.bodyOptional ? {} : request.body, 'body')
      : { value: undefined, errors: [] }
    const { confirm, rest } = takeConfirm(operation, request.query)
    const query = operation.query ? validate(operation.query, rest, 'query') : { value: undefined, errors: unexpectedQuery(rest) }
    refuseIf([...body.errors, ...query.errors, ...(TAKES_SECRET.has(operation.id) ? [] : secretsIn(request.body))])
    const place = { caller, organizationId, parameters }
    const idempotency = readIdempotency(operation, request, place)
    const guard = new RequestGuard(operation, request, place, idempotency)
    const call = { ...place, context, body: body.value as never, query: query.value as never, now: context.services.clock.now(), idempotency, visit, signedIn }
    const answer = await alone(running, idempotency, () => handle({ ...call, caller: { ...caller, guard } }))
    return send(reply, operation, confirm && !isDryRun(body.value) ? await confirmed(context, answer, guard, body.value) : answer)
  } catch (error) {
    if (error instanceof DoneBefore) return sendDoneBefore(reply, error)
    if (error instanceof AppError && isCommand(operation)) await noteRefusal(surface, operation, caller, parameters, error)
    throw error
  }
}

/**
 * Who calls: whoever shows a management key is its bearer, cookie or not; whoever does not, and has a session, is that person. Before
 * there is a session anybody calls, from a page of ours.
 */
async function authenticate(
  context: HttpContext,
  operation: Operation,
  request: FastifyRequest,
  organization: string | undefined,
): Promise<{ caller: Caller; visit: Visit | null; signedIn: SignedInPerson | null }> {
  const { raw, id } = request
  const origin = context.origin()
  const visit = { ...visitorOf(context, raw, id), sessionToken: readCookie(raw, 'session', origin), questionToken: readCookie(raw, 'question', origin) }
  if (operation.authority.kind === 'open') {
    if (operation.method !== 'GET') requireOwnOrigin(raw, origin)
    return { caller: strangerCaller(id), visit, signedIn: null }
  }
  const keyShown = raw.headersDistinct['authorization'] !== undefined
  if (!keyShown && (visit.sessionToken !== null || operation.authority.kind === 'person'))
    return { ...(await authenticatePerson(context, raw, id, organization)), visit }
  return { caller: await boundToPerson(context.services.database, authenticateManager(context, raw, id)), visit: null, signedIn: null }
}

/** Two at once with one `Idempotency-Key`: the second is told to come back. */
async function alone(running: Set<string>, idempotency: IdempotentRequest | null, work: () => Promise<Answer>): Promise<Answer> {
  if (idempotency === null) return work()
  const { scope } = idempotency
  if (running.has(scope)) throw new AppError('in_progress', 'The request with this Idempotency-Key is still running. Ask again in a moment.')
  running.add(scope)
  try {
    return await work()
  } finally {
    running.delete(scope)
  }
}

function sendDoneBefore(reply: FastifyReply, { answer }: DoneBefore): unknown {
  return reply.code(200).type('application/json; charset=utf-8').send(JSON.stringify(answer))
}

/** Nothing was taken away, so nobody refuses anything by it. */
function isDryRun(body: unknown): boolean {
  return (body as { dryRun?: unknown } | undefined)?.dryRun === true
}

async function confirmed(context: HttpContext, answer: Answer, guard: RequestGuard, body: unknown): Promise<Answer> {
  if (answer !== null && 'stream' in answer) return answer
  return {
    ...answer,
    body: {
      ...(answer?.body as object | undefined),
      propagation: await guard.propagation(context, (body as { command?: unknown } | undefined)?.command === 'activate'),
    },
    status: 200,
  }
}

function requireMediaType(operation: Operation, request: FastifyRequest): void {
  if (request.body === undefined) return
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  const taken = operation.consumes ?? ['application/json']
  if (!taken.includes(type)) throw new AppError('unsupported_media_type', `Send the body as ${taken.join(' or ')}.`)
}

function unexpectedQuery(query: unknown) {
  return Object.keys(query as object).map((name) => ({ path: `query.${name.slice(0, 60)}`, code: 'unknown_field', message: 'This address takes no query.' }))
}

function send(reply: FastifyReply, operation: Operation, answer: Answer): unknown {
  reply.code(operation.success.status)
  if (answer === null) return reply.send()
  if ('stream' in answer) {
    return reply.type(answer.contentType).header('Content-Disposition', `attachment; filename="${answer.fileName}"`).send(Readable.from(answer.stream))
  }
  if (answer.cookies !== undefined) reply.header('Set-Cookie', answer.cookies)
  if (operation.success.status === 204 && answer.body === null) return reply.send()
  if (answer.etag !== undefined) reply.header('ETag', answer.etag)
  if (answer.status !== undefined) reply.code(answer.status)
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer.body))
}

/** Reading the link of a message is a command in all but its method: with it somebody signs in. */
function isCommand({ id, method }: Operation & { id: OperationId }): boolean {
  return method !== 'GET' || id === 'outbox.get'
}

/**
 * A refused command is an audit event of its own: who tried what, and why it was refused. It stands with the organization of
 * whoever tried, so that nobody learns of another's.
 */
async function noteRefusal(
  { context, refused }: Surface,
  operation: Operation & { id: OperationId },
  caller: Caller,
  parameters: Record<string, string>,
  error: AppError,
): Promise<void> {
  if (operation.authority.kind === 'open') return
  const foreign = error.code === 'not_found' && caller.organizationId !== null && parameters.org !== undefined
  if (!foreign && error.code !== 'forbidden' && !isConflict(error)) return
  const named = parameters.org === undefined ? undefined : context.verifier.replica.organizationNamed(parameters.org)
  // A person of another organization, or of none, is told of at the installation.
  const organizationId = caller.organizationId === NO_ORGANIZATION ? null : (caller.organizationId ?? named?.id ?? null)
  const subject = parameters.key === undefined ? { kind: 'organization', id: organizationId ?? '' } : { kind: 'key', id: parameters.key.slice(0, 64) }
  await refused.note(caller, { organizationId, subject, operation: operation.id, code: error.code, reason: error.message })
}

const CONFLICTS: readonly string[] = [
  'cap_reached',
  'name_taken',
  'slug_taken',
  'status_conflict',
  'policy_conflict',
  'not_offered',
  'version_changed',
  'overlap_running',
  'no_overlap',
  'in_use',
  'precondition_failed',
  'count_changed',
  'organization_suspended',
  'already_member',
  'last_owner',
  'link_unusable',
  'wrong_address',
  'too_many_invitations',
  'step_up_required',
  'second_factor_missing',
]

function isConflict(error: AppError): boolean {
  return CONFLICTS.includes(error.code)
}
