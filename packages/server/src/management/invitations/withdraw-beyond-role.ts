import { coversRole, type Role } from '@keywright/core/permissions.ts'
import { pendingInvitationsBy, updateInvitationQuery } from '../../store/invitations.ts'
import type { Unit } from '../unit.ts'
import { auditedOrganization, endInvitation } from './end-invitation.ts'

/**
 * Withdraws what a person invited to and may not give any more: whoever is demoted or removed must not come back by a link that he
 * sent to himself before.
 * @param role his role from now on; null: none.
 */
export async function withdrawBeyondRole(unit: Unit, organizationId: string, personId: string, role: Role | null): Promise<void> {
  for (const invitation of await pendingInvitationsBy(unit.transaction, unit.build, organizationId, personId)) {
    if (role !== null && coversRole(role, invitation.role)) continue
    unit.defer(updateInvitationQuery(unit.build, endInvitation(invitation, 'withdrawn', unit.now)))
    unit.audit({
      organizationId: auditedOrganization(organizationId),
      action: 'invitation.withdrawn',
      subject: { kind: 'invitation', id: invitation.id },
      detail: { role: invitation.role, with: role === null ? 'member' : 'role' },
      personal: { email: invitation.email },
    })
  }
}
