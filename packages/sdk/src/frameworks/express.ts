import type { IncomingMessage, ServerResponse } from 'node:http'
import type { KeyFacts } from '@keywright/core/verification/decision.ts'
import type { Verifier } from '../verifier/verifier.ts'
import { fromNode, guard, type GuardOptions } from '../guard/guard.ts'

/** What is used of Express' request. `originalUrl` is the whole path, also below a mounted router. */
interface ExpressLikeRequest extends IncomingMessage {
  originalUrl?: string
  body?: unknown
  keywright?: KeyFacts
}

/**
 * Middleware for Express 4 and 5: `app.use(expressVerifier(verifier))`. Where the key or a companion stands in a JSON body, put it behind
 * `express.json()`. Whoever is let in stands in `request.keywright`: trust that, never an organization that the request names itself.
 */
export function expressVerifier(verifier: Verifier, options: GuardOptions = {}) {
  const answer = async (request: ExpressLikeRequest, response: ServerResponse): Promise<boolean> => {
    const result = await guard(verifier, fromNode(verifier, request, { path: request.originalUrl, body: request.body }), options)
    for (const [name, value] of Object.entries(result.headers)) response.setHeader(name, value)
    if (result.ok) {
      request.keywright = result.key
      return false
    }
    response.statusCode = result.status
    response.end(result.body)
    return true
  }
  return async (request: ExpressLikeRequest, response: ServerResponse, next: (error?: unknown) => void): Promise<void> => {
    let answered
    try {
      answered = await answer(request, response)
    } catch (error) {
      return next(error)
    }
    // Outside of the try: what the handlers behind it throw is theirs, and must not be told twice.
    if (!answered) next()
    return undefined
  }
}
