import type { KeyFacts } from '@keywright/core/verification/decision.ts'
import type { Verifier } from '../verifier/verifier.ts'
import { guardWeb, type WebGuardOptions } from '../guard/web.ts'

/** How long the first requests wait for a verifier that is made with them. */
const START_SECONDS = 2

/**
 * Wraps a route handler of Next (`app/.../route.ts`, Node runtime), or any other function from Request to Response:
 * `export const GET = withVerifier(verifier, async (request, { key }) => Response.json({ organization: key.organization }))`.
 * What Next gives as second argument is passed on beside `key`.
 * @param verifier or what gives it, asked with each request: `next build` runs the modules of routes where there is no server and no key.
 */
export function withVerifier<Context extends object>(
  verifier: Verifier | (() => Verifier),
  handle: (request: Request, context: Context & { key: KeyFacts }) => Response | Promise<Response>,
  options: WebGuardOptions = {},
): (request: Request, context: Context) => Promise<Response> {
  return async (request, context) => {
    const result = await guardWeb(typeof verifier === 'function' ? await started(verifier()) : verifier, request, options)
    if (!result.ok) return new Response(result.body, { status: result.status, headers: result.headers })
    const answer = await handle(request, { ...context, key: result.key })
    // The fields of an answer that was fetched elsewhere cannot be changed, so it is made anew around the same body.
    const headers = new Headers(answer.headers)
    for (const [name, value] of Object.entries(result.headers)) headers.set(name, value)
    return new Response(answer.body, { status: answer.status, statusText: answer.statusText, headers })
  }
}

/** Where it does not become ready, the answer says so. */
async function started(verifier: Verifier): Promise<Verifier> {
  if (verifier.status.state === 'starting') await verifier.ready({ timeoutSeconds: START_SECONDS }).catch(() => {})
  return verifier
}
