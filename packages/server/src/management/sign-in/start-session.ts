import { makeToken } from '../invitations/token.ts'
import type { Unit } from '../unit.ts'
import type { SignInMethod } from './identity.ts'
import type { SignInServices, Visitor } from './sign-in-services.ts'
import { personalOf } from './visitor-caller.ts'

/** A client's name is what a browser says of itself: bounded, for it is stored. */
const MOST_CLIENT = 300

export interface StartedSession {
  /** For the cookie, and nowhere else. */
  token: string
  id: string
}

export interface SessionStart {
  person: { id: string; email: string }
  method: SignInMethod
  visitor: Visitor
  /** Beyond the first factor. */
  provenAt: number | null
  /** The session that the browser had before, whoever's: it ends, so that nobody goes on in a session that another prepared. */
  before: string | null
}

/** Starts a session within the caller's unit; the caller of the unit must be the person. */
export async function startSessionInUnit({ services, identity }: SignInServices, unit: Unit, start: SessionStart): Promise<StartedSession> {
  const { person, method, visitor, provenAt, before } = start
  const store = identity.within(unit.transaction)
  if (before !== null) await store.endSession(before)
  const { token } = makeToken(services.random)
  const id = await store.startSession(
    { personId: person.id, token, method, provenAt, address: visitor.address ?? '', client: (visitor.client ?? '').slice(0, MOST_CLIENT) },
    unit.now,
  )
  unit.audit({
    organizationId: null,
    action: 'person.signed_in',
    subject: { kind: 'person', id: person.id },
    detail: { method, session: id },
    personal: personalOf(visitor, { email: person.email }),
  })
  return { token, id }
}
