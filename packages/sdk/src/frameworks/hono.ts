import type { IncomingMessage } from 'node:http'
import type { Verifier } from '../verifier/verifier.ts'
import { fromNode } from '../guard/guard.ts'
import { guardWeb, type WebGuardOptions } from '../guard/web.ts'

/** What is used of Hono's context. `env.incoming` is there where `@hono/node-server` serves. */
interface HonoLikeContext {
  req: { raw: Request }
  env?: unknown
  header(name: string, value: string): void
  set(name: 'keywright', value: unknown): void
}

/**
 * Middleware for Hono: `app.use(honoVerifier(verifier))`. Whoever is let in stands in `c.get('keywright')`: trust that, never an organization that
 * the request names itself. On Node each field is seen as it came, and the client's address is the connection's or what `trustedProxies` say.
 */
export function honoVerifier(verifier: Verifier, options: WebGuardOptions = {}) {
  return async (context: HonoLikeContext, next: () => Promise<void>): Promise<Response | void> => {
    const { incoming } = (context.env ?? {}) as { incoming?: IncomingMessage }
    const known = incoming?.rawHeaders === undefined ? null : fromNode(verifier, incoming)
    const result = await guardWeb(verifier, context.req.raw, options, known)
    if (!result.ok) return new Response(result.body, { status: result.status, headers: result.headers })
    context.set('keywright', result.key)
    await next()
    // Afterwards, so that a handler that makes a Response of its own has them too.
    for (const [name, value] of Object.entries(result.headers)) context.header(name, value)
  }
}
