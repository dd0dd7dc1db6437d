import { AppError } from '@keywright/core/problem-code.ts'
import { formatInstant } from '@keywright/core/time.ts'
import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import { readInvitationsToMe } from '../../management/invitations/read-invitations-to-me.ts'
import { PROOF_MS, SESSION_IDLE_MS } from '../../management/sign-in/durations.ts'
import { changePassword } from '../../management/sign-in/own-password.ts'
import { backupCodesLeft, confirm, enroll, type GivenCode, removeSecondFactor, renewBackupCodes, stepUp } from '../../management/sign-in/second-factor.ts'
import { endOwnSession, rename, signOut } from '../../management/sign-in/own-session.ts'
import { isOperator } from '../../management/sign-in/visitor-caller.ts'
import { csrfTokenOf } from '../../management/sign-in/find-session.ts'
import { listSessionsOfPerson } from '../../store/sign-in.ts'
import type { SignedInPerson } from '../authenticate-person.ts'
import { clearCookie } from '../cookies.ts'
import { handler, type Handlers } from '../handler.ts'
import { needed } from './sign-in.ts'

export const meHandlers: Handlers = {
  'me.person': handler(async (call) => {
    const { context, caller, visit, now } = call
    const { session, token, memberships } = personOf(call)
    const { person, provenAt } = session
    const operator = isOperator(memberships)
    const provenUntil = provenAt === null ? null : provenAt + PROOF_MS
    return {
      body: {
        id: person.id,
        email: person.email,
        name: person.name,
        operator,
        memberships: memberships
          .filter(({ organization }) => organization.id !== RESERVED_ORGANIZATION_ID)
          .map(({ memberId, organization, role }) => ({ member: memberId, organization, role })),
        pendingInvitations: (await readInvitationsToMe(context.services, caller)).length,
        mayCreateOrganizations: operator || context.organizationCreation === 'people',
        hasPassword: (await context.signIn.identity.passwordHash(person.id)) !== null,
        secondFactor: { enrolled: person.secondFactor, backupCodesLeft: person.secondFactor ? await backupCodesLeft(context.services, person.id) : null },
        steppedUpUntil: provenUntil !== null && provenUntil > now ? formatInstant(provenUntil) : null,
        session: session.id,
        csrfToken: csrfTokenOf(token),
        address: visit?.address ?? null,
      },
    }
  }),
  'me.update': handler<{ name: string }, unknown>(async ({ context, caller, body }) => {
    await rename(context.services, caller, body.name)
    return null
  }),
  'me.sign-out': handler(async (call) => {
    const { context, caller, visit } = call
    await signOut(context.signIn, caller, personOf(call), needed(visit))
    return { body: null, cookies: [clearCookie('session', context.origin()), clearCookie('question', context.origin())] }
  }),
  'me.change-password': handler<{ currentPassword: string; newPassword: string }, unknown>(async (call) => {
    await changePassword(call.context.signIn, call.caller, personOf(call).session, call.body, needed(call.visit))
    return null
  }),
  'me.step-up': handler<GivenCode, unknown>(async (call) => {
    const until = await stepUp(call.context.signIn, call.caller, personOf(call).session, call.body, needed(call.visit))
    return { body: { steppedUpUntil: formatInstant(until) } }
  }),
  'me.second-factor.enroll': handler<{ password: string }, unknown>(async (call) => ({
    body: await enroll(call.context.signIn, call.caller, personOf(call).session, call.body.password, needed(call.visit)),
  })),
  'me.second-factor.confirm': handler<{ code: string }, unknown>(async (call) => {
    await confirm(call.context.signIn, call.caller, personOf(call).session, call.body.code, needed(call.visit))
    return null
  }),
  'me.second-factor.renew-backup-codes': handler<{ password: string }, unknown>(async (call) => ({
    body: { backupCodes: await renewBackupCodes(call.context.signIn, call.caller, personOf(call).session, call.body.password, needed(call.visit)) },
  })),
  'me.second-factor.remove': handler<{ password: string; code: string }, unknown>(async (call) => {
    await removeSecondFactor(call.context.signIn, call.caller, personOf(call).session, call.body, needed(call.visit))
    return null
  }),
  'me.sessions.list': handler(async (call) => {
    const { context, now } = call
    const { reader, build } = context.services.database
    const { session } = personOf(call)
    const sessions = await listSessionsOfPerson(reader, build, session.person.id)
    return {
      body: {
        items: sessions
          .map((each) => ({ ...each, endsAt: Math.min(each.expiresAt, each.usedAt + SESSION_IDLE_MS) }))
          .filter(({ endsAt }) => endsAt > now)
          .map(({ id, createdAt, usedAt, endsAt, address, client }) => ({
            id,
            current: id === session.id,
            createdAt: formatInstant(createdAt),
            lastUsedAt: formatInstant(usedAt),
            expiresAt: formatInstant(endsAt),
            address: address === '' ? null : address,
            client: client === '' ? null : client,
          })),
      },
    }
  }),
  'me.sessions.end': handler(async (call) => {
    const { context, caller, parameters } = call
    const { session } = personOf(call)
    await endOwnSession(context.services, caller, session.person.id, parameters.session as string)
    return parameters.session === session.id ? { body: null, cookies: [clearCookie('session', context.origin())] } : null
  }),
}

/** Authority `person` lets nobody through who is not signed in. */
export function personOf({ signedIn }: { signedIn: SignedInPerson | null }): SignedInPerson {
  if (signedIn === null) throw new AppError('unauthenticated', 'This is for people who are signed in.')
  return signedIn
}
