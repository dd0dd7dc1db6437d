import { AppError } from '@keywright/core/problem-code.ts'
import { answerSecondFactor } from '../../management/sign-in/ask-second-factor.ts'
import { csrfTokenOf } from '../../management/sign-in/find-session.ts'
import { requestLink, resetPassword, signInWithLink } from '../../management/sign-in/mailed-links.ts'
import { register } from '../../management/sign-in/register.ts'
import type { GivenCode } from '../../management/sign-in/second-factor.ts'
import { isSetUpNeeded, type SetUp, setUp } from '../../management/sign-in/set-up-link.ts'
import { type SignInOutcome, signInWithPassword } from '../../management/sign-in/sign-in-with-password.ts'
import type { StartedSession } from '../../management/sign-in/start-session.ts'
import { clearCookie, setCookie } from '../cookies.ts'
import { type Answer, handler, type Handlers, type Visit } from '../handler.ts'
import type { HttpContext } from '../context.ts'

export const signInHandlers: Handlers = {
  'sign-in.options': handler(async ({ context }) => {
    const { reader, build } = context.services.database
    return {
      body: {
        setUp: await isSetUpNeeded(reader, build),
        password: true,
        magicLink: context.mailConfigured,
        oidc: context.singleSignOn === null ? null : { label: context.singleSignOn.label },
        supportContact: context.supportContact,
      },
    }
  }),
  'sign-in.set-up': handler<SetUp, unknown>(async ({ context, body, visit }) =>
    signedIn(context, await setUp(context.signIn, body, needed(visit), needed(visit).sessionToken)),
  ),
  'sign-in.password': handler<{ email: string; password: string }, unknown>(async ({ context, body, visit }) =>
    outcome(context, await signInWithPassword(context.signIn, body, needed(visit), needed(visit).sessionToken)),
  ),
  'sign-in.second-factor': handler<GivenCode, unknown>(async ({ context, body, visit }) => {
    const { questionToken, sessionToken } = needed(visit)
    return signedIn(context, await answerSecondFactor(context.signIn, questionToken, body, needed(visit), sessionToken))
  }),
  'sign-in.request-link': handler<{ email: string }, unknown>(async ({ context, body, visit }) => sent(context, 'sign-in-link', body.email, needed(visit))),
  'sign-in.link': handler<{ token: string }, unknown>(async ({ context, body, visit }) =>
    outcome(context, await signInWithLink(context.signIn, body.token, needed(visit), needed(visit).sessionToken)),
  ),
  'sign-in.request-password-reset': handler<{ email: string }, unknown>(async ({ context, body, visit }) =>
    sent(context, 'password-reset', body.email, needed(visit)),
  ),
  'sign-in.reset-password': handler<{ token: string; password: string }, unknown>(async ({ context, body, visit }) => {
    await resetPassword(context.signIn, body, needed(visit))
    const origin = context.origin()
    return { body: { status: 'changed' }, cookies: [clearCookie('session', origin), clearCookie('question', origin)] }
  }),
  'sign-in.register': handler<{ token: string; name: string; password: string }, unknown>(async ({ context, body, visit }) =>
    signedIn(context, await register(context.signIn, body, needed(visit), needed(visit).sessionToken)),
  ),
}

async function sent(context: HttpContext, kind: 'sign-in-link' | 'password-reset', email: string, visit: Visit): Promise<Answer> {
  await requestLink(context.signIn, kind, email, visit)
  context.wakeJobs()
  return { body: { sent: true } }
}

/** What an open operation has of the one who calls. */
export function needed(visit: Visit | null): Visit {
  if (visit === null) throw new AppError('unauthenticated', 'This is for people in the console.')
  return visit
}

export function outcome(context: HttpContext, result: SignInOutcome): Answer {
  if (result.kind === 'signed-in') return signedIn(context, result.session)
  return { body: { status: 'second-factor', csrfToken: null }, cookies: [setCookie('question', result.question, context.origin())] }
}

export function signedIn(context: HttpContext, session: StartedSession): Answer {
  const origin = context.origin()
  return {
    body: { status: 'signed-in', csrfToken: csrfTokenOf(session.token) },
    cookies: [setCookie('session', session.token, origin), clearCookie('question', origin)],
  }
}
