import { AppError } from '@keywright/core/problem-code.ts'
import { proveSessionQuery } from '../../store/sign-in.ts'
import type { Caller } from '../services.ts'
import { commit } from '../unit.ts'
import { CALLBACK_PATH } from './begin-single-sign-on.ts'
import type { FoundSession } from './identity.ts'
import { personOfClaims, refused } from './person-of-claims.ts'
import { isBrowserOf, nameOf, type SignOnQuestion } from './sign-on-question.ts'
import type { SignInServices, Visitor } from './sign-in-services.ts'
import type { SignOnClaims, SingleSignOn } from './single-sign-on.ts'
import { type StartedSession, startSessionInUnit } from './start-session.ts'
import { personalOf, strangerCaller } from './visitor-caller.ts'

/** How fresh a proof at the provider must be to count as one here. */
const FRESH_MS = 300_000

export interface SignOnAnswer {
  /** The query that the browser came back with. */
  query: URLSearchParams
  /** What its cookie holds. */
  cookie: string | null
  /** The session that the browser has now, with its token. */
  signedIn: { session: FoundSession; token: string } | null
}

/**
 * Signs in whom the provider names, or notes a fresh proof of whoever has a session. A question is answered once, in time, and by the
 * browser that asked it: otherwise somebody could sign another in as himself.
 * @returns where the browser goes; session: null where it goes on in the one it has.
 * @throws AppError `sign_in_refused` with `refusal`, `sign_on_unavailable`.
 */
export async function finishSingleSignOn(
  signIn: SignInServices,
  signOn: SingleSignOn,
  { query, cookie, signedIn }: SignOnAnswer,
  visitor: Visitor,
): Promise<{ returnTo: string; session: StartedSession | null }> {
  const { origin } = signIn
  const question = await takeQuestion(signIn, query.get('state') ?? '', cookie)
  const returned = new URL(`${origin()}${CALLBACK_PATH}?${query.toString()}`)
  const claims = await signOn.finish(returned, question, question.session !== null)
  const { returnTo } = question
  if (question.session === null) return { returnTo, session: await startSession(signIn, claims, visitor, signedIn?.token ?? null) }
  if (signedIn === null || signedIn.session.id !== question.session) throw refused('expired')
  await prove(signIn, claims, signedIn.session, visitor)
  return { returnTo, session: null }
}

async function takeQuestion({ services, identity }: SignInServices, state: string, cookie: string | null): Promise<SignOnQuestion> {
  const { database, clock } = services
  const taken = await database.write((transaction) => identity.within(transaction).take(nameOf(state), clock.now()))
  const question = taken === null ? null : (JSON.parse(taken) as SignOnQuestion)
  if (question === null || !isBrowserOf(question, cookie)) throw refused('expired')
  return question
}

async function startSession(signIn: SignInServices, claims: SignOnClaims, visitor: Visitor, before: string | null): Promise<StartedSession> {
  const { services, identity } = signIn
  const caller = signOnCaller(visitor)
  return commit(services, caller, async (unit) => {
    const person = await personOfClaims(services, unit, identity.within(unit.transaction), claims)
    caller.actor = { kind: 'person', id: person.id, name: person.name }
    // A session at the provider may be old; only what it asked for just now is a proof here.
    const fresh = claims.authenticatedAt !== null && claims.authenticatedAt > unit.now - FRESH_MS && claims.authenticatedAt <= unit.now
    return startSessionInUnit(signIn, unit, { person, method: 'oidc', visitor, provenAt: fresh ? claims.authenticatedAt : null, before })
  })
}

async function prove({ services, identity }: SignInServices, claims: SignOnClaims, session: FoundSession, visitor: Visitor): Promise<void> {
  const caller = signOnCaller(visitor)
  await commit(services, caller, async (unit) => {
    const person = await personOfClaims(services, unit, identity.within(unit.transaction), claims)
    if (person.id !== session.person.id) throw refused('not-you')
    caller.actor = { kind: 'person', id: person.id, name: person.name }
    unit.defer(proveSessionQuery(unit.build, session.id, unit.now))
    unit.audit({
      organizationId: null,
      action: 'person.stepped_up',
      subject: { kind: 'person', id: person.id },
      detail: { method: 'oidc', session: session.id },
      personal: personalOf(visitor),
    })
  })
}

/** Who he is turns out within the unit, which then says so. */
function signOnCaller(visitor: Visitor): Caller {
  return { ...strangerCaller(visitor.requestId), actor: { kind: 'system', id: 'single-sign-on', name: null } }
}

/** For the sign-in page: why it was refused. */
export function reasonOf(error: unknown): string | null {
  if (!(error instanceof AppError)) return null
  if (error.code === 'sign_on_unavailable') return 'unavailable'
  if (error.code !== 'sign_in_refused') return null
  return typeof error.extra['refusal'] === 'string' ? error.extra['refusal'] : 'failed'
}
