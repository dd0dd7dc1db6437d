import { isId, makeId, RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { type InvitationToPerson, invitationByToken, invitationToPerson, updateInvitationQuery } from '../../store/invitations.ts'
import type { ReadTransaction } from '../../store/database.ts'
import { insertMemberQuery, memberOf } from '../../store/members.ts'
import { personById, type StoredPerson } from '../../store/people.ts'
import type { Build } from '../../store/precompile.ts'
import type { Caller, Services } from '../services.ts'
import { commit, type Unit } from '../unit.ts'
import { auditedOrganization, endInvitation, requireUsable } from './end-invitation.ts'
import { requireInviterStands } from './require-inviter-stands.ts'
import { digestOf } from './token.ts'

/** What an invitation is found by: the token of the mailed link, or its id in the list of those that wait for one's own address. */
export type InvitationPlace = { token: string } | { id: string }

/** Accepts as the signed-in person. */
export async function acceptInvitation(services: Services, caller: Caller, place: InvitationPlace): Promise<InvitationToPerson> {
  return commit(services, caller, async (unit) => {
    const person = await requirePerson(unit, caller)
    const invitation = 'token' in place ? await findByToken(unit, place.token) : await findOwn(unit, place.id, person)
    return acceptInUnit(services, unit, invitation, person)
  })
}

/**
 * Makes the person a member, within the transaction of the caller (registering does it with the person itself).
 * @throws AppError `wrong_address`, `already_member`, `link_unusable`, `organization_suspended`.
 */
export async function acceptInUnit(services: Services, unit: Unit, invitation: InvitationToPerson, person: StoredPerson): Promise<InvitationToPerson> {
  const { transaction, build, now } = unit
  const { organizationId, organization, role } = invitation
  requireUsable(invitation, now)
  if (person.email !== invitation.email || !person.emailVerified)
    throw new AppError(
      'wrong_address',
      person.email === invitation.email
        ? 'Confirm your e-mail address before: the invitation was sent to it.'
        : 'The invitation was sent to another address than yours. Sign in with that one, or ask for an invitation to this one.',
    )
  if (organization.status === 'removed') throw new AppError('link_unusable', 'The organization does not exist any more.')
  if (organization.status === 'suspended') throw new AppError('organization_suspended', 'The organization is suspended. Accept when it is restored.')
  await requireInviterStands(unit, invitation)
  if (await memberOf(transaction, build, organizationId, person.id)) throw new AppError('already_member', 'You are a member already.')
  const memberId = makeId('member', now, services.random(10))
  unit.defer(
    insertMemberQuery(build, { id: memberId, organizationId, personId: person.id, role, invitedBy: invitation.invitedBy, createdAt: now, updatedAt: now }),
  )
  const accepted = endInvitation(invitation, 'accepted', now)
  unit.defer(updateInvitationQuery(build, accepted))
  unit.audit({
    organizationId: auditedOrganization(organizationId),
    action: organizationId === RESERVED_ORGANIZATION_ID ? 'operator.joined' : 'invitation.accepted',
    subject: { kind: 'invitation', id: invitation.id },
    detail: { member: memberId, person: person.id, role, invitedBy: invitation.invitedBy.id },
    personal: { email: person.email, name: person.name },
  })
  return accepted
}

/** @throws AppError `link_unusable`. */
export async function findByToken(unit: { transaction: ReadTransaction; build: Build; now: number }, token: string): Promise<InvitationToPerson> {
  return requireUsable(await invitationByToken(unit.transaction, unit.build, digestOf(token)), unit.now)
}

/** Of one's own verified address, else it does not exist. @throws AppError `not_found`, `link_unusable`. */
export async function findOwn(unit: Unit, id: string, person: StoredPerson): Promise<InvitationToPerson> {
  const invitation = isId('invitation', id) ? await invitationToPerson(unit.transaction, unit.build, id) : null
  if (invitation === null || invitation.email !== person.email || !person.emailVerified) throw new AppError('not_found', 'There is no such invitation.')
  return requireUsable(invitation, unit.now)
}

export async function requirePerson(unit: Unit, caller: Caller): Promise<StoredPerson> {
  const person = caller.actor.kind === 'person' ? await personById(unit.transaction, unit.build, caller.actor.id) : null
  if (person === null) throw new AppError('unauthenticated', 'Sign in before.')
  return person
}
