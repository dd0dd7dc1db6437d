import type { OrganizationRole, Role } from '@keywright/core/permissions.ts'
import { useState } from 'react'
import { useCommand } from '../api/hooks.ts'
import { text } from '../text/common.ts'
import { membersText } from '../text/members.ts'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Form, FormActions } from '../ui/form.tsx'
import { toast } from '../ui/toast.tsx'
import type { Member } from './member-list.tsx'
import { RolePicker } from './role-picker.tsx'
import { roleName } from './roles.ts'

export function RoleDialog({
  org,
  mine,
  self,
  member,
  onClose,
}: {
  org: string
  mine: Role | null
  self: boolean
  member: Member | null
  onClose: () => void
}) {
  return (
    <Dialog open={member !== null} onOpenChange={(open) => !open && onClose()} title={membersText.role.title(member?.person.name ?? '')}>
      {member !== null && <ChangeRole key={member.id} org={org} mine={mine} self={self} member={member} onClose={onClose} />}
    </Dialog>
  )
}

function ChangeRole({ org, mine, self, member, onClose }: { org: string; mine: Role | null; self: boolean; member: Member; onClose: () => void }) {
  const [role, setRole] = useState(member.role as OrganizationRole)
  const update = useCommand('members.update', {
    // One's own role decides what every page offers.
    onSuccess: () => {
      toast(membersText.role.changed(member.person.name, roleName(role)))
      onClose()
    },
  })
  return (
    <Form error={update.error} onSubmit={() => (role === member.role ? onClose() : update.mutate({ org, member: member.id, role }))}>
      <RolePicker mine={mine} value={role} onValueChange={setRole} current={member.role} />
      {self && role !== member.role && <Banner tone="warning">{membersText.role.yourself}</Banner>}
      <p className="text-sm text-ink-soft">{membersText.role.holds}</p>
      <FormActions>
        <Button type="submit" variant="primary" loading={update.isPending}>
          {membersText.role.save}
        </Button>
        <Button variant="ghost" onClick={onClose}>
          {text.cancel}
        </Button>
      </FormActions>
    </Form>
  )
}
