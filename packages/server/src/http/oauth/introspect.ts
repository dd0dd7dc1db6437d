import { isReservedSlug } from '@keywright/core/configuration/reserved.ts'
import { introspectRequest } from '@keywright/core/contract/sessions.ts'
import { parseAddress } from '@keywright/core/network/address.ts'
import type { CompiledApi } from '@keywright/core/verification/compiled-api.ts'
import type { FastifyRequest } from 'fastify'
import { authenticateVerifier, type VerifierCaller } from '../authenticate.ts'
import type { HttpContext } from '../context.ts'
import { readForm } from './form.ts'
import { OAuthError } from './oauth-error.ts'

/**
 * `POST /v1/introspect`, RFC 7662: is this key or session token good, and whose is it. The same decision as `/v1/verify`, but it spends nothing
 * of a limit and tells no reason.
 */
export async function introspectToken(context: HttpContext, request: FastifyRequest): Promise<Record<string, unknown>> {
  const caller = authenticateVerifier(context, request.raw, 'authorization')
  const form = readForm(introspectRequest, request.body)
  const api = chooseApi(context, caller, form.api)
  const address = form.ip === undefined ? null : parseAddress(form.ip)
  if (address !== null && !address.ok) throw new OAuthError('invalid_request', 'The parameter "ip" is not an address.')
  const decision = context.verifier.decide(api, { secret: form.token.trim(), address: address === null ? null : address.value.text, cost: 0 }, null)
  if (!decision.valid) return { active: false }
  const { key } = decision
  const { session } = key
  const expiresAt = session?.expiresAt ?? key.expiresAt
  return {
    active: true,
    scope: key.scopes.join(' '),
    client_id: key.id,
    sub: key.id,
    token_type: 'Bearer',
    ...(expiresAt === null ? {} : { exp: Math.floor(expiresAt / 1000) }),
    ...(session === undefined
      ? {}
      : {
          iat: Math.floor(session.issuedAt / 1000),
          jti: session.id,
          iss: context.signing.issuer ?? undefined,
          ...(session.audience === null ? {} : { aud: session.audience }),
        }),
    organization: key.organization,
    organization_id: key.organizationId,
    environment: key.environment,
    key_type: key.type,
  }
}

function chooseApi(context: HttpContext, caller: VerifierCaller, slug: string | undefined): CompiledApi | null {
  if (slug === undefined && caller.apis === 'all') return null
  const name = slug ?? (caller.apis.length === 1 ? (caller.apis[0] as string) : null)
  if (name === null) throw new OAuthError('invalid_request', 'Name the API with the parameter "api": this verifier key is for several.')
  const forbidden = caller.apis !== 'all' && !caller.apis.includes(name)
  const api = forbidden || isReservedSlug(name) ? undefined : context.verifier.api(name)
  if (!api) throw new OAuthError('invalid_request', 'The parameter "api" names none that this verifier key is for.')
  return api
}
