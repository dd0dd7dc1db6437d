import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import { narrowerRole } from '@keywright/core/permissions.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import type { Database } from '../../store/database.ts'
import { roleOfPerson } from '../members/require-grant.ts'
import type { Caller } from '../services.ts'

/**
 * A management key that acts in the right of a person may no more than he may now: a demotion reaches the keys that he issued, and
 * the keys that those issued, without touching them.
 * @throws AppError `forbidden` when he is no member any more.
 */
export async function boundToPerson({ reader, build }: Pick<Database, 'reader' | 'build'>, caller: Caller): Promise<Caller> {
  if (caller.actsFor === undefined) return caller
  const role = await roleOfPerson({ transaction: reader, build }, caller.organizationId ?? RESERVED_ORGANIZATION_ID, caller.actsFor)
  if (role === null || (caller.role === 'operator' && role !== 'operator'))
    throw new AppError(
      'forbidden',
      'This management key acts in the right of the person who issued it, and that person has no access any more. Have another issued by somebody who has.',
    )
  return { ...caller, role: narrowerRole(caller.role, role) }
}
