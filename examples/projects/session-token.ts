import type { FastifyReply, FastifyRequest } from 'fastify'
import { problem } from '../shared/keywright.ts'

const { KEYWRIGHT_URL = 'http://127.0.0.1:4400', VERIFIER_KEY = '' } = process.env

/** Gives a session token for a master token (RFC 8693): Keywright judges the master token and signs the session. */
export async function exchange(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const fields = request.raw.headersDistinct.authorization ?? []
  const [, master] = fields.length === 1 ? (/^Bearer +(\S+)$/i.exec(fields[0] as string) ?? []) : []
  if (master === undefined) {
    reply.header('WWW-Authenticate', 'Bearer')
    return problem(reply, 401, { title: 'Send the master token as "Authorization: Bearer"', reason: fields.length > 1 ? 'malformed' : 'missing' })
  }
  const response = await fetch(`${KEYWRIGHT_URL}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Bearer ${VERIFIER_KEY}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: master,
      subject_token_type: 'urn:keywright:params:oauth:token-type:api-key',
    }),
    signal: AbortSignal.timeout(5_000),
  })
  const answer = (await response.json()) as { access_token?: string; reason?: string; error?: string; error_description?: string }
  if (response.ok && answer.access_token !== undefined) return { data: answer.access_token }
  if (response.status >= 500) throw Object.assign(new Error('Tokens cannot be checked at the moment. Try again.'), { statusCode: 503 })
  const status = response.status === 403 || response.status === 429 ? response.status : 401
  const retryAfter = response.headers.get('retry-after')
  if (retryAfter !== null) reply.header('Retry-After', retryAfter)
  if (status === 401) reply.header('WWW-Authenticate', 'Bearer error="invalid_token"')
  return problem(reply, status, { title: 'The master token was refused', reason: answer.reason ?? answer.error, detail: answer.error_description })
}
