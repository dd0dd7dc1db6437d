import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import type { Authority } from '@keywright/core/contract/operation.ts'
import { type Action, type Capability, roleAllows, rolesAllowed } from '@keywright/core/permissions.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import type { Replica } from '@keywright/core/replica/replica.ts'
import type { Caller } from '../management/services.ts'

/**
 * May this caller do that? One table for every operation: a stranger's organization does not exist (404), one's own thing with
 * a lesser role is 403.
 * @returns the organization the operation is about; '' where it is about the installation.
 */
export function requireAuthority(
  authority: Authority,
  caller: Caller,
  organizationName: string | undefined,
  replica: Replica,
  organizationCreation: 'operators' | 'people' = 'operators',
): string {
  if (authority.kind === 'organization') {
    const organizationId = resolveOrganization(organizationName ?? '', replica)
    if (organizationId === null || (caller.organizationId !== null && caller.organizationId !== organizationId))
      throw new AppError('not_found', 'There is no such organization.')
    requireAction(caller, authority.action, authority.capability)
    return organizationId
  }
  if (authority.kind === 'installation') {
    if (caller.role !== 'operator') throw new AppError('forbidden', 'Only an operator of this Keywright may do that.')
    requireAction(caller, authority.action, authority.capability)
  }
  if (authority.kind === 'person' && caller.actor.kind !== 'person')
    throw new AppError('forbidden', 'This is for people who are signed in; a management key is nobody.')
  if (authority.kind === 'creator' && caller.role !== 'operator' && !(organizationCreation === 'people' && caller.actor.kind === 'person'))
    throw new AppError('forbidden', 'Only an operator of this Keywright may do that. Ask one.')
  return ''
}

/** By id or slug, never by alias; the organization of the operators' own keys cannot be addressed. */
function resolveOrganization(name: string, replica: Replica): string | null {
  const entry = replica.organizationNamed(name)
  if (!entry || (entry.id !== name && entry.slug !== name) || entry.status === 'removed' || entry.id === RESERVED_ORGANIZATION_ID) return null
  return entry.id
}

function requireAction(caller: Caller, action: Action, capability: Capability | undefined): void {
  if (!roleAllows(caller.role, action)) {
    const who = rolesAllowed(action).filter((role) => role !== 'operator')
    throw new AppError(
      'forbidden',
      `The role "${caller.role}" may not do that. Ask ${who.length === 0 ? 'an operator' : `an ${who.join(', an ')} of the organization`}.`,
    )
  }
  if (capability !== undefined && !caller.capabilities.has(capability))
    throw new AppError('forbidden', `This management key lacks the capability "${capability}". Issue one that has it.`)
}
