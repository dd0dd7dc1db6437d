import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import { type Role, roleAllows } from '@keywright/core/permissions.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { countMembers, countMemberships, deleteMemberQuery, type ListedMember } from '../../store/members.ts'
import { keysMadeBy, type KeyMadeBy } from '../../store/keys-made-by.ts'
import { endSessionsOfPersonQuery } from '../../store/people.ts'
import { withdrawBeyondRole } from '../invitations/withdraw-beyond-role.ts'
import type { Caller, Services } from '../services.ts'
import { commit, type Unit } from '../unit.ts'
import { requireOwnerLeft } from './change-role.ts'
import { loadMember } from './load-member.ts'
import { requireCovered, roleNow } from './require-grant.ts'

export interface RemovedMember {
  member: ListedMember
  /** Keys of the organization that he made and that still work: they go on, so somebody looks at them. */
  keysForReview: KeyMadeBy[]
}

/**
 * Removes a member, or lets him leave: his access ends at once, his waiting invitations are withdrawn, his management keys stop
 * acting. Whoever is a member nowhere any more is signed out everywhere. Of operators the last one stays.
 */
export async function removeMember(
  services: Services,
  caller: Caller,
  { organizationId, memberId }: { organizationId: string; memberId: string },
): Promise<RemovedMember> {
  return commit(services, caller, async (unit) => {
    const own = await roleNow(unit, caller, organizationId)
    const member = await loadMember(unit, organizationId, memberId)
    const leaves = caller.actor.kind === 'person' && caller.actor.id === member.personId
    if (!leaves) requireMayRemove(caller, own, member)
    if (organizationId === RESERVED_ORGANIZATION_ID) await requireOperatorLeft(unit)
    else if (own !== 'operator') await requireOwnerLeft(unit, member)
    unit.defer(deleteMemberQuery(unit.build, organizationId, memberId))
    const keysForReview = await keysMadeBy(unit.transaction, unit.build, organizationId, member.personId)
    await withdrawBeyondRole(unit, organizationId, member.personId)
    unit.audit({
      organizationId: organizationId === RESERVED_ORGANIZATION_ID ? null : organizationId,
      action: `${organizationId === RESERVED_ORGANIZATION_ID ? 'operator' : 'member'}.${leaves ? 'left' : 'removed'}`,
      subject: { kind: 'member', id: memberId },
      detail: { person: member.personId, role: member.role, keysForReview: keysForReview.map((key) => key.id) },
      personal: { email: member.person.email, name: member.person.name },
    })
    if ((await countMemberships(unit.transaction, unit.build, member.personId)) === 0) unit.defer(endSessionsOfPersonQuery(unit.build, member.personId))
    return { member, keysForReview }
  })
}

function requireMayRemove(caller: Caller, own: Role, member: ListedMember): void {
  if (!roleAllows(own, 'members:manage'))
    throw new AppError('forbidden', `The role "${own}" may not remove others. Ask an owner, an administrator or a supervisor of the organization.`)
  requireCovered(caller, own, member.role, 'remove')
}

async function requireOperatorLeft(unit: Unit): Promise<void> {
  if ((await countMembers(unit.transaction, unit.build, RESERVED_ORGANIZATION_ID)) > 1) return
  throw new AppError('last_owner', 'This is the last operator. Invite another before.')
}
