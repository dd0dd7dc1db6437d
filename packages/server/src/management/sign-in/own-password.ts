import { AppError } from '@keywright/core/problem-code.ts'
import { deleteOtherSessionsQuery, voidLinksQuery } from '../../store/sign-in.ts'
import type { Caller } from '../services.ts'
import { commit } from '../unit.ts'
import type { FoundSession } from './identity.ts'
import type { SignInServices, Visitor } from './sign-in-services.ts'
import { personalOf } from './visitor-caller.ts'

/** The password of somebody who is signed in: an open page is not enough for what changes how one signs in. @throws AppError `sign_in_refused`. */
export async function requireOwnPassword(
  { services, identity, throttle }: SignInServices,
  person: { id: string; email: string },
  password: string,
  visitor: Visitor,
): Promise<string> {
  const attempt = throttle.begin('password', person.email, visitor, services.clock.now())
  const hash = await identity.passwordHash(person.id)
  if (!(await identity.checkPassword(hash, password)) || hash === null)
    throw new AppError('sign_in_refused', hash === null ? 'You have no password yet: have a link sent to you that sets one.' : 'The password is not right.')
  attempt.passed()
  return hash
}

/** Every other session ends, and so does every link that was sent: whoever had the old password has nothing. */
export async function changePassword(
  signIn: SignInServices,
  caller: Caller,
  { id: sessionId, person }: FoundSession,
  given: { currentPassword: string; newPassword: string },
  visitor: Visitor,
): Promise<void> {
  const { services, identity } = signIn
  const before = await requireOwnPassword(signIn, person, given.currentPassword, visitor)
  const hash = await identity.hashPassword(given.newPassword)
  await commit(services, caller, async (unit) => {
    const store = identity.within(unit.transaction)
    if ((await store.passwordHash(person.id)) !== before) throw new AppError('sign_in_refused', 'The password was changed just now.')
    await store.putPassword(person.id, hash, unit.now)
    unit.defer(deleteOtherSessionsQuery(unit.build, person.id, sessionId))
    unit.defer(voidLinksQuery(unit.build, person.id))
    unit.audit({
      organizationId: null,
      action: 'person.password_changed',
      subject: { kind: 'person', id: person.id },
      detail: {},
      personal: personalOf(visitor),
    })
  })
}
