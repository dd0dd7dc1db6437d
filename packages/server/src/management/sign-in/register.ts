import { makeId } from '@keywright/core/id.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { insertPersonQuery, personByEmail } from '../../store/people.ts'
import { acceptInUnit, findByToken } from '../invitations/accept-invitation.ts'
import { commit } from '../unit.ts'
import type { SignInServices, Visitor } from './sign-in-services.ts'
import { type StartedSession, startSessionInUnit } from './start-session.ts'
import { personalOf, personCaller } from './visitor-caller.ts'

/**
 * A new person through an invitation: the mailed token proves the address. Person, password, membership and session are one transaction.
 * @throws AppError `link_unusable`, `already_member` where somebody has that address.
 */
export async function register(
  signIn: SignInServices,
  { token, name, password }: { token: string; name: string; password: string },
  visitor: Visitor,
  before: string | null,
): Promise<StartedSession> {
  const { services, identity, throttle } = signIn
  const { database, clock } = services
  const attempt = throttle.begin('link', 'register', visitor, clock.now())
  await findByToken({ transaction: database.reader, build: database.build, now: clock.now() }, token)
  attempt.passed()
  const hash = await identity.hashPassword(password)
  const id = makeId('person', clock.now(), services.random(10))
  return commit(services, personCaller({ id, name }, [], null, visitor.requestId), async (unit) => {
    const invitation = await findByToken(unit, token)
    const { email } = invitation
    if (await personByEmail(unit.transaction, unit.build, email))
      throw new AppError('already_member', 'Somebody is registered with this address. Sign in, and accept the invitation then.')
    const person = { id, email, name, emailVerified: true, secondFactor: false, createdAt: unit.now, updatedAt: unit.now, lastSeenAt: unit.now }
    await unit.transaction.run(insertPersonQuery(unit.build, person))
    await identity.within(unit.transaction).putPassword(id, hash, unit.now)
    unit.audit({
      organizationId: null,
      action: 'person.registered',
      subject: { kind: 'person', id },
      detail: { invitation: invitation.id },
      personal: personalOf(visitor, { email, name }),
    })
    await acceptInUnit(services, unit, invitation, person)
    return startSessionInUnit(signIn, unit, { person, method: 'register', visitor, provenAt: null, before })
  })
}
