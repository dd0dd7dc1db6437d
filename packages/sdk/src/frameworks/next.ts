import type { KeyFacts } from '@keywright/core/verification/decision.ts'
import type { Verifier } from '../verifier/verifier.ts'
import { guardWeb, type WebGuardOptions } from '../guard/web.ts'

/**
 * Wraps a route handler of Next (`app/.../route.ts`, Node runtime), or any other function from Request to Response:
 * `export const GET = withVerifier(verifier, async (request, { key }) => Response.json({ organization: key.organization }))`.
 * What Next gives as second argument is passed on beside `key`.
 */
export function withVerifier<Context extends object>(
  verifier: Verifier,
  handle: (request: Request, context: Context & { key: KeyFacts }) => Response | Promise<Response>,
  options: WebGuardOptions = {},
): (request: Request, context: Context) => Promise<Response> {
  return async (request, context) => {
    const result = await guardWeb(verifier, request, options)
    if (!result.ok) return new Response(result.body, { status: result.status, headers: result.headers })
    const answer = await handle(request, { ...context, key: result.key })
    // The fields of an answer that was fetched elsewhere cannot be changed, so it is made anew around the same body.
    const headers = new Headers(answer.headers)
    for (const [name, value] of Object.entries(result.headers)) headers.set(name, value)
    return new Response(answer.body, { status: answer.status, statusText: answer.statusText, headers })
  }
}
