import { useBlocker } from '@tanstack/react-router'
import { secretText } from '../text/secret.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { FormActions } from '../ui/form.tsx'

/** While active, leaving the page by any way asks first. */
export function SecretGuard({
  active,
  onLeave,
}: {
  active: boolean
  /** Gone for good: whoever holds the secret forgets it. */ onLeave?: (() => void) | undefined
}) {
  const blocker = useBlocker({ shouldBlockFn: () => active, enableBeforeUnload: () => active, withResolver: true })
  if (blocker.status !== 'blocked') return null
  return (
    <Dialog open onOpenChange={() => blocker.reset()} title={secretText.leaveTitle} description={secretText.leave}>
      <FormActions>
        <Button variant="primary" onClick={blocker.reset}>
          {secretText.stay}
        </Button>
        <Button
          variant="danger-quiet"
          onClick={() => {
            onLeave?.()
            blocker.proceed()
          }}
        >
          {secretText.leaveAnyway}
        </Button>
      </FormActions>
    </Dialog>
  )
}
