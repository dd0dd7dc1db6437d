import { AppError } from '@keywright/core/problem-code.ts'
import { personById } from '../../store/people.ts'
import { makeToken } from '../invitations/token.ts'
import { commit, type Unit } from '../unit.ts'
import { digestToken } from './database-adapter.ts'
import { QUESTION_MS } from './durations.ts'
import { SIGN_IN_METHODS, type SignInMethod } from './identity.ts'
import { type GivenCode, spendCode } from './second-factor.ts'
import type { SignInServices, Visitor } from './sign-in-services.ts'
import { noteFailure } from './note-failure.ts'
import { type StartedSession, startSessionInUnit } from './start-session.ts'
import { personCaller } from './visitor-caller.ts'

/** Asks somebody whose first factor was right. @returns the token of the question's cookie; it opens nothing but the question. */
export async function askSecondFactor({ services, identity }: SignInServices, unit: Unit, personId: string, method: SignInMethod): Promise<string> {
  const { token } = makeToken(services.random)
  await identity.within(unit.transaction).remember(nameOf(token), `${personId} ${method}`, unit.now + QUESTION_MS, unit.now)
  return token
}

/**
 * Answers the question. A wrong code leaves it standing, as often as the throttle allows.
 * @throws AppError `sign_in_refused`, `too_many_attempts`.
 */
export async function answerSecondFactor(
  signIn: SignInServices,
  question: string | null,
  given: GivenCode,
  visitor: Visitor,
  before: string | null,
): Promise<StartedSession> {
  const { services, identity, throttle } = signIn
  const { database, clock } = services
  const asked = question === null ? null : await identity.find(nameOf(question), clock.now())
  const [personId = '', method] = asked?.split(' ') ?? []
  const person = await personById(database.reader, database.build, personId)
  if (question === null || person === null) throw tooLate()
  const attempt = throttle.begin('second-factor', person.id, visitor, clock.now())
  const session = await commit(services, personCaller(person, [], null, visitor.requestId), async (unit) => {
    if ((await identity.within(unit.transaction).take(nameOf(question), unit.now)) !== asked) throw tooLate()
    await spendCode(services, unit, person.id, given)
    const how = SIGN_IN_METHODS.find((each) => each === method) ?? 'password'
    return startSessionInUnit(signIn, unit, { person, method: how, visitor, provenAt: unit.now, before })
  }).catch(async (error: unknown) => {
    if (attempt.first && error instanceof AppError && error.code === 'sign_in_refused')
      await noteFailure(signIn, person.id, person.email, visitor, 'second-factor')
    throw error
  })
  attempt.passed()
  return session
}

function nameOf(token: string): string {
  return `second-factor:${digestToken(token)}`
}

function tooLate(): AppError {
  return new AppError('sign_in_refused', 'This took too long, or was answered already. Sign in again.')
}
