import { isId } from '@keywright/core/id.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { getMember, type ListedMember } from '../../store/members.ts'
import type { Unit } from '../unit.ts'

/** @throws AppError `not_found`: also where he is a member of another organization. */
export async function loadMember(unit: Unit, organizationId: string, memberId: string): Promise<ListedMember> {
  const member = isId('member', memberId) ? await getMember(unit.transaction, unit.build, organizationId, memberId) : null
  if (member === null) throw new AppError('not_found', 'There is no such member.')
  return member
}
