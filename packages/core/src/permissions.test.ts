import { describe, expect, test } from 'vitest'
import { type Action, ACTIONS, coversRole, ORGANIZATION_ROLES, type Role, roleAllows, rolesAllowed } from './permissions.ts'

const ROLES: Role[] = ['operator', ...ORGANIZATION_ROLES]

// Written out from the product's description: operator, owner, administrator, supervisor, auditor, member.
const EXPECTED: Record<Action, string> = {
  'organization:read': 'yes yes yes yes yes yes',
  'organization:update': 'yes yes yes no no no',
  'organization:administer': 'yes no no no no no',
  'keys:read': 'yes yes yes yes yes yes',
  'keys:manage': 'yes yes yes no no no',
  'keys:reveal': 'yes yes yes no no no',
  'address-lists:manage': 'yes yes yes no no no',
  'credentials:read': 'yes yes yes no yes no',
  'credentials:manage': 'yes yes yes no no no',
  'members:read': 'yes yes yes yes yes yes',
  'members:manage': 'yes yes yes yes no no',
  'audit:read': 'yes yes yes no yes no',
  'configuration:read': 'yes no no no no no',
  'configuration:manage': 'yes no no no no no',
}

describe('actions and roles', () => {
  test.each(ACTIONS.map((action) => ({ action })))('$action is allowed to whom the table says', ({ action }) => {
    expect(ROLES.map((role) => (roleAllows(role, action) ? 'yes' : 'no')).join(' ')).toBe(EXPECTED[action])
    expect([...rolesAllowed(action)].sort()).toEqual(ROLES.filter((role) => roleAllows(role, action)).sort())
  })

  test('the operator may do everything, and an auditor changes nothing', () => {
    for (const action of ACTIONS) {
      expect(roleAllows('operator', action)).toBe(true)
      if (!action.endsWith(':read')) expect([action, roleAllows('auditor', action)]).toEqual([action, false])
    }
  })
})

describe('granting', () => {
  test('nobody grants a right that he does not have', () => {
    for (const granting of ROLES) {
      for (const granted of ROLES) {
        if (!coversRole(granting, granted)) continue
        for (const action of ACTIONS)
          if (roleAllows(granted, action)) expect([granting, granted, action, roleAllows(granting, action)]).toEqual([granting, granted, action, true])
      }
    }
  })

  test('only owners and operators change owners', () => {
    expect(ROLES.filter((role) => coversRole(role, 'owner'))).toEqual(['operator', 'owner'])
  })

  test('only operators make operators', () => {
    expect(ROLES.filter((role) => coversRole(role, 'operator'))).toEqual(['operator'])
  })

  test('a supervisor handles members and supervisors, never auditors or administrators', () => {
    expect(ROLES.filter((role) => coversRole('supervisor', role))).toEqual(['supervisor', 'member'])
  })

  test('a right does not travel in a circle: covering is transitive', () => {
    for (const a of ROLES)
      for (const b of ROLES) for (const c of ROLES) if (coversRole(a, b) && coversRole(b, c)) expect([a, b, c, coversRole(a, c)]).toEqual([a, b, c, true])
  })
})
