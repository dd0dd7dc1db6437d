import { useState } from 'react'
import { EnrollDialog } from './enroll-dialog.tsx'
import { OwnPassword } from './password-question.tsx'
import { RenewDialog } from './renew-dialog.tsx'
import type { Person } from '../../api/contract.ts'
import { useCommand } from '../../api/hooks.ts'
import { CodeField } from '../../forms/code-field.tsx'
import { accountText } from '../../text/account.ts'
import { Badge } from '../../ui/badge.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Section } from '../../ui/layout.tsx'
import { toast } from '../../ui/toast.tsx'

const said = accountText.secondFactor
const FEW = 3

export function SecondFactorSection({ person: { secondFactor, hasPassword, email } }: { person: Person }) {
  const [dialog, setDialog] = useState<'enroll' | 'renew' | 'remove' | null>(null)
  const { enrolled, backupCodesLeft } = secondFactor
  const close = (): void => setDialog(null)
  return (
    <div id="second-factor" className="scroll-mt-6">
      <Section
        title={
          <span className="flex items-center gap-2.5">
            {said.title} <Badge tone={enrolled ? 'success' : 'neutral'}>{enrolled ? said.on : said.off}</Badge>
          </span>
        }
        description={said.lead}
        actions={
          enrolled ? undefined : (
            <Button variant="primary" disabledReason={hasPassword ? undefined : said.needsPassword} onClick={() => setDialog('enroll')}>
              {said.setUp}
            </Button>
          )
        }
      >
        {enrolled ? (
          <div className="flex flex-wrap items-center justify-between gap-3">
            <p className={`text-sm ${(backupCodesLeft ?? 0) < FEW ? 'text-warning-ink' : 'text-ink-soft'}`}>
              {said.backupLeft(backupCodesLeft ?? 0)} {(backupCodesLeft ?? 0) < FEW && said.backupFew}
            </p>
            <div className="flex flex-wrap gap-2">
              <Button onClick={() => setDialog('renew')}>{said.renew}</Button>
              <Button variant="danger-quiet" onClick={() => setDialog('remove')}>
                {said.remove}
              </Button>
            </div>
          </div>
        ) : undefined}
      </Section>
      {dialog === 'enroll' && <EnrollDialog email={email} onClose={close} />}
      {dialog === 'renew' && <RenewDialog email={email} onClose={close} />}
      {dialog === 'remove' && <RemoveDialog onClose={close} />}
    </div>
  )
}

function RemoveDialog({ onClose }: { onClose: () => void }) {
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const remove = useCommand('me.second-factor.remove', {
    onSuccess: () => {
      toast(said.removed)
      onClose()
    },
  })
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={said.removeTitle}
      impact={<Banner tone="warning">{said.removeImpact}</Banner>}
      confirmLabel={said.removeSubmit}
      danger
      loading={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate({ password, code: code.trim() })}
    >
      <OwnPassword value={password} onValueChange={setPassword} />
      <CodeField code={code} onCodeChange={setCode} kind="totp" />
    </ConfirmDialog>
  )
}
