import { AppError } from '@keywright/core/problem-code.ts'
import { type StoredInvitation, updateInvitationQuery } from '../../store/invitations.ts'
import { requireCovered, roleNow } from '../members/require-grant.ts'
import type { Caller, Services } from '../services.ts'
import { commit } from '../unit.ts'
import { auditedOrganization } from './end-invitation.ts'
import { requireInviting } from './invite.ts'
import { loadInvitation } from './load-invitation.ts'
import { renewLink } from './renew-link.ts'
import type { InvitationSettings } from './settings.ts'

/** Sends a new link with a new expiry, also of one that has expired; the link before is void. @throws AppError `link_unusable` where it has ended. */
export async function resendInvitation(
  services: Services,
  settings: InvitationSettings,
  caller: Caller,
  organizationId: string,
  id: string,
): Promise<StoredInvitation> {
  return commit(services, caller, async (unit) => {
    const own = await roleNow(unit, caller, organizationId)
    const before = await loadInvitation(unit, organizationId, id)
    requireCovered(caller, own, before.role, 'give')
    const organization = await requireInviting(unit, organizationId)
    if (before.status !== 'pending') throw new AppError('link_unusable', `This invitation was ${before.status}. Invite again instead.`)
    const invitation = await renewLink(services, caller, unit, { settings, organization, invitation: before })
    unit.defer(updateInvitationQuery(unit.build, invitation))
    unit.audit({
      organizationId: auditedOrganization(organizationId),
      action: 'invitation.resent',
      subject: { kind: 'invitation', id },
      detail: { role: invitation.role, expiresAt: invitation.expiresAt },
      personal: { email: invitation.email },
    })
    return invitation
  })
}
