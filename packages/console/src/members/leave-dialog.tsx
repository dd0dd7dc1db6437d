import { useNavigate } from '@tanstack/react-router'
import { useCommand } from '../api/hooks.ts'
import { pathTo } from '../paths.ts'
import { membersText } from '../text/members.ts'
import { Banner } from '../ui/banner.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { toast } from '../ui/toast.tsx'
import type { Member } from './member-list.tsx'

export function LeaveDialog({ org, organizationName, member, onClose }: { org: string; organizationName: string; member: Member | null; onClose: () => void }) {
  const { leaving } = membersText
  const navigate = useNavigate()
  const leave = useCommand('members.remove', {
    // Everything of the organization is foreign from now on: the page goes before its parts are read again.
    onSuccess: async () => {
      toast(leaving.done(organizationName))
      onClose()
      await navigate({ to: pathTo('myOrganizations') as never })
    },
  })
  const close = (): void => {
    leave.reset()
    onClose()
  }
  return (
    <ConfirmDialog
      open={member !== null}
      onOpenChange={(open) => !open && close()}
      title={leaving.title(organizationName)}
      impact={<Banner tone="warning">{leaving.impact}</Banner>}
      confirmLabel={leaving.confirm}
      danger
      loading={leave.isPending}
      error={leave.error}
      onConfirm={() => member !== null && leave.mutate({ org, member: member.id })}
    >
      <p className="text-sm text-ink-soft">{leaving.keys}</p>
    </ConfirmDialog>
  )
}
