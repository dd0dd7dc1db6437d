import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { BackupCodes } from './backup-codes.tsx'
import { PasswordQuestion } from './password-question.tsx'
import { useCommand } from '../../api/hooks.ts'
import { CodeField } from '../../forms/code-field.tsx'
import { text } from '../../text/common.ts'
import { accountText } from '../../text/account.ts'
import { Button } from '../../ui/button.tsx'
import { CopyIcon } from '../../ui/copy.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Form, FormActions } from '../../ui/form.tsx'
import { Stepper } from '../../ui/layout.tsx'
import { QrCode } from '../../ui/qr-code.tsx'
import { toast } from '../../ui/toast.tsx'

const said = accountText.secondFactor
const STEPS = [said.steps.password, said.steps.scan, said.steps.backup]

/** Password, then the authenticator and a code of it, then the backup codes. What it shows is in this dialog's memory only. */
export function EnrollDialog({ email, onClose }: { email: string; onClose: () => void }) {
  const [step, setStep] = useState<0 | 1 | 2>(0)
  const [code, setCode] = useState('')
  const enroll = useCommand('me.second-factor.enroll', {
    refreshes: [],
    onSuccess: () => setStep(1),
  })
  // The person is read again when the codes were seen: until then the dialog stays, whatever the page behind it says.
  const confirm = useCommand('me.second-factor.confirm', { refreshes: [], onSuccess: () => setStep(2) })
  const client = useQueryClient()
  const secret = enroll.data === undefined ? '' : (new URL(enroll.data.otpauthUri).searchParams.get('secret') ?? '')
  const done = (): void => {
    toast(said.turnedOn)
    void client.invalidateQueries()
    onClose()
  }
  return (
    <Dialog
      open
      persistent={step === 2}
      onOpenChange={onClose}
      title={[said.setUp, said.scanTitle, said.backupTitle][step]}
      description={[said.passwordWhy, said.scan, said.backup][step]}
    >
      <Stepper label={said.stepsLabel} steps={STEPS} current={step} />
      {step === 0 && <PasswordQuestion submit={said.continue} command={enroll} onCancel={onClose} />}
      {step === 1 && enroll.data !== undefined && (
        <Form error={confirm.error} onSubmit={() => !confirm.isPending && confirm.mutate({ code: code.trim() })}>
          <div className="flex flex-wrap items-center gap-5">
            <QrCode text={enroll.data.otpauthUri} label={said.qr} />
            <div className="min-w-0 flex-1 basis-44 text-sm">
              <p className="text-ink-faint">{said.noCamera}</p>
              <p className="mt-1 flex items-start gap-1">
                <code className="font-mono text-sm break-all">{secret.match(/.{1,4}/g)?.join(' ')}</code>
                <CopyIcon value={secret} />
              </p>
            </div>
          </div>
          <CodeField code={code} onCodeChange={setCode} kind="totp" takesFocus />
          <FormActions>
            <Button type="submit" variant="primary" loading={confirm.isPending}>
              {said.confirm}
            </Button>
            <Button variant="ghost" onClick={onClose}>
              {text.cancel}
            </Button>
          </FormActions>
        </Form>
      )}
      {step === 2 && enroll.data !== undefined && <BackupCodes codes={enroll.data.backupCodes} email={email} onDone={done} />}
    </Dialog>
  )
}
