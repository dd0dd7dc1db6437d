import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import { CAPABILITIES } from '@keywright/core/permissions.ts'
import type { Membership } from '../../store/members.ts'
import type { Caller } from '../services.ts'
import type { Visitor } from './sign-in-services.ts'

/** Of no organization: equal to none there is. */
export const NO_ORGANIZATION = ''

/** Somebody of whom nothing is known. */
export function strangerCaller(requestId: string): Caller {
  return { actor: { kind: 'system', id: 'sign-in', name: null }, role: 'member', capabilities: new Set(), organizationId: NO_ORGANIZATION, requestId }
}

/**
 * A person as a caller about one organization: the role is the one he has there now. Operators are operators everywhere. What a role may,
 * the person may: capabilities are for keys, which are handed on.
 */
export function personCaller(
  person: { id: string; name: string },
  memberships: readonly Membership[],
  organizationId: string | null,
  requestId: string | null,
): Caller {
  const actor = { kind: 'person' as const, id: person.id, name: person.name }
  const capabilities = new Set(CAPABILITIES)
  if (isOperator(memberships)) return { actor, role: 'operator', capabilities, organizationId: null, requestId }
  const membership = organizationId === null ? undefined : memberships.find(({ organization }) => organization.id === organizationId)
  if (membership === undefined || membership.role === 'operator')
    return { actor, role: 'member', capabilities: new Set(), organizationId: NO_ORGANIZATION, requestId }
  return { actor, role: membership.role, capabilities, organizationId: membership.organization.id, requestId }
}

export function isOperator(memberships: readonly Membership[]): boolean {
  return memberships.some(({ organization, role }) => organization.id === RESERVED_ORGANIZATION_ID && role === 'operator')
}

/** What the audit keeps of the other end, apart from the chain. */
export function personalOf({ address, client }: Visitor, more: Record<string, string> = {}): Record<string, string> {
  return { ...(address === null ? {} : { address }), ...(client === null ? {} : { client }), ...more }
}
