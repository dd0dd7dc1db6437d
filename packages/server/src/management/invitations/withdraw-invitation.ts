import { AppError } from '@keywright/core/problem-code.ts'
import { type StoredInvitation, updateInvitationQuery } from '../../store/invitations.ts'
import { requireCovered, roleNow } from '../members/require-grant.ts'
import type { Caller, Services } from '../services.ts'
import { commit } from '../unit.ts'
import { auditedOrganization, endInvitation } from './end-invitation.ts'
import { loadInvitation } from './load-invitation.ts'

/** Withdraws an invitation; its link is refused from then on. Doing it twice is no mistake. @throws AppError `link_unusable` where it was answered. */
export async function withdrawInvitation(services: Services, caller: Caller, organizationId: string, id: string): Promise<StoredInvitation> {
  return commit(services, caller, async (unit) => {
    const own = await roleNow(unit, caller, organizationId)
    const before = await loadInvitation(unit, organizationId, id)
    requireCovered(caller, own, before.role, 'change')
    if (before.status === 'withdrawn') return before
    if (before.status !== 'pending') throw new AppError('link_unusable', `This invitation was ${before.status} already.`)
    const invitation = endInvitation(before, 'withdrawn', unit.now)
    unit.defer(updateInvitationQuery(unit.build, invitation))
    unit.audit({
      organizationId: auditedOrganization(organizationId),
      action: 'invitation.withdrawn',
      subject: { kind: 'invitation', id },
      detail: { role: invitation.role },
      personal: { email: invitation.email },
    })
    return invitation
  })
}
