import { ORGANIZATION_ROLES, type OrganizationRole, type Role } from '@keywright/core/permissions.ts'
import { membersText } from '../text/members.ts'
import { Badge } from '../ui/badge.tsx'
import { RadioCards } from '../ui/choice.tsx'
import { Field } from '../ui/field.tsx'
import { describeRole, refusalToGrant, roleName } from './roles.ts'

/** Every role with what it may do; those that one may not give are there, with the reason. */
export function RolePicker({
  mine,
  value,
  onValueChange,
  current,
  label = membersText.role.label,
  error,
}: {
  mine: Role | null
  value: OrganizationRole | null
  onValueChange: (role: OrganizationRole) => void
  current?: string
  label?: string
  error?: string | undefined
}) {
  return (
    <Field label={label} name="role" group error={error}>
      <RadioCards
        name="role"
        value={value}
        onValueChange={onValueChange}
        cards={ORGANIZATION_ROLES.map((role) => ({
          value: role,
          label: roleName(role),
          hint: describeRole(role),
          disabledReason: refusalToGrant(mine, role),
          aside: role === current ? <Badge>{membersText.role.current}</Badge> : undefined,
        }))}
      />
    </Field>
  )
}
