import { AppError } from '@keywright/core/problem-code.ts'
import type { FastifyReply } from 'fastify'
import { redactSecrets } from '@keywright/core/secret/redact.ts'
import type { HttpContext } from '../context.ts'
import { toProblem } from '../problem.ts'

/** RFC 6749 section 5.2, RFC 8693 section 2.2.2, RFC 8707 section 2. */
export type OAuthErrorCode = 'invalid_request' | 'unsupported_grant_type' | 'invalid_scope' | 'invalid_target' | 'invalid_client'

/** A refusal in the words of OAuth, with our reason beside it. */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode
  readonly status: number
  readonly more: Record<string, unknown>
  readonly headers: Record<string, string>

  constructor(code: OAuthErrorCode, description: string, options: { status?: number; more?: Record<string, unknown>; headers?: Record<string, string> } = {}) {
    super(description)
    this.code = code
    this.status = options.status ?? 400
    this.more = options.more ?? {}
    this.headers = options.headers ?? {}
  }
}

/** What a client of OAuth understands, whatever was thrown. */
export function sendOAuthError(context: HttpContext, reply: FastifyReply, requestId: string, error: unknown): FastifyReply {
  const { status, code, description, more, headers } = describe(error, context, requestId)
  const support = context.supportContact === null ? {} : { support: context.supportContact }
  const body = { error: code, error_description: redactSecrets(description), ...more, request_id: requestId, ...support }
  return reply.code(status).headers(headers).type('application/json; charset=utf-8').send(JSON.stringify(body))
}

function describe(error: unknown, context: HttpContext, requestId: string) {
  if (error instanceof OAuthError) return { status: error.status, code: error.code, description: error.message, more: error.more, headers: error.headers }
  const problem = toProblem(error, { requestId, supportContact: context.supportContact })
  if (problem.status >= 500) context.log.error({ err: error, requestId }, 'a request failed')
  const reason = error instanceof AppError ? { reason: error.code } : {}
  // RFC 6749 section 5.2 has no name for what is our own doing; that of its section 4.1.2.1 is understood.
  const code = problem.status >= 500 ? 'server_error' : problem.status === 401 ? 'invalid_client' : 'invalid_request'
  return {
    status: problem.status,
    code,
    description: String(problem.body.detail),
    more: { ...(error instanceof AppError ? error.extra : {}), ...reason },
    headers: problem.headers,
  }
}
