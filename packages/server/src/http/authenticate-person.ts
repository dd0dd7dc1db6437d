import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { AppError } from '@keywright/core/problem-code.ts'
import { PROOF_MS } from '../management/sign-in/durations.ts'
import { csrfTokenOf, findSignedIn, type SignedIn } from '../management/sign-in/find-session.ts'
import type { Visitor } from '../management/sign-in/sign-in-services.ts'
import { personCaller } from '../management/sign-in/visitor-caller.ts'
import type { Caller } from '../management/services.ts'
import { type Membership, membershipsOf } from '../store/members.ts'
import type { HttpContext } from './context.ts'
import { readCookie } from './cookies.ts'
import { requireOwnOrigin } from './own-origin.ts'
import { addressOf } from './request-facts.ts'

export interface SignedInPerson extends SignedIn {
  memberships: Membership[]
}

/** Who is at the other end, as far as the connection and trusted proxies tell. */
export function visitorOf(context: HttpContext, request: IncomingMessage, requestId: string): Visitor {
  return { address: addressOf(request, context.trustedProxies), client: request.headersDistinct['user-agent']?.[0] ?? null, requestId }
}

/** The session of the cookie; null: nobody is signed in. */
export async function sessionOf(context: HttpContext, request: IncomingMessage): Promise<SignedInPerson | null> {
  const token = readCookie(request, 'session', context.origin())
  if (token === null) return null
  const signedIn = await findSignedIn(context.signIn, token, (err) => context.log.error({ err }, 'the use of a session could not be stored'))
  if (signedIn === null) return null
  const { reader, build } = context.services.database
  return { ...signedIn, memberships: await membershipsOf(reader, build, signedIn.session.person.id) }
}

/**
 * A person with a session, as a caller about the organization of the path: the role is read now, so a demotion holds at the next click.
 * @throws AppError `unauthenticated`, `csrf_refused`.
 */
export async function authenticatePerson(
  context: HttpContext,
  request: IncomingMessage,
  requestId: string,
  organization: string | undefined,
): Promise<{ caller: Caller; signedIn: SignedInPerson }> {
  const signedIn = await sessionOf(context, request)
  if (signedIn === null)
    throw new AppError('unauthenticated', 'You are not signed in, or your session has ended. Sign in again.', { extra: { reason: 'session_ended' } })
  if (request.method !== 'GET') requireCsrf(context, request, signedIn.token)
  const organizationId = organization === undefined ? null : (context.verifier.replica.organizationNamed(organization)?.id ?? null)
  const { person, provenAt } = signedIn.session
  const proof = { until: provenAt === null ? null : provenAt + PROOF_MS, possible: person.secondFactor || context.singleSignOn !== null }
  return { caller: { ...personCaller(person, signedIn.memberships, organizationId, requestId), proof }, signedIn }
}

function requireCsrf(context: HttpContext, request: IncomingMessage, token: string): void {
  requireOwnOrigin(request, context.origin())
  const [shown, ...more] = request.headersDistinct['keywright-csrf'] ?? []
  const [given, wanted] = [Buffer.from(shown ?? ''), Buffer.from(csrfTokenOf(token))]
  if (more.length > 0 || given.length !== wanted.length || !timingSafeEqual(given, wanted))
    throw new AppError('csrf_refused', 'This page belongs to an older session. Load it again.')
}
