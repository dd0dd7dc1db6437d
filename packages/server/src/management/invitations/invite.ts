import { makeId, RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import {
  countPendingInvitations,
  insertInvitationQuery,
  pendingInvitation,
  statusOf,
  type StoredInvitation,
  updateInvitationQuery,
} from '../../store/invitations.ts'
import { type MemberRole, memberOf } from '../../store/members.ts'
import { organizationById, type StoredOrganization } from '../../store/organizations.ts'
import { foldEmail, personByEmail } from '../../store/people.ts'
import { requireReservedOrganization } from '../credentials/own-keys.ts'
import { requireCovered, roleNow } from '../members/require-grant.ts'
import type { Caller, Services } from '../services.ts'
import { commit, type Unit } from '../unit.ts'
import { auditedOrganization } from './end-invitation.ts'
import { renewLink } from './renew-link.ts'
import type { InvitationSettings } from './settings.ts'

/** How many may wait in one organization. */
export const MOST_PENDING = 200

/** Invites somebody by e-mail. One that waits for the address already is renewed, with the role of now. The operators' organization invites operators. */
export async function invite(
  services: Services,
  settings: InvitationSettings,
  caller: Caller,
  organizationId: string,
  input: { email: string; role: MemberRole },
): Promise<StoredInvitation> {
  return commit(services, caller, async (unit) => {
    const { now } = unit
    const email = foldEmail(input.email)
    const own = await roleNow(unit, caller, organizationId)
    requireCovered(caller, own, input.role, 'give')
    const organization = await requireInviting(unit, organizationId)
    await requireStranger(unit, organizationId, email)
    const waiting = await pendingInvitation(unit.transaction, unit.build, organizationId, email)
    if (waiting !== null) requireCovered(caller, own, waiting.role, 'change')
    if (waiting === null || statusOf(waiting, now) === 'expired') await requireFew(unit, organizationId)
    const first: StoredInvitation = waiting ?? {
      id: makeId('invitation', now, services.random(10)),
      organizationId,
      email,
      role: input.role,
      status: 'pending',
      tokenDigest: null,
      invitedBy: caller.actor,
      expiresAt: now,
      messageId: null,
      sentAt: now,
      sends: 0,
      createdAt: now,
      endedAt: null,
    }
    const invitation = await renewLink(services, caller, unit, { settings, organization, invitation: { ...first, role: input.role } })
    unit.defer(waiting === null ? insertInvitationQuery(unit.build, invitation) : updateInvitationQuery(unit.build, invitation))
    unit.audit({
      organizationId: auditedOrganization(organizationId),
      action: organizationId === RESERVED_ORGANIZATION_ID ? 'operator.invited' : 'member.invited',
      subject: { kind: 'invitation', id: invitation.id },
      detail: { role: invitation.role, expiresAt: invitation.expiresAt, ...(waiting === null ? {} : { renewed: true, before: waiting.role }) },
      personal: { email },
    })
    return invitation
  })
}

/** @throws AppError `not_found`, `organization_suspended`. */
export async function requireInviting(unit: Unit, organizationId: string): Promise<StoredOrganization> {
  if (organizationId === RESERVED_ORGANIZATION_ID) await requireReservedOrganization(unit)
  const organization = await organizationById(unit.transaction, unit.build, organizationId)
  if (organization === null || organization.status === 'removed') throw new AppError('not_found', 'There is no such organization.')
  if (organization.status === 'suspended')
    throw new AppError('organization_suspended', 'The organization is suspended; nobody is invited until an operator restores it.')
  return organization
}

async function requireStranger(unit: Unit, organizationId: string, email: string): Promise<void> {
  const person = await personByEmail(unit.transaction, unit.build, email)
  if (person === null || (await memberOf(unit.transaction, unit.build, organizationId, person.id)) === null) return
  const detail = organizationId === RESERVED_ORGANIZATION_ID ? 'an operator already.' : 'a member already. Change the role instead.'
  throw new AppError('already_member', `The person with this address is ${detail}`)
}

async function requireFew(unit: Unit, organizationId: string): Promise<void> {
  if ((await countPendingInvitations(unit.transaction, unit.build, organizationId, unit.now)) < MOST_PENDING) return
  throw new AppError('too_many_invitations', `${MOST_PENDING} invitations wait to be accepted, and more may not. Withdraw some that are not needed.`, {
    extra: { max: MOST_PENDING },
  })
}
