/**
 * Who may do what: a table action x role, not a chain of roles. `operator` is the platform team; the others are roles within
 * one organization.
 */
export const ORGANIZATION_ROLES = ['owner', 'administrator', 'supervisor', 'auditor', 'member'] as const
export type OrganizationRole = (typeof ORGANIZATION_ROLES)[number]
export type Role = OrganizationRole | 'operator'

export const ACTIONS = [
  'organization:read',
  'organization:update',
  'organization:administer',
  'keys:read',
  'keys:manage',
  'keys:reveal',
  'address-lists:manage',
  'credentials:read',
  'credentials:manage',
  'members:read',
  'members:manage',
  'audit:read',
  'configuration:read',
  'configuration:manage',
] as const
export type Action = (typeof ACTIONS)[number]

const EVERY_ORGANIZATION_ROLE: readonly Role[] = ['operator', ...ORGANIZATION_ROLES]
const ADMINISTRATORS: readonly Role[] = ['operator', 'owner', 'administrator']

const TABLE: Record<Action, readonly Role[]> = {
  'organization:read': EVERY_ORGANIZATION_ROLE,
  'organization:update': ADMINISTRATORS,
  // Entitlements, aliases, status, environments: what the customer has bought is not the customer's to change.
  'organization:administer': ['operator'],
  'keys:read': EVERY_ORGANIZATION_ROLE,
  'keys:manage': ADMINISTRATORS,
  'keys:reveal': ADMINISTRATORS,
  'address-lists:manage': ADMINISTRATORS,
  'credentials:read': [...ADMINISTRATORS, 'auditor'],
  'credentials:manage': ADMINISTRATORS,
  'members:read': EVERY_ORGANIZATION_ROLE,
  'members:manage': [...ADMINISTRATORS, 'supervisor'],
  'audit:read': [...ADMINISTRATORS, 'auditor'],
  'configuration:read': ['operator'],
  'configuration:manage': ['operator'],
}

/** What a management key may be given beyond its role; without it, a role that allows the action is still refused. */
export const CAPABILITIES = ['credentials:manage', 'keys:reveal'] as const
export type Capability = (typeof CAPABILITIES)[number]

export function roleAllows(role: Role, action: Action): boolean {
  return TABLE[action].includes(role)
}

/** The roles that may do this, for the sentence that tells whom to ask. */
export function rolesAllowed(action: Action): readonly Role[] {
  return TABLE[action]
}

/** True when every right of `granted` is a right of `granting`: nobody hands out what he does not have. */
export function coversRole(granting: Role, granted: Role): boolean {
  if (granting === granted) return true
  // Only owners (and operators) change owners, although an administrator's rights are the same today.
  if (granted === 'owner' || granted === 'operator') return granting === 'operator'
  return ACTIONS.every((action) => !roleAllows(granted, action) || roleAllows(granting, action))
}

/**
 * The greatest role whose every right both have: what somebody may who acts with one role on the strength of another's. Of two
 * roles where neither covers the other it is a third, at the least `member`.
 */
export function narrowerRole(left: Role, right: Role): Role {
  const common = (['operator', ...ORGANIZATION_ROLES] as const).filter((role) => coversRole(left, role) && coversRole(right, role))
  const rightsOf = (role: Role) => ACTIONS.filter((action) => roleAllows(role, action)).length
  return common.reduce((best, role) => (rightsOf(role) > rightsOf(best) ? role : best), common[0] ?? 'member')
}
