import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { CodeField, type SecondFactorKind } from './code-field.tsx'
import { useCommand } from '../api/hooks.ts'
import { pathTo } from '../paths.ts'
import { text } from '../text/common.ts'
import { entryText } from '../text/entry.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Form, FormActions } from '../ui/form.tsx'

/** Asks for a fresh second factor, or says that one must be set up first. */
export function StepUpDialog({ missing, onDone, onGiveUp }: { missing: boolean; onDone: () => void; onGiveUp: () => void }) {
  const navigate = useNavigate()
  const [code, setCode] = useState('')
  const [kind, setKind] = useState<SecondFactorKind>('totp')
  const stepUp = useCommand('me.step-up', { refreshes: ['me.person'], onSuccess: onDone })
  if (missing) {
    return (
      <Dialog open onOpenChange={onGiveUp} title={entryText.stepUp.missingTitle} description={entryText.stepUp.missing}>
        <FormActions>
          <Button
            variant="primary"
            onClick={() => {
              onGiveUp()
              void navigate({ to: pathTo('account') as never, hash: 'second-factor' })
            }}
          >
            {entryText.stepUp.setUp}
          </Button>
          <Button variant="ghost" onClick={onGiveUp}>
            {text.cancel}
          </Button>
        </FormActions>
      </Dialog>
    )
  }
  return (
    <Dialog open onOpenChange={onGiveUp} title={entryText.stepUp.title} description={entryText.stepUp.why}>
      <Form error={stepUp.error} onSubmit={() => !stepUp.isPending && stepUp.mutate({ code, kind })}>
        <CodeField code={code} onCodeChange={setCode} kind={kind} onKindChange={setKind} takesFocus />
        <FormActions>
          <Button type="submit" variant="primary" loading={stepUp.isPending}>
            {entryText.stepUp.confirm}
          </Button>
          <Button variant="ghost" onClick={onGiveUp}>
            {text.cancel}
          </Button>
        </FormActions>
      </Form>
    </Dialog>
  )
}
