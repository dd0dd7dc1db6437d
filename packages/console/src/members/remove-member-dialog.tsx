import { useState } from 'react'
import { useCommand } from '../api/hooks.ts'
import { membersText } from '../text/members.ts'
import { Banner } from '../ui/banner.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { toast } from '../ui/toast.tsx'
import { type KeyForReview, KeysForReview } from './keys-for-review.tsx'
import type { Member } from './member-list.tsx'

/** Says what removing does, asks, and shows the keys that go on. */
export function RemoveMemberDialog({
  org,
  organizationName,
  member,
  onClose,
}: {
  org: string
  organizationName: string
  member: Member | null
  onClose: () => void
}) {
  const { removal } = membersText
  const [review, setReview] = useState<{ name: string; keys: readonly KeyForReview[] } | null>(null)
  const remove = useCommand('members.remove', {
    onSuccess: ({ member: gone, keysForReview }) => {
      toast(removal.done(gone.person.name))
      onClose()
      if (keysForReview.length > 0) setReview({ name: gone.person.name, keys: keysForReview })
    },
  })
  const close = (): void => {
    remove.reset()
    onClose()
  }
  return (
    <>
      <ConfirmDialog
        open={member !== null}
        onOpenChange={(open) => !open && close()}
        title={removal.title(member?.person.name ?? '', organizationName)}
        impact={<Banner tone="warning">{removal.impact}</Banner>}
        confirmLabel={removal.confirm}
        danger
        loading={remove.isPending}
        error={remove.error}
        onConfirm={() => member !== null && remove.mutate({ org, member: member.id })}
      >
        <p className="text-sm text-ink-soft">{removal.keys}</p>
      </ConfirmDialog>
      <KeysForReview org={org} name={review?.name ?? ''} keys={review?.keys ?? null} onClose={() => setReview(null)} />
    </>
  )
}
