import type { OrganizationRole } from '@keywright/core/permissions.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { countMembers, type ListedMember, updateRoleQuery } from '../../store/members.ts'
import { withdrawBeyondRole } from '../invitations/withdraw-beyond-role.ts'
import type { Caller, Services } from '../services.ts'
import { commit, type Unit } from '../unit.ts'
import { loadMember } from './load-member.ts'
import { requireCovered, roleNow } from './require-grant.ts'

/** Changes a member's role; it holds at his next request. What waits of his invitations beyond the new role is withdrawn. */
export async function changeRole(services: Services, caller: Caller, organizationId: string, memberId: string, role: OrganizationRole): Promise<ListedMember> {
  return commit(services, caller, async (unit) => {
    const own = await roleNow(unit, caller, organizationId)
    const member = await loadMember(unit, organizationId, memberId)
    requireCovered(caller, own, member.role, 'change')
    requireCovered(caller, own, role, 'give')
    if (member.role === role) return member
    if (own !== 'operator') await requireOwnerLeft(unit, member)
    unit.defer(updateRoleQuery(unit.build, organizationId, memberId, role, unit.now))
    unit.audit({
      organizationId,
      action: 'member.role_changed',
      subject: { kind: 'member', id: memberId },
      detail: { person: member.personId, from: member.role, to: role },
      personal: { email: member.person.email, name: member.person.name },
    })
    await withdrawBeyondRole(unit, organizationId, member.personId)
    return { ...member, role, updatedAt: unit.now }
  })
}

/** An organization that has owners keeps one, as long as no operator decides otherwise. @throws AppError `last_owner`. */
export async function requireOwnerLeft(unit: Unit, member: ListedMember): Promise<void> {
  if (member.role !== 'owner') return
  if ((await countMembers(unit.transaction, unit.build, member.organizationId, 'owner')) > 1) return
  throw new AppError('last_owner', 'This is the last owner of the organization. Make another member an owner before, or ask an operator.')
}
