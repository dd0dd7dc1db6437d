import { fillPath, pathParameters, queryString } from '@keywright/sdk/client/base-url.ts'
import { KeywrightError, readProblem } from '@keywright/sdk/client/keywright-error.ts'
import { ENDPOINTS, type Answer, type Input, type OperationId } from './contract.ts'
import { text } from '../text/common.ts'

export interface CallOptions {
  signal?: AbortSignal
  /** The same text for the same thing to be made: a repeated call makes it once. */
  idempotencyKey?: string
  /** An ETag, usually `etagOf(data)`: refused with `precondition_failed` when somebody changed the thing since. */
  ifMatch?: string | null
  /** Of a change that takes access away: the answer says who refuses by now. */
  confirm?: boolean
  /** A body that is sent as it is, such as a configuration file as YAML. */
  file?: { text: string; type: string }
}

/** Of the session: kept in memory only, so that nothing at rest can send a changing request. */
let csrfToken: string | null = null
/** Who the pages of this window are shown to; null: not known yet. */
let shownTo: string | null = null

/** What proves to the server that a changing request comes from this page ended with the session. The page is still that person's. */
export function forgetCsrfToken(): void {
  csrfToken = null
}

/** The page is nobody's any more, and about to be another person's. */
export function forgetSession(): void {
  csrfToken = null
  shownTo = null
}

const etags = new WeakMap<object, string>()

/** The ETag that came with this answer; null where none did. */
export function etagOf(data: object | undefined): string | null {
  return (data === undefined ? undefined : etags.get(data)) ?? null
}

/**
 * Calls the server as the person who is signed in. Throws KeywrightError: a problem of the server with its fields' errors, or
 * `unreachable`.
 */
export async function call<Id extends OperationId>(id: Id, input: Input<Id>, options: CallOptions = {}): Promise<Answer<Id>> {
  const changes = ENDPOINTS[id].method !== 'GET'
  if (changes && csrfToken === null && !isBeforeSession(id)) await readCsrfToken()
  try {
    return await send(id, input, options)
  } catch (error) {
    // Another window signed in anew: the cookie is of the new session, the token here of the old one.
    if (!changes || !isKeywrightError(error, 'csrf_refused') || isBeforeSession(id)) throw error
    await readCsrfToken()
    return await send(id, input, options)
  }
}

export function isKeywrightError(error: unknown, ...codes: readonly KeywrightError['code'][]): error is KeywrightError {
  return error instanceof KeywrightError && (codes.length === 0 || codes.includes(error.code))
}

function isBeforeSession(id: OperationId): boolean {
  return id.startsWith('sign-in.') || id === 'invitations.look-up'
}

async function readCsrfToken(): Promise<void> {
  const before = shownTo
  csrfToken = null
  await send('me.person', {}, {})
  // What one person asked for is never done in the name of another.
  if (before !== null && before !== shownTo) throw new KeywrightError({ code: 'csrf_refused', status: 403, detail: text.problems.otherPerson })
}

async function send<Id extends OperationId>(id: Id, input: Input<Id>, options: CallOptions): Promise<Answer<Id>> {
  const { method, path: template } = ENDPOINTS[id]
  const values = input as Record<string, unknown>
  const inPath = new Set(pathParameters(template))
  const rest = Object.fromEntries(Object.entries(values).filter(([name, value]) => !inPath.has(name) && value !== undefined))
  const query = method === 'GET' || method === 'DELETE' ? { ...rest, ...(options.confirm ? { confirm: true } : {}) } : options.confirm ? { confirm: true } : {}
  const headers: Record<string, string> = { accept: 'application/json, application/problem+json' }
  if (method !== 'GET' && csrfToken !== null) headers['keywright-csrf'] = csrfToken
  if (options.idempotencyKey !== undefined) headers['idempotency-key'] = options.idempotencyKey
  if (typeof options.ifMatch === 'string') headers['if-match'] = options.ifMatch
  const body = method === 'GET' || method === 'DELETE' ? undefined : (options.file?.text ?? JSON.stringify(rest))
  if (body !== undefined) headers['content-type'] = options.file?.type ?? 'application/json'

  const response = await reach(fillPath(template, values) + queryString(query), {
    method,
    headers,
    credentials: 'same-origin',
    redirect: 'error',
    ...(body === undefined ? {} : { body }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
  if (response.status === 204) return undefined as Answer<Id>
  const parsed = await parse(response)
  if (!response.ok) throw readProblem(withRetryAfter(parsed, response), response.status) ?? unreadable(response)
  if (typeof parsed !== 'object' || parsed === null) throw unreadable(response)
  const etag = response.headers.get('etag')
  if (etag !== null) etags.set(parsed, etag)
  if (id === 'me.person' || id.startsWith('sign-in.')) learnSession(parsed)
  return parsed as Answer<Id>
}

/** How long to wait stands in a header; pages read it as `extra.retryAfterSeconds`. */
function withRetryAfter(problem: unknown, response: Response): unknown {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return typeof problem === 'object' && problem !== null && Number.isFinite(seconds) ? { retryAfterSeconds: seconds, ...problem } : problem
}

function learnSession(answer: object): void {
  if ('csrfToken' in answer && typeof answer.csrfToken === 'string') csrfToken = answer.csrfToken
  if ('memberships' in answer && 'id' in answer && typeof answer.id === 'string') shownTo = answer.id
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init)
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw new KeywrightError({ code: 'unreachable', detail: text.problems.unreachable })
  }
}

async function parse(response: Response): Promise<unknown> {
  try {
    return (await response.json()) as unknown
  } catch {
    return undefined
  }
}

function unreadable(response: Response): KeywrightError {
  return new KeywrightError({ code: 'unreadable_answer', status: response.status, detail: text.problems.unreadable(response.status) })
}
