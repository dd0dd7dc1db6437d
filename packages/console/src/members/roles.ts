import { ACTIONS, coversRole, ORGANIZATION_ROLES, type OrganizationRole, type Role, roleAllows } from '@keywright/core/permissions.ts'
import { text } from '../text/common.ts'
import { membersText } from '../text/members.ts'

/** What everybody in an organization may; said once instead of with each role. */
const EVERYBODY = ACTIONS.filter((action) => ORGANIZATION_ROLES.every((role) => roleAllows(role, action)))
/** Reading alone. */
const READS = ACTIONS.filter((action) => action.endsWith(':read'))

/** What a role may do, in sentences, read off core's table. */
export function describeRole(role: OrganizationRole): string {
  const beyond = ACTIONS.filter((action) => roleAllows(role, action) && !EVERYBODY.includes(action))
  if (beyond.length === 0) return membersText.sees
  if (beyond.every((action) => READS.includes(action)))
    return `${membersText.mayBeyond} ${membersText.may(beyond.map((action) => membersText.actions[action]))}`
  const given = roleAllows(role, 'members:manage') ? ORGANIZATION_ROLES.filter((each) => coversRole(role, each)) : []
  const grants = given.length === 0 || given.length === ORGANIZATION_ROLES.length ? [] : [membersText.grants(given.map((each) => roleName(each).toLowerCase()))]
  // Who reads what he may change need not be told so.
  const told = beyond.filter((action) => !(action.endsWith(':read') && beyond.includes(action.replace(':read', ':manage') as never)))
  return [membersText.may(told.map((action) => membersText.actions[action])), ...grants].join(' ')
}

export function roleName(role: string): string {
  return text.roles[role] ?? role
}

/** Why one with the role `mine` may not give or take the role; undefined when he may. */
export function refusalToGrant(mine: Role | null, role: string): string | undefined {
  if (mine !== null && coversRole(mine, role as Role)) return undefined
  if (role === 'owner') return membersText.mayNot.owners
  if (role === 'operator') return membersText.mayNot.operators
  return membersText.mayNot.beyondYou(roleName(role))
}
