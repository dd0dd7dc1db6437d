import type { IncomingMessage } from 'node:http'
import type { KeyFacts } from '@keywright/core/verification/decision.ts'
import type { Verifier } from '../verifier/verifier.ts'
import { fromNode, guard, type GuardOptions } from '../guard/guard.ts'

/** What is used of Fastify's request and reply. */
interface FastifyLikeRequest {
  raw: IncomingMessage
  body?: unknown
  keywright?: KeyFacts
}
interface FastifyLikeReply {
  code(status: number): this
  headers(values: Record<string, string>): this
  send(payload?: unknown): unknown
}

export interface FastifyGuardOptions extends GuardOptions {
  /** The key or a companion stands in a JSON body: then use the hook `preValidation`, where the body was read. Text is better than the object parsed from it. */
  readsBody?: boolean
}

/**
 * A hook for Fastify: `app.addHook('onRequest', fastifyVerifier(verifier))`, or `preValidation` where the API has a body carrier.
 * Whoever is let in stands in `request.keywright`: trust that, never an organization that the request names itself.
 */
export function fastifyVerifier(verifier: Verifier, options: FastifyGuardOptions = {}) {
  return async (request: FastifyLikeRequest, reply: FastifyLikeReply): Promise<unknown> => {
    const { readsBody = false } = options
    const result = await guard(verifier, fromNode(verifier, request.raw, { body: readsBody ? request.body : undefined }), options)
    reply.headers(result.headers)
    if (!result.ok) return reply.code(result.status).send(result.body)
    request.keywright = result.key
    return undefined
  }
}
