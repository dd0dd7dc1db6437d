import { useCommand } from '../api/hooks.ts'
import { useStepUp } from '../components/step-up.tsx'
import { membersText } from '../text/members.ts'
import { Banner } from '../ui/banner.tsx'
import { ConfirmCommand } from '../ui/confirm-dialog.tsx'
import { toast } from '../ui/toast.tsx'

const said = membersText.lostSecondFactor

/** For operators: somebody has lost the authenticator, and has no backup code left. */
export function TakeSecondFactorDialog({ person, onClose }: { person: { id: string; name: string } | null; onClose: () => void }) {
  const withStepUp = useStepUp()
  const take = useCommand('people.remove-second-factor', {
    onSuccess: ({ person: { name }, notice }) => {
      toast(said.done(name), { description: notice === 'queued' ? said.told : said.tell })
      onClose()
    },
  })
  const confirm = async (id: string): Promise<void> => {
    // What refuses it is shown in the dialog.
    await withStepUp(() => take.mutateAsync({ person: id })).catch(() => null)
  }
  return (
    <ConfirmCommand
      open={person !== null}
      command={take}
      onClose={onClose}
      title={said.title(person?.name ?? '')}
      impact={<Banner tone="warning">{said.impact}</Banner>}
      confirmLabel={said.confirm}
      danger
      onConfirm={() => person !== null && void confirm(person.id)}
    >
      <p className="text-sm text-ink-soft">{said.why}</p>
    </ConfirmCommand>
  )
}
