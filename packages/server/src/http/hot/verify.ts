import type { IncomingMessage, ServerResponse } from 'node:http'
import { isReservedSlug } from '@keywright/core/configuration/reserved.ts'
import { type VerifyRequest, verifyRequest } from '@keywright/core/contract/verification.ts'
import { parseAddress } from '@keywright/core/network/address.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { formatInstant } from '@keywright/core/time.ts'
import { announcementOf } from '@keywright/core/verification/announcement.ts'
import { foldHeaders } from '@keywright/core/verification/carriers.ts'
import type { CompiledApi } from '@keywright/core/verification/compiled-api.ts'
import { type Decision, DENY_REASONS, type KeyFacts } from '@keywright/core/verification/decision.ts'
import type { VerificationRequest } from '@keywright/core/verification/request.ts'
import { authenticateVerifier, type VerifierCaller } from '../authenticate.ts'
import { parseJson } from '../body.ts'
import type { HttpContext } from '../context.ts'
import { newRequestId, refuseEncodedBody, refuseSecretInUrl } from '../request-facts.ts'
import { refuseIf, validate } from '../validate.ts'
import { writeJson, writeProblem } from './answer.ts'
import { announcementData, rateLimitData } from './announcement-data.ts'
import { readBody } from './read-body.ts'

/** `POST /v1/verify`: the exact decision, for whoever verifies. */
export async function answerVerify(context: HttpContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = newRequestId(context.services.clock.now())
  try {
    refuseSecretInUrl(request.url ?? '/')
    if (!context.isReady()) throw new AppError('shutting_down', 'The server is shutting down. Try again in a moment.')
    const caller = authenticateVerifier(context, request, 'authorization')
    if (request.url !== '/v1/verify' && request.url !== '/v1/verify?')
      refuseIf([{ path: 'query', code: 'unknown_field', message: 'This address takes no query.' }])
    if (!/^application\/json\s*(;|$)/i.test(request.headersDistinct['content-type']?.[0] ?? ''))
      throw new AppError('unsupported_media_type', 'Send the body as application/json.')
    refuseEncodedBody(request)
    const { value, errors } = validate(verifyRequest, parseJson(await readBody(request)), 'body')
    refuseIf(errors)
    const body = value as VerifyRequest
    const api = chooseApi(context, caller, body.api)
    const decision = context.verifier.decide(api, toRequest(body), clientOf(body))
    const more = {
      ...(decision.valid ? announcementData(announcementOf(decision, context.services.clock.now())) : {}),
      ...rateLimitData(context.verifier.rateLimits(decision)),
    }
    writeJson(response, 200, { ...present(decision, { api, body, requestId }), ...more }, requestId)
  } catch (error) {
    writeProblem(context, response, error, requestId)
  }
}

/** Null: the verifier key is for the whole installation and no API was named. */
function chooseApi(context: HttpContext, caller: VerifierCaller, slug: string | undefined): CompiledApi | null {
  if (slug === undefined) {
    if (caller.apis === 'all') return null
    if (caller.apis.length !== 1)
      throw new AppError('invalid_request', 'Name the API: this verifier key is for several.', {
        errors: [{ path: 'api', code: 'required', message: `Must be one of ${caller.apis.join(', ')}.` }],
      })
  }
  const name = slug ?? (caller.apis[0] as string)
  if (caller.apis !== 'all' && !caller.apis.includes(name)) throw new AppError('forbidden', `This verifier key is not for the API "${name}".`)
  const api = isReservedSlug(name) ? undefined : context.verifier.api(name)
  if (!api)
    throw new AppError('invalid_request', `There is no API "${name}".`, { errors: [{ path: 'api', code: 'unknown', message: `There is no API "${name}".` }] })
  return api
}

function toRequest(body: VerifyRequest): VerificationRequest {
  const { secret, request, ip, requiredScopes, types, organization, environment, cost } = body
  const address = ip === undefined || ip === null ? null : parseAddress(ip)
  if (address !== null && !address.ok)
    throw new AppError('invalid_request', address.error, { errors: [{ path: 'ip', code: 'invalid', message: address.error }] })
  return {
    ...(secret === undefined ? {} : { secret }),
    ...(request === undefined
      ? {}
      : {
          request: {
            method: request.method,
            path: request.path,
            headers: foldHeaders(request.headers),
            body: request.body,
            ...(request.host === undefined ? {} : { host: request.host }),
          },
        }),
    address: address === null ? null : address.value.text,
    ...(requiredScopes === undefined ? {} : { requiredScopes }),
    ...(types === undefined ? {} : { types }),
    ...(organization === undefined ? {} : { organization }),
    ...(environment === undefined ? {} : { environment }),
    ...(cost === undefined ? {} : { cost }),
  }
}

function clientOf(body: VerifyRequest): string | null {
  if (body.request === undefined) return null
  const field = foldHeaders(body.request.headers)['user-agent']
  return field?.[0] ?? null
}

function present(decision: Decision, { api, body, requestId }: { api: CompiledApi | null; body: VerifyRequest; requestId: string }): Record<string, unknown> {
  if (!decision.valid) {
    const { reason, detail, retryAfterSeconds, missing, successor, key } = decision
    return {
      valid: false,
      reason,
      ...(detail === null ? {} : { detail }),
      status: DENY_REASONS[reason],
      ...(retryAfterSeconds === null ? {} : { retryAfterSeconds }),
      ...(missing.length === 0 ? {} : { missing }),
      ...(successor === null ? {} : { successor }),
      ...(key === null ? {} : { key: presentVerifiedKey(key) }),
      requestId,
    }
  }
  const { deprecation } = decision
  return {
    valid: true,
    key: presentVerifiedKey(decision.key),
    ...(deprecation === null
      ? {}
      : {
          deprecation: {
            deprecatedAt: formatInstant(deprecation.deprecatedAt),
            retiresAt: formatInstant(deprecation.retiresAt),
            successor: deprecation.successor,
          },
        }),
    carrierChecked: body.request !== undefined,
    companionsChecked: api !== null,
    requestId,
  }
}

function presentVerifiedKey(key: KeyFacts) {
  const { id, type, organization, organizationId, environment, scopes, name, secretVersion, expiresAt } = key
  const { session } = key
  return {
    id,
    type,
    organization,
    organizationId,
    environment,
    scopes,
    name,
    secretVersion,
    expiresAt: expiresAt === null ? null : formatInstant(expiresAt),
    ...(session === undefined ? {} : { session: { id: session.id, expiresAt: formatInstant(session.expiresAt), audience: session.audience } }),
  }
}
