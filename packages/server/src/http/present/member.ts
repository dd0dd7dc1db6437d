import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import { formatInstant } from '@keywright/core/time.ts'
import { type InvitationToPerson, type ListedInvitation, statusOf } from '../../store/invitations.ts'
import type { ListedMember } from '../../store/members.ts'
import { instantOrNull } from './key.ts'

export function presentMember({ id, personId, person, role, invitedBy, createdAt }: ListedMember) {
  return {
    id,
    person: { id: personId, name: person.name, email: person.email },
    role,
    secondFactor: person.secondFactor,
    invitedBy,
    createdAt: formatInstant(createdAt),
    lastSeenAt: instantOrNull(person.lastSeenAt),
  }
}

export function presentInvitation(invitation: ListedInvitation, now: number) {
  const { id, email, role, invitedBy, createdAt, expiresAt, sentAt, delivery } = invitation
  return {
    id,
    email,
    role,
    status: statusOf(invitation, now),
    invitedBy,
    createdAt: formatInstant(createdAt),
    expiresAt: formatInstant(expiresAt),
    sentAt: formatInstant(sentAt),
    delivery: delivery ?? 'kept',
  }
}

/** For the one who is invited: who invited as a name, no ids of others. */
export function presentInvitationToPerson({ id, organizationId, organization, email, role, invitedBy, expiresAt }: InvitationToPerson) {
  return {
    id,
    organization: presentPlace(organizationId, organization),
    email,
    role,
    invitedBy: invitedBy.kind === 'person' ? (invitedBy.name ?? '') : '',
    expiresAt: formatInstant(expiresAt),
  }
}

export function presentPlace(organizationId: string, { slug, name }: { slug: string; name: string }): { slug: string; name: string } | null {
  return organizationId === RESERVED_ORGANIZATION_ID ? null : { slug, name }
}
