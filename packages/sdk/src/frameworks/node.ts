import type { IncomingMessage, ServerResponse } from 'node:http'
import type { KeyFacts } from '@keywright/core/verification/decision.ts'
import type { Verifier } from '../verifier/verifier.ts'
import { fromNode, guard, type GuardOptions } from '../guard/guard.ts'

/**
 * For plain `node:http`: `const key = await check(request, response)`, null where the refusal was answered already.
 * @returns a function that takes the request, the response and, where the key or a companion stands in a JSON body, its text.
 */
export function nodeVerifier(verifier: Verifier, options: GuardOptions = {}) {
  return async (request: IncomingMessage, response: ServerResponse, body?: string): Promise<KeyFacts | null> => {
    const result = await guard(verifier, fromNode(verifier, request, { body }), options)
    for (const [name, value] of Object.entries(result.headers)) response.setHeader(name, value)
    if (result.ok) return result.key
    response.statusCode = result.status
    response.end(result.body)
    return null
  }
}
