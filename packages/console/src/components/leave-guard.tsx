import { useBlocker } from '@tanstack/react-router'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { FormActions } from '../ui/form.tsx'

interface Props {
  active: boolean
  said: { title: string; why: string; stay: string; leave: string }
  /** Gone for good: whoever holds what would be lost forgets it. */
  onLeave?: (() => void) | undefined
}

/** While active, leaving the page by any way asks first. A page that goes on by itself navigates with `ignoreBlocker`. */
export function LeaveGuard({ active, said, onLeave }: Props) {
  const blocker = useBlocker({ shouldBlockFn: () => active, enableBeforeUnload: () => active, withResolver: true })
  if (blocker.status !== 'blocked') return null
  return (
    <Dialog open onOpenChange={() => blocker.reset()} title={said.title} description={said.why}>
      <FormActions>
        <Button variant="primary" onClick={blocker.reset}>
          {said.stay}
        </Button>
        <Button
          variant="danger-quiet"
          onClick={() => {
            onLeave?.()
            blocker.proceed()
          }}
        >
          {said.leave}
        </Button>
      </FormActions>
    </Dialog>
  )
}
