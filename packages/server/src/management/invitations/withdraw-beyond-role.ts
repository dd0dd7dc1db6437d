import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import { coversRole } from '@keywright/core/permissions.ts'
import { pendingInvitationsBy, updateInvitationQuery } from '../../store/invitations.ts'
import { roleOfPerson } from '../members/require-grant.ts'
import type { Unit } from '../unit.ts'
import { auditedOrganization, endInvitation } from './end-invitation.ts'

/**
 * After a person's role was narrowed or taken: withdraws what he invited to and may not give any more. Whoever is demoted or removed
 * must not come back by a link that he sent to himself before. Of an operator it is what he sent anywhere.
 */
export async function withdrawBeyondRole(unit: Unit, organizationId: string, personId: string): Promise<void> {
  const place = organizationId === RESERVED_ORGANIZATION_ID ? null : organizationId
  for (const invitation of await pendingInvitationsBy(unit.transaction, unit.build, place, personId)) {
    const role = await roleOfPerson(unit, invitation.organizationId, personId)
    if (role !== null && coversRole(role, invitation.role)) continue
    unit.defer(updateInvitationQuery(unit.build, endInvitation(invitation, 'withdrawn', unit.now)))
    unit.audit({
      organizationId: auditedOrganization(invitation.organizationId),
      action: 'invitation.withdrawn',
      subject: { kind: 'invitation', id: invitation.id },
      detail: { role: invitation.role, with: role === null ? 'member' : 'role' },
      personal: { email: invitation.email },
    })
  }
}
