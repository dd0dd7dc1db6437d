import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { type StoredInvitation, statusOf } from '../../store/invitations.ts'

/** Its token is forgotten with it, so the link finds nothing from then on. */
export function endInvitation<Invitation extends StoredInvitation>(
  invitation: Invitation,
  status: 'accepted' | 'declined' | 'withdrawn',
  now: number,
): Invitation {
  return { ...invitation, status, tokenDigest: null, endedAt: now }
}

/** What concerns operators is the installation's own audit event. */
export function auditedOrganization(organizationId: string): string | null {
  return organizationId === RESERVED_ORGANIZATION_ID ? null : organizationId
}

/** @throws AppError `link_unusable` that says why. */
export function requireUsable<Invitation extends StoredInvitation>(invitation: Invitation | null, now: number): Invitation {
  const status = invitation === null ? null : statusOf(invitation, now)
  if (invitation !== null && status === 'pending') return invitation
  throw new AppError('link_unusable', SENTENCES[status ?? 'unknown'] ?? SENTENCES['unknown'] ?? '')
}

const ASK = 'Ask whoever invited you for a new one.'
const SENTENCES: Record<string, string> = {
  unknown: `This link was used or withdrawn, or a newer one was sent. ${ASK}`,
  expired: `This invitation has expired. ${ASK}`,
  accepted: 'This invitation was accepted already.',
  declined: `This invitation was declined. ${ASK}`,
  withdrawn: `This invitation was withdrawn. ${ASK}`,
}
