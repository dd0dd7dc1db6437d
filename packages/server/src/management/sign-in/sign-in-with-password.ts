import { AppError } from '@keywright/core/problem-code.ts'
import { foldEmail, personByEmail } from '../../store/people.ts'
import { commit } from '../unit.ts'
import { askSecondFactor } from './ask-second-factor.ts'
import { noteFailure } from './note-failure.ts'
import type { SignInServices, Visitor } from './sign-in-services.ts'
import { type StartedSession, startSessionInUnit } from './start-session.ts'
import { personCaller } from './visitor-caller.ts'

/** A session, or the question for the second factor with the token of its cookie. */
export type SignInOutcome = { kind: 'signed-in'; session: StartedSession } | { kind: 'second-factor'; question: string }

/**
 * E-mail and password. Whoever has no account, has one without a password, or types a wrong one gets the same answer after the same work.
 * @throws AppError `sign_in_refused`, `too_many_attempts`.
 */
export async function signInWithPassword(
  signIn: SignInServices,
  given: { email: string; password: string },
  visitor: Visitor,
  before: string | null,
): Promise<SignInOutcome> {
  const { services, identity, throttle } = signIn
  const { database, clock } = services
  const email = foldEmail(given.email)
  const attempt = throttle.begin('password', email, visitor, clock.now())
  const person = await personByEmail(database.reader, database.build, email)
  const hash = await identity.passwordHash(person?.id ?? '')
  if (!(await identity.checkPassword(hash, given.password)) || person === null || !person.emailVerified) {
    if (attempt.first) await noteFailure(signIn, person?.id ?? null, email, visitor, 'password')
    throw new AppError('sign_in_refused', 'E-mail or password is not right. If you have no password yet, have a link sent to you, or ask whoever invited you.')
  }
  attempt.passed()
  return commit(services, personCaller(person, [], null, visitor.requestId), async (unit) => {
    // The password may have been changed while this one was compared.
    if ((await identity.within(unit.transaction).passwordHash(person.id)) !== hash) throw new AppError('sign_in_refused', 'The password was changed just now.')
    if (person.secondFactor) return { kind: 'second-factor', question: await askSecondFactor(signIn, unit, person.id, 'password') }
    return { kind: 'signed-in', session: await startSessionInUnit(signIn, unit, { person, method: 'password', visitor, provenAt: null, before }) }
  })
}
