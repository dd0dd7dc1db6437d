import { AppError } from '@keywright/core/problem-code.ts'
import { beginSingleSignOn } from '../../management/sign-in/begin-single-sign-on.ts'
import { findSignedIn } from '../../management/sign-in/find-session.ts'
import { setCookie } from '../cookies.ts'
import { handler, type Handlers } from '../handler.ts'
import { needed } from './sign-in.ts'

export const singleSignOnHandlers: Handlers = {
  'sign-in.oidc': handler<{ returnTo: string }, unknown>(async ({ context, body, visit }) => {
    const { signIn, singleSignOn, log } = context
    if (singleSignOn === null) throw new AppError('not_found', 'There is no single sign-on here.')
    const visitor = needed(visit)
    const signedIn =
      visitor.sessionToken === null
        ? null
        : await findSignedIn(signIn, visitor.sessionToken, (err) => log.error({ err }, 'the use of a session could not be stored'))
    const question = { returnTo: body.returnTo, session: signedIn?.session ?? null }
    const { url, cookie } = await beginSingleSignOn(signIn, singleSignOn, question, visitor)
    return { body: { url }, cookies: [setCookie('sign-on', cookie, context.origin())] }
  }),
}
