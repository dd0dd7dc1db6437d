import type { IncomingMessage } from 'node:http'
import { FORWARD_AUTH_API, MANAGEMENT_API, VERIFIER_API } from '@keywright/core/configuration/reserved.ts'
import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import type { Capability, Role } from '@keywright/core/permissions.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import type { CompiledApi } from '@keywright/core/verification/compiled-api.ts'
import type { Allowed, Decision } from '@keywright/core/verification/decision.ts'
import type { Caller } from '../management/services.ts'
import type { HttpContext } from './context.ts'
import { RememberedVerifiers } from './remembered-verifiers.ts'
import { addressOf, connectionAddress } from './request-facts.ts'

/** Management: whose key this is and what it may do. @throws AppError `unauthenticated`, `credential_repeated`. */
export function authenticateManager(context: HttpContext, request: IncomingMessage, requestId: string): Caller {
  const { key } = require(context, MANAGEMENT_API, request)
  const operator = key.organizationId === RESERVED_ORGANIZATION_ID
  return {
    actor: { kind: 'management-key', id: key.id, name: key.name },
    role: operator ? 'operator' : ((key.grant?.role ?? 'member') as Role),
    capabilities: new Set((key.grant?.capabilities ?? []) as Capability[]),
    organizationId: operator ? null : key.organizationId,
    requestId,
    ...(key.grant?.actsFor === undefined ? {} : { actsFor: key.grant.actsFor }),
  }
}

/** Who asks for decisions, and for which APIs. */
export interface VerifierCaller {
  keyId: string
  apis: readonly string[] | 'all'
}

const remembered = { authorization: new RememberedVerifiers(), 'keywright-verifier': new RememberedVerifiers() }

/** Verification over HTTP: the verifier key stands in Authorization; behind a proxy in `Keywright-Verifier`. */
export function authenticateVerifier(context: HttpContext, request: IncomingMessage, place: 'authorization' | 'keywright-verifier'): VerifierCaller {
  const { verifier } = context
  const values = request.headersDistinct[place]
  const field = values?.length === 1 ? (values[0] as string) : null
  const known = field === null ? null : remembered[place].find(field, verifier.replica, context.services.clock.now())
  if (known !== null) {
    verifier.repeat(known, addressFor(context, request, place), request.headersDistinct['user-agent']?.[0] ?? null)
    return { keyId: known.key.id, apis: known.key.grant?.apis ?? [] }
  }
  const decision = require(context, place === 'authorization' ? VERIFIER_API : FORWARD_AUTH_API, request)
  if (field !== null) remembered[place].keep(field, decision, verifier.replica)
  return { keyId: decision.key.id, apis: decision.key.grant?.apis ?? [] }
}

/** A proxy that asks for its client names the client in X-Forwarded-For; the verifier key is the proxy's, and so is its address. */
function addressFor(context: HttpContext, request: IncomingMessage, place: 'authorization' | 'keywright-verifier'): string | null {
  return place === 'keywright-verifier' ? connectionAddress(request) : addressOf(request, context.trustedProxies)
}

function require(context: HttpContext, slug: string, request: IncomingMessage): Allowed {
  const decision = decide(context, slug, request)
  if (decision.valid) return decision
  if (decision.reason === 'malformed' && decision.detail === 'header_repeated')
    throw new AppError('credential_repeated', 'The request carries the credential more than once; it is not clear which one counts.')
  if (slug === FORWARD_AUTH_API && decision.reason === 'missing')
    throw new AppError('unauthenticated', 'The proxy must show a verifier key in the field Keywright-Verifier.', { extra: { reason: 'missing' } })
  throw new AppError('unauthenticated', SENTENCES[decision.reason] ?? 'A valid credential is needed in the Authorization field.', {
    extra: { reason: decision.reason },
  })
}

function decide(context: HttpContext, slug: string, request: IncomingMessage): Decision {
  const headers = request.headersDistinct
  const address = addressFor(context, request, slug === FORWARD_AUTH_API ? 'keywright-verifier' : 'authorization')
  return context.verifier.decide(
    context.verifier.api(slug) as CompiledApi,
    // The URL was looked at before: a secret in it is refused by its own name.
    { request: { method: request.method ?? 'GET', path: '/', headers }, address },
    headers['user-agent']?.[0] ?? null,
  )
}

const SENTENCES: Partial<Record<Extract<Decision, { valid: false }>['reason'], string>> = {
  missing: 'A management key is needed in the Authorization field: "Authorization: Bearer kw_mgmt_..."; for verification, a verifier key.',
  wrong_carrier: 'The key stands in the wrong place. Send it as "Authorization: Bearer ...".',
  wrong_type: 'This is a key of another kind; here a management key, or for verification a verifier key, is needed.',
  removed: 'This key was removed. Issue another with "keywright management-keys issue", or on the host with "keywright bootstrap --again".',
  expired: 'This key has expired.',
  replaced: 'This secret was replaced by a newer one.',
  organization_suspended: 'The organization of this key is suspended.',
  ip_not_allowed: 'This key may not be used from this address.',
}
