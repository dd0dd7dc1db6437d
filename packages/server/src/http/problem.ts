import { AppError, PROBLEM_CODES, type ProblemCode } from '@keywright/core/problem-code.ts'
import { redactSecrets } from '@keywright/core/secret/redact.ts'

/** An RFC 9457 problem, ready to be written. */
export interface Problem {
  status: number
  body: Record<string, unknown>
  headers: Record<string, string>
}

export interface ProblemContext {
  requestId: string
  /** Whom to ask; null: nobody was configured. */
  supportContact: string | null
}

/** What a use case threw -> what is answered. Anything that is no AppError is a bug: 500 with the request id and nothing else. */
export function toProblem(error: unknown, context: ProblemContext): Problem {
  if (!(error instanceof AppError))
    return build(
      'internal',
      'Something went wrong on our side. Nothing was changed by this request unless it says so elsewhere; name the request id when you ask for help.',
      [],
      {},
      context,
    )
  return build(error.code, error.message, error.errors, error.extra, context)
}

function build(
  code: ProblemCode,
  detail: string,
  errors: AppError['errors'],
  extra: Record<string, unknown>,
  { requestId, supportContact }: ProblemContext,
): Problem {
  const { status, title } = PROBLEM_CODES[code]
  const body = {
    type: `urn:keywright:problem:${code}`,
    title,
    status,
    // A message may quote what was sent; a secret among it stays out of answers as it stays out of logs.
    detail: redactSecrets(detail),
    code,
    errors: errors.map((error) => ({ ...error, path: redactSecrets(error.path), message: redactSecrets(error.message) })),
    ...extra,
    requestId,
    ...(supportContact === null ? {} : { support: supportContact }),
  }
  return { status, body, headers: headersOf(code, extra) }
}

function headersOf(code: ProblemCode, { retryAfterSeconds }: Record<string, unknown>): Record<string, string> {
  if (code === 'unauthenticated') return { 'WWW-Authenticate': 'Bearer realm="keywright"' }
  return code === 'too_many_attempts' && typeof retryAfterSeconds === 'number' ? { 'Retry-After': String(retryAfterSeconds) } : {}
}
