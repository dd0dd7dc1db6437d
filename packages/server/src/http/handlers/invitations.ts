import type { OrganizationRole } from '@keywright/core/permissions.ts'
import { acceptInvitation, type InvitationPlace } from '../../management/invitations/accept-invitation.ts'
import { declineInvitation } from '../../management/invitations/decline-invitation.ts'
import { invite } from '../../management/invitations/invite.ts'
import { lookUpInvitation } from '../../management/invitations/look-up-invitation.ts'
import { readInvitationsToMe } from '../../management/invitations/read-invitations-to-me.ts'
import { resendInvitation } from '../../management/invitations/resend-invitation.ts'
import { withdrawInvitation } from '../../management/invitations/withdraw-invitation.ts'
import type { ReadTransaction } from '../../store/database.ts'
import { getInvitation, type InvitationStatus, type ListedInvitation, listInvitations, type StoredInvitation } from '../../store/invitations.ts'
import { creatingCaller } from '../creating.ts'
import { printCursor, readCreatedCursor } from '../cursor.ts'
import { type Call, handler, type Handlers } from '../handler.ts'
import { presentInvitation, presentInvitationToPerson, presentPlace } from '../present/member.ts'
import { organizationOf } from './members.ts'

const list = handler<unknown, { limit: number; cursor?: string; status?: InvitationStatus }>(async (call) => {
  const { reader, build } = call.context.services.database
  const { limit, cursor, status } = call.query
  const page = await listInvitations(reader, build, organizationOf(call), { limit, status, now: call.now, cursor: readCreatedCursor(cursor) })
  return { body: { items: page.items.map((item) => presentInvitation(item, call.now)), nextCursor: printCursor(page.next) } }
})

const create = handler<{ email: string; role?: OrganizationRole }, unknown>(async (call) => {
  const { services, invitations } = call.context
  const { email, role = 'operator' } = call.body
  const caller = creatingCaller<StoredInvitation>(call, async (made, unit) => presentInvitation(await withDelivery(call, unit.transaction, made), unit.now))
  return shown(call, await invite(services, invitations, caller, organizationOf(call), { email, role }))
})

const resend = handler(async (call) =>
  shown(call, await resendInvitation(call.context.services, call.context.invitations, call.caller, organizationOf(call), call.parameters.invitation as string)),
)

const withdraw = handler(async (call) =>
  shown(call, await withdrawInvitation(call.context.services, call.caller, organizationOf(call), call.parameters.invitation as string)),
)

const accept = async (call: Call, place: InvitationPlace) => {
  const { organizationId, organization } = await acceptInvitation(call.context.services, call.caller, place)
  return { body: { organization: presentPlace(organizationId, organization) } }
}

export const invitationHandlers: Handlers = {
  'invitations.list': list,
  'invitations.create': create,
  'invitations.resend': resend,
  'invitations.withdraw': withdraw,
  'operator-invitations.list': list,
  'operator-invitations.create': create,
  'operator-invitations.resend': resend,
  'operator-invitations.withdraw': withdraw,

  'me.invitations.list': handler(async ({ context, caller }) => ({
    body: { items: (await readInvitationsToMe(context.services, caller)).map(presentInvitationToPerson) },
  })),
  'me.invitations.accept': handler((call) => accept(call, { id: call.parameters.invitation as string })),
  'me.invitations.decline': handler(async ({ context, caller, parameters }) => {
    await declineInvitation(context.services, caller, parameters.invitation as string)
    return null
  }),
  'invitations.look-up': handler<{ token: string }, unknown>(async ({ context, body }) => {
    const { invitation, registered } = await lookUpInvitation(context.services, body.token)
    return { body: { ...presentInvitationToPerson(invitation), registered } }
  }),
  'invitations.accept': handler<{ token: string }, unknown>((call) => accept(call, { token: call.body.token })),
}

async function shown(call: Call, invitation: StoredInvitation) {
  const { database } = call.context.services
  call.context.wakeJobs()
  return { body: presentInvitation(await withDelivery(call, database.reader, invitation), call.now) }
}

async function withDelivery(call: Call, transaction: ReadTransaction, invitation: StoredInvitation): Promise<ListedInvitation> {
  const stored = await getInvitation(transaction, call.context.services.database.build, invitation.organizationId, invitation.id)
  return stored ?? { ...invitation, delivery: null }
}
