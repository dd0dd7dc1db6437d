import type { CreateOrganization } from '@keywright/core/contract/organizations.ts'
import { makeId, RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import { AppError, type FieldError } from '@keywright/core/problem-code.ts'
import { countOwned, memberOf, type StoredMember } from '../../store/members.ts'
import { personById, type StoredPerson } from '../../store/people.ts'
import type { Caller, Services } from '../services.ts'
import type { Unit } from '../unit.ts'

/** Names are taken for ever, so nobody takes them all. */
export const MOST_OWNED = 20

/**
 * The person who creates an organization for himself; null: an operator does, or a management key of operators.
 * @throws AppError `forbidden`, `invalid_request` where he asks for more than a slug and a name.
 */
export async function founderOf(unit: Unit, caller: Caller, input: CreateOrganization): Promise<StoredPerson | null> {
  const { transaction, build } = unit
  if (caller.actor.kind !== 'person') return null
  if (await memberOf(transaction, build, RESERVED_ORGANIZATION_ID, caller.actor.id)) return null
  const person = await personById(transaction, build, caller.actor.id)
  if (person === null || !person.emailVerified) throw new AppError('forbidden', 'Confirm your e-mail address before you create an organization.')
  refuseMore(input)
  if ((await countOwned(transaction, build, person.id)) >= MOST_OWNED)
    throw new AppError('forbidden', `You own ${MOST_OWNED} organizations, and more may not be. Ask an operator.`)
  return person
}

export function founderMember(services: Services, unit: Unit, organizationId: string, personId: string): StoredMember {
  const id = makeId('member', unit.now, services.random(10))
  return { id, organizationId, personId, role: 'owner', invitedBy: null, createdAt: unit.now, updatedAt: unit.now }
}

/** What an organization is called elsewhere and what it has bought is not its own to say. */
function refuseMore({ aliases, entitlements, environments, contacts }: CreateOrganization): void {
  const errors = Object.entries({ aliases, entitlements, environments, contacts })
    .filter(([, value]) => value !== undefined && value.length > 0)
    .map(([path]): FieldError => ({ path, code: 'forbidden', message: 'Only an operator gives this when an organization is created.' }))
  if (errors.length > 0) throw new AppError('invalid_request', 'You may give slug and name; an operator gives the rest.', { errors })
}
