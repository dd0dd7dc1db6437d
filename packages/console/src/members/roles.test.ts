import { ORGANIZATION_ROLES } from '@keywright/core/permissions.ts'
import { expect, test } from 'vitest'
import { describeRole, refusalToGrant } from './roles.ts'

test('each role says what it may do, as core decides it', () => {
  expect(Object.fromEntries(ORGANIZATION_ROLES.map((role) => [role, describeRole(role)]))).toEqual({
    owner:
      'May change its name and contacts, issue, change and end keys, look at secrets that can be shown again, set address lists, issue management keys, invite and remove members and read the audit log.',
    administrator:
      'May change its name and contacts, issue, change and end keys, look at secrets that can be shown again, set address lists, issue management keys, invite and remove members and read the audit log. Gives and takes the roles administrator, supervisor, auditor and member.',
    supervisor: 'May invite and remove members. Gives and takes the roles supervisor and member.',
    auditor: 'Sees everything, changes nothing. May see management keys and read the audit log.',
    member: 'Sees the organization, its keys and its members.',
  })
})

test('nobody is offered to give a role with rights that he does not have, and is told why', () => {
  const refused = (mine: Parameters<typeof refusalToGrant>[0]) => ORGANIZATION_ROLES.filter((role) => refusalToGrant(mine, role) !== undefined)
  expect(refused('operator')).toEqual([])
  expect(refused('owner')).toEqual([])
  expect(refused('administrator')).toEqual(['owner'])
  expect(refused('supervisor')).toEqual(['owner', 'administrator', 'auditor'])
  expect(refused(null)).toEqual([...ORGANIZATION_ROLES])
  expect(refusalToGrant('administrator', 'owner')).toMatch(/^Only owners/)
  expect(refusalToGrant('owner', 'operator')).toMatch(/^Only operators/)
  expect(refusalToGrant('supervisor', 'auditor')).toBe('The role auditor has rights that yours does not have, so somebody with more rights must do that.')
})
