import { isId } from '@keywright/core/id.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { deleteSessionQuery, renamePersonQuery } from '../../store/sign-in.ts'
import type { Caller, Services } from '../services.ts'
import { commit } from '../unit.ts'
import type { SignedIn } from './find-session.ts'
import type { SignInServices, Visitor } from './sign-in-services.ts'
import { personalOf } from './visitor-caller.ts'

export async function signOut({ services, identity }: SignInServices, caller: Caller, { session, token }: SignedIn, visitor: Visitor): Promise<void> {
  await commit(services, caller, async (unit) => {
    await identity.within(unit.transaction).endSession(token)
    unit.audit({
      organizationId: null,
      action: 'person.signed_out',
      subject: { kind: 'person', id: session.person.id },
      detail: { session: session.id },
      personal: personalOf(visitor),
    })
  })
}

/** One of one's own sessions; another's does not exist. @throws AppError `not_found`. */
export async function endOwnSession(services: Services, caller: Caller, personId: string, sessionId: string): Promise<void> {
  await commit(services, caller, async (unit) => {
    const { changes } = isId('session', sessionId) ? await unit.transaction.run(deleteSessionQuery(unit.build, personId, sessionId)) : { changes: 0 }
    if (changes === 0) throw new AppError('not_found', 'There is no such session, or it has ended already.')
    unit.audit({ organizationId: null, action: 'person.session_ended', subject: { kind: 'person', id: personId }, detail: { session: sessionId } })
  })
}

export async function rename(services: Services, caller: Caller, name: string): Promise<void> {
  await commit(services, caller, async (unit) => {
    unit.defer(renamePersonQuery(unit.build, caller.actor.id, name, unit.now))
    unit.audit({
      organizationId: null,
      action: 'person.renamed',
      subject: { kind: 'person', id: caller.actor.id },
      detail: {},
      personal: { name, before: caller.actor.name ?? '' },
    })
  })
}
