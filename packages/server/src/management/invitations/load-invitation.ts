import { isId } from '@keywright/core/id.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { getInvitation, type ListedInvitation } from '../../store/invitations.ts'
import type { Unit } from '../unit.ts'

/** @throws AppError `not_found`: also where it is another organization's. */
export async function loadInvitation(unit: Unit, organizationId: string, id: string): Promise<ListedInvitation> {
  const invitation = isId('invitation', id) ? await getInvitation(unit.transaction, unit.build, organizationId, id) : null
  if (invitation === null) throw new AppError('not_found', 'There is no such invitation.')
  return invitation
}
