import { operationById } from '@keywright/core/contract/operations.ts'
import type { FastifyRequest } from 'fastify'
import { revokeKeyByPossession, revokeSessionByPossession } from '../../management/sessions/revoke-by-possession.ts'
import type { HttpContext } from '../context.ts'
import { addressOf } from '../request-facts.ts'
import { readForm } from './form.ts'

/**
 * `POST /v1/revoke`, RFC 7009: whoever holds a key or a session token ends it, as far as the type allows. Section 2.2: the answer is the same whether
 * it was known or not.
 */
export async function revokeToken(context: HttpContext, request: FastifyRequest): Promise<Record<string, unknown>> {
  const form = readForm(operationById('revoke').body as never, request.body) as { token: string }
  const token = form.token.trim()
  const from = { address: addressOf(request.raw, context.trustedProxies), requestId: request.id }
  const claims = context.verifier.sessionOf(token)
  if (claims !== null) await revokeSessionByPossession(context.services, claims, from)
  else await revokeKeyByPossession(context.services, token, from)
  return {}
}
