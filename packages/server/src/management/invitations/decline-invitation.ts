import { updateInvitationQuery } from '../../store/invitations.ts'
import type { Caller, Services } from '../services.ts'
import { commit } from '../unit.ts'
import { findOwn, requirePerson } from './accept-invitation.ts'
import { auditedOrganization, endInvitation } from './end-invitation.ts'

/** Declines one of those that wait for one's own verified address. */
export async function declineInvitation(services: Services, caller: Caller, id: string): Promise<void> {
  await commit(services, caller, async (unit) => {
    const person = await requirePerson(unit, caller)
    const invitation = await findOwn(unit, id, person)
    unit.defer(updateInvitationQuery(unit.build, endInvitation(invitation, 'declined', unit.now)))
    unit.audit({
      organizationId: auditedOrganization(invitation.organizationId),
      action: 'invitation.declined',
      subject: { kind: 'invitation', id },
      detail: { role: invitation.role },
      personal: { email: invitation.email },
    })
  })
}
