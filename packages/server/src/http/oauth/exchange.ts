import { ACCESS_TOKEN_TYPE, API_KEY_TYPE, TOKEN_EXCHANGE, tokenRequest } from '@keywright/core/contract/sessions.ts'
import { makeId } from '@keywright/core/id.ts'
import { LONGEST_TOKEN } from '@keywright/core/session-token/parse.ts'
import type { Denied } from '@keywright/core/verification/decision.ts'
import type { FastifyRequest } from 'fastify'
import { SYSTEM_MINT } from '../../management/sessions/mint-caller.ts'
import type { HttpContext } from '../context.ts'
import { addressOf } from '../request-facts.ts'
import { readForm } from './form.ts'
import { OAuthError } from './oauth-error.ts'

const JWT_TYPE = 'urn:ietf:params:oauth:token-type:jwt'

/** `POST /oauth2/token`, RFC 8693: a key for a session token. Writes nothing before it answers. */
export async function exchangeToken(context: HttpContext, request: FastifyRequest): Promise<Record<string, unknown>> {
  const form = readForm(tokenRequest, request.body)
  if (form.grant_type !== TOKEN_EXCHANGE) throw new OAuthError('unsupported_grant_type', `Only ${TOKEN_EXCHANGE} is known here.`)
  if (form.subject_token_type !== API_KEY_TYPE && form.subject_token_type !== ACCESS_TOKEN_TYPE)
    throw new OAuthError('invalid_request', `subject_token_type must be ${API_KEY_TYPE} or ${ACCESS_TOKEN_TYPE}.`)
  if (form.requested_token_type !== undefined && form.requested_token_type !== ACCESS_TOKEN_TYPE && form.requested_token_type !== JWT_TYPE)
    throw new OAuthError('invalid_request', `requested_token_type must be ${ACCESS_TOKEN_TYPE}.`)
  const { services, verifier, signing } = context
  const scopes = form.scope === undefined ? null : form.scope.split(' ').filter((scope) => scope !== '')
  const address = addressOf(request.raw, context.trustedProxies)
  const ask = { secret: form.subject_token.trim(), address, scopes, audience: form.audience ?? null }
  // The first token of all waits for a signing key; nobody gets one made who may not mint.
  if (!signing.isReady && verifier.mayMint(ask)) await signing.ready(SYSTEM_MINT)

  // From here on nothing is awaited: the decision is still true when the token is signed.
  const now = services.clock.now()
  const client = request.headers['user-agent']?.slice(0, 200) ?? null
  const decision = verifier.mint(ask, client)
  if (!decision.valid) throw refusal(decision)
  const { grant } = decision
  const sessionId = makeId('session', now, services.random(10))
  const token = signing.sign({ ...grant, sessionId })
  if (token.length > LONGEST_TOKEN)
    throw new OAuthError('invalid_scope', 'The scopes of this key do not fit into a token. Ask for fewer with the parameter "scope".')
  const { keyId, secretVersion, epoch, issuedAt, expiresAt, audience } = grant
  context.sessions.record({ id: sessionId, keyId, secretVersion, epoch, issuedAt, expiresAt, audience, address, client, endedAt: null })
  return {
    access_token: token,
    issued_token_type: ACCESS_TOKEN_TYPE,
    token_type: 'Bearer',
    expires_in: Math.floor((grant.expiresAt - now) / 1000),
    scope: grant.scopes.join(' '),
  }
}

/** RFC 8693 section 2.2.2: whatever is wrong with the key is `invalid_request`; which of it, our reason says. */
function refusal({ reason, detail, missing, successor, retryAfterSeconds }: Denied): OAuthError {
  const more = {
    reason,
    ...(detail === null ? {} : { detail }),
    ...(missing.length === 0 ? {} : { missing }),
    ...(successor === null ? {} : { successor }),
    ...(retryAfterSeconds === null ? {} : { retry_after_seconds: retryAfterSeconds }),
  }
  const code = detail === 'session_audience' ? 'invalid_target' : reason === 'insufficient_scope' ? 'invalid_scope' : 'invalid_request'
  const limited = reason === 'rate_limited' ? { status: 429, headers: { 'Retry-After': String(retryAfterSeconds ?? 1) } } : {}
  return new OAuthError(code, SENTENCES[reason] ?? `The key was refused: ${reason}.`, { more, ...limited })
}

const SENTENCES: Partial<Record<Denied['reason'], string>> = {
  malformed: 'subject_token is not a key.',
  unknown: 'This key is not known.',
  replaced: 'This key was replaced by a newer one.',
  pending: 'This key is not active yet. An administrator of its organization activates it.',
  inactive: 'This key is deactivated. An administrator of its organization activates it.',
  removed: 'This key was removed.',
  expired: 'This key has expired.',
  retired: 'Keys of this kind were retired.',
  wrong_type: 'Session tokens are not minted with this.',
  ip_not_allowed: 'This key may not be used from this address.',
  insufficient_scope: 'This key does not have that scope.',
  not_entitled: 'The package of this organization does not include this.',
  organization_suspended: 'The organization of this key is suspended.',
  rate_limited: 'Too many calls. Try again later.',
}
