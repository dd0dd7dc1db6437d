import { SINGLE_SIGN_ON_MS } from './durations.ts'
import type { FoundSession } from './identity.ts'
import { makeQuestion, nameOf } from './sign-on-question.ts'
import type { SignInServices, Visitor } from './sign-in-services.ts'
import type { SingleSignOn } from './single-sign-on.ts'

/** Where the provider sends the browser back to; the address that is registered there. */
export const CALLBACK_PATH = '/sign-in/oidc/callback'

/**
 * Begins a single sign-on. With a session it is a fresh proof of the one who has it.
 * @returns where to send the browser, and what its cookie holds until it comes back.
 * @throws AppError `sign_on_unavailable`, `too_many_attempts`.
 */
export async function beginSingleSignOn(
  { services, identity, throttle, origin }: SignInServices,
  signOn: SingleSignOn,
  { returnTo, session }: { returnTo: string; session: FoundSession | null },
  visitor: Visitor,
): Promise<{ url: string; cookie: string }> {
  const { database, clock, random } = services
  const { question, cookie } = makeQuestion(random, { returnTo, session: session?.id ?? null })
  // Of no account: only the address counts.
  throttle.begin('sign-on', question.state, visitor, clock.now())
  const url = await signOn.begin(`${origin()}${CALLBACK_PATH}`, question, session !== null)
  await database.write((transaction) =>
    identity.within(transaction).remember(nameOf(question.state), JSON.stringify(question), clock.now() + SINGLE_SIGN_ON_MS, clock.now()),
  )
  return { url, cookie }
}
