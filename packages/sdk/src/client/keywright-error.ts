import type { FieldError, ProblemCode } from '@keywright/core/problem-code.ts'

/** What the client itself finds wrong; the server's codes are core's closed table. */
export type ClientErrorCode =
  /** The URL given to the client cannot be used. */
  | 'invalid_url'
  /** The URL would send the key unencrypted beyond this machine. */
  | 'insecure_url'
  /** The key given to the client cannot stand in a header field. */
  | 'invalid_key'
  /** A parameter of the call cannot stand in a path. */
  | 'invalid_argument'
  /** No answer: no connection, or it broke. Whether a change was made is not known. */
  | 'unreachable'
  /** No answer in time. Whether a change was made is not known. */
  | 'timed_out'
  /** The answer was a redirect; the key is not carried on. */
  | 'redirect_refused'
  /** The request with this idempotency key was done before; its secret is not shown twice. What was made stands in `extra`. */
  | 'done_before'
  /** The answer is not Keywright's: HTML of a proxy, cut-off JSON. */
  | 'unreadable_answer'
  /** The verifier cannot decide (yet): no connection, no answer, an answer of something else. It goes on trying. */
  | 'not_ready'
  /** The server refuses the verifier key, or the API is not the key's. */
  | 'verifier_refused'

export type KeywrightErrorCode = ProblemCode | ClientErrorCode

export interface KeywrightErrorFields {
  code: KeywrightErrorCode
  detail: string
  status?: number | null
  errors?: FieldError[]
  requestId?: string | null
  support?: string | null
  extra?: Record<string, unknown>
}

/** Every way a call fails: a problem (RFC 9457) that the server answered, or one of the client's own. Never carries the key. */
export class KeywrightError extends Error {
  override readonly name = 'KeywrightError'
  /** HTTP status of the answer; null where there was none. */
  readonly status: number | null
  /** What to switch on; permanent. */
  readonly code: KeywrightErrorCode
  /** Every mistake of the request, each with its path. */
  readonly errors: readonly FieldError[]
  /** To be told to whoever runs the server. */
  readonly requestId: string | null
  /** Who can help. */
  readonly support: string | null
  /** Further members of the problem, e.g. `{max: 5}`. */
  readonly extra: Readonly<Record<string, unknown>>

  constructor(fields: KeywrightErrorFields) {
    super(fields.detail)
    this.code = fields.code
    this.status = fields.status ?? null
    this.errors = fields.errors ?? []
    this.requestId = fields.requestId ?? null
    this.support = fields.support ?? null
    this.extra = fields.extra ?? {}
  }

  toJSON(): Record<string, unknown> {
    return { ...this.extra, code: this.code, status: this.status, detail: this.message, errors: this.errors, requestId: this.requestId, support: this.support }
  }
}

const KNOWN = new Set(['type', 'title', 'status', 'detail', 'code', 'errors', 'requestId', 'support'])

/** A parsed JSON body -> the error it describes; null when it is no problem of Keywright's. */
export function readProblem(body: unknown, status: number): KeywrightError | null {
  if (typeof body !== 'object' || body === null) return null
  const problem = body as Record<string, unknown>
  if (typeof problem['code'] !== 'string') return null
  return new KeywrightError({
    code: problem['code'] as ProblemCode,
    detail: text(problem['detail']) ?? text(problem['title']) ?? `The server answered ${status}.`,
    status,
    errors: Array.isArray(problem['errors']) ? problem['errors'].filter(isFieldError) : [],
    requestId: text(problem['requestId']),
    support: text(problem['support']),
    extra: Object.fromEntries(Object.entries(problem).filter(([name]) => !KNOWN.has(name))),
  })
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function isFieldError(value: unknown): value is FieldError {
  return (
    typeof value === 'object' && value !== null && 'path' in value && 'message' in value && typeof value.path === 'string' && typeof value.message === 'string'
  )
}
