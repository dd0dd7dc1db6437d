import { AppError } from '@keywright/core/problem-code.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { CALLBACK_PATH } from '../../management/sign-in/begin-single-sign-on.ts'
import { finishSingleSignOn, reasonOf } from '../../management/sign-in/finish-single-sign-on.ts'
import { sessionOf, visitorOf } from '../authenticate-person.ts'
import type { HttpContext } from '../context.ts'
import { clearCookie, readCookie, setCookie } from '../cookies.ts'

/**
 * Where the provider of single sign-on sends a browser back to. It comes from another site, so nothing but the question's cookie tells
 * that it is the browser that asked; the answer is always a page of the console, whatever happened.
 */
export function registerSingleSignOn(app: FastifyInstance, context: HttpContext): void {
  app.get(CALLBACK_PATH, async (request, reply) => {
    const origin = context.origin()
    const { location, cookies } = await answer(context, request)
    return reply.header('Set-Cookie', [...cookies, clearCookie('sign-on', origin)]).redirect(location, 303)
  })
}

async function answer(context: HttpContext, request: FastifyRequest): Promise<{ location: string; cookies: string[] }> {
  const { raw, id } = request
  const origin = context.origin()
  try {
    if (context.singleSignOn === null) throw new AppError('not_found', 'There is no single sign-on here.')
    const query = new URL(raw.url ?? '/', 'http://localhost').searchParams
    const signedIn = await sessionOf(context, raw)
    const cookie = readCookie(raw, 'sign-on', origin)
    const { returnTo, session } = await finishSingleSignOn(context.signIn, context.singleSignOn, { query, cookie, signedIn }, visitorOf(context, raw, id))
    return { location: returnTo, cookies: session === null ? [] : [setCookie('session', session.token, origin), clearCookie('question', origin)] }
  } catch (error) {
    const reason = reasonOf(error)
    if (reason === null && !(error instanceof AppError)) context.log.error({ err: error, requestId: id }, 'a single sign-on failed')
    else context.log.warn({ requestId: id, reason, cause: nameOf(error) }, 'a single sign-on was refused')
    return { location: `/sign-in?refused=${reason ?? 'failed'}`, cookies: [] }
  }
}

/** What the library calls the failure; what the provider sent is not ours to log. */
function nameOf(error: unknown): string | null {
  const { cause } = error as { cause?: { code?: unknown; name?: unknown } }
  const name = cause?.code ?? cause?.name
  return typeof name === 'string' ? name : null
}
