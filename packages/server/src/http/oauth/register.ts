import { OPERATIONS, type OperationId } from '@keywright/core/contract/operations.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { decodeUtf8 } from '../body.ts'
import type { HttpContext } from '../context.ts'
import { exchangeToken } from './exchange.ts'
import { introspectToken } from './introspect.ts'
import { sendOAuthError } from './oauth-error.ts'
import { revokeToken } from './revoke.ts'

const FORM = 'application/x-www-form-urlencoded'

type Answer = (context: HttpContext, request: FastifyRequest) => Promise<Record<string, unknown>>

const ANSWERS: Partial<Record<OperationId, Answer>> = {
  'oauth.token': exchangeToken,
  'oauth.jwks': async ({ services, verifier }) => ({
    keys: verifier.replica.sessions
      .signingKeys(services.clock.now())
      .map(({ kid, publicKey }) => ({ kty: 'OKP', crv: 'Ed25519', x: publicKey, kid, use: 'sig', alg: 'EdDSA' })),
  }),
  introspect: introspectToken,
  revoke: revokeToken,
}

/** The operations that speak as the RFCs of OAuth want it: forms in, `{error, error_description}` out. */
export function registerOAuth(app: FastifyInstance, context: HttpContext): void {
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(FORM, { parseAs: 'buffer' }, async (_request: FastifyRequest, bytes: Buffer) => decodeUtf8(bytes))
    scope.setErrorHandler((error, request, reply) => sendOAuthError(context, reply, request.id, fromFastify(error)))
    for (const operation of OPERATIONS) {
      if (operation.protocol !== 'oauth') continue
      const answer = ANSWERS[operation.id]
      if (!answer) throw new Error(`operation ${operation.id} has no handler`)
      scope.route({
        method: operation.method,
        url: operation.path,
        bodyLimit: operation.bodyLimit ?? 16_384,
        exposeHeadRoute: false,
        config: { operation: operation.id },
        handler: async (request, reply) => {
          // A query would end up in logs; RFC 6749 section 3.2 wants parameters in the body alone.
          if (request.url.includes('?')) throw new AppError('invalid_request', 'Parameters belong into the body; this address takes no query.')
          return reply.type('application/json; charset=utf-8').send(JSON.stringify(await answer(context, request)))
        },
      })
    }
  })
}

function fromFastify(error: unknown): unknown {
  const { statusCode } = error as { statusCode?: number }
  if (error instanceof AppError || statusCode === undefined) return error
  if (statusCode === 413) return new AppError('body_too_large', 'The body is larger than this address takes.')
  if (statusCode === 415) return new AppError('unsupported_media_type', `Send the body as ${FORM}.`)
  return statusCode < 500 ? new AppError('malformed_body', 'The request cannot be read.') : error
}
