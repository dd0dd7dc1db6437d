import { CAPABILITIES, coversRole, type Role, roleAllows } from '@keywright/core/permissions.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import { memberOf } from '../../store/members.ts'
import type { ReadTransaction } from '../../store/database.ts'
import type { Build } from '../../store/precompile.ts'
import type { Caller } from '../services.ts'
import type { Unit } from '../unit.ts'

/**
 * The role by which a person acts, asked again in the transaction of the work: a demotion that was committed since the request was
 * let in counts. A management key's is what the request found.
 * @throws AppError `forbidden` when he is no member any more.
 */
export async function roleNow(unit: Unit, caller: Caller, organizationId: string): Promise<Role> {
  if (caller.actor.kind !== 'person') return caller.role
  const role = await roleOfPerson(unit, organizationId, caller.actor.id)
  if (role === null) throw new AppError('forbidden', 'You are not a member of this organization any more.')
  return role
}

/** The role of a person in an organization: an operator's everywhere. Null: none. */
export async function roleOfPerson(
  { transaction, build }: { transaction: ReadTransaction; build: Build },
  organizationId: string,
  personId: string,
): Promise<Role | null> {
  if (await memberOf(transaction, build, RESERVED_ORGANIZATION_ID, personId)) return 'operator'
  return (await memberOf(transaction, build, organizationId, personId))?.role ?? null
}

/**
 * May one with this role give, change or take away that one? Nobody handles rights that he does not have; only owners handle owners.
 * A management key needs the capabilities as well: otherwise a key without them would make a person with them.
 * @throws AppError `forbidden`.
 */
export function requireCovered(caller: Caller, role: Role, handled: Role, verb: 'give' | 'change' | 'remove'): void {
  const thing = verb === 'give' ? `give the role "${handled}"` : `${verb} a member with the role "${handled}"`
  if (!coversRole(role, handled)) {
    const whom = handled === 'operator' ? 'an operator' : handled === 'owner' ? 'an owner of the organization' : 'an administrator of the organization'
    throw new AppError('forbidden', `The role "${role}" may not ${thing}. Ask ${whom}.`)
  }
  if (caller.actor.kind !== 'management-key') return
  const beyond = CAPABILITIES.filter((capability) => roleAllows(handled, capability) && !caller.capabilities.has(capability))
  if (beyond.length > 0)
    throw new AppError('forbidden', `This management key may not ${thing}: it lacks ${beyond.join(', ')}, which people with that role have.`)
}
