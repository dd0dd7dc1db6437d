import { useLocation, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { CodeField, type SecondFactorKind } from './code-field.tsx'
import { SingleSignOnButton } from './single-sign-on-button.tsx'
import { Throttled, useWait } from './throttled.tsx'
import { useCommand, useRead } from '../api/hooks.ts'
import { pathTo } from '../paths.ts'
import { text } from '../text/common.ts'
import { entryText } from '../text/entry.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Form, FormActions } from '../ui/form.tsx'

const said = entryText.stepUp

/** Asks for a fresh second factor (or single sign-on), or says that one must be set up first. */
export function StepUpDialog({ missing, onDone, onGiveUp }: { missing: boolean; onDone: () => void; onGiveUp: () => void }) {
  const navigate = useNavigate()
  const { href } = useLocation()
  const { data: options } = useRead('sign-in.options', {})
  const [code, setCode] = useState('')
  const [kind, setKind] = useState<SecondFactorKind>('totp')
  const stepUp = useCommand('me.step-up', { refreshes: ['me.person'], onSuccess: onDone })
  const wait = useWait(stepUp.error)
  const throttled = stepUp.error?.code === 'too_many_attempts'
  const singleSignOn = options !== undefined && options.oidc !== null && <SingleSignOnButton label={options.oidc.label} returnTo={href} proves />
  if (missing) {
    return (
      <Dialog open onOpenChange={onGiveUp} title={said.missingTitle} description={said.missing}>
        {singleSignOn}
        <FormActions>
          <Button
            variant="primary"
            onClick={() => {
              onGiveUp()
              // What asked for the proof is given up, so nothing is lost.
              void navigate({ to: pathTo('account') as never, hash: 'second-factor', ignoreBlocker: true })
            }}
          >
            {said.setUp}
          </Button>
          <Button variant="ghost" onClick={onGiveUp}>
            {text.cancel}
          </Button>
        </FormActions>
      </Dialog>
    )
  }
  return (
    <Dialog open onOpenChange={onGiveUp} title={said.title} description={said.why}>
      <Form error={throttled ? null : stepUp.error} onSubmit={() => !stepUp.isPending && wait === 0 && stepUp.mutate({ code: code.trim(), kind })}>
        <Throttled wait={throttled} seconds={wait} />
        <CodeField code={code} onCodeChange={setCode} kind={kind} onKindChange={setKind} takesFocus />
        <FormActions>
          <Button type="submit" variant="primary" loading={stepUp.isPending} disabledReason={wait > 0 ? entryText.throttled.wait(wait) : undefined}>
            {said.confirm}
          </Button>
          <Button variant="ghost" onClick={onGiveUp}>
            {text.cancel}
          </Button>
        </FormActions>
      </Form>
      {singleSignOn}
    </Dialog>
  )
}
