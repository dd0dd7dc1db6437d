import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { BackupCodes } from './backup-codes.tsx'
import { useCommand } from '../../api/hooks.ts'
import { text } from '../../text/common.ts'
import { accountText } from '../../text/account.ts'
import { entryText } from '../../text/entry.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { Form, FormActions } from '../../ui/form.tsx'
import { PasswordInput } from '../../ui/input.tsx'

const said = accountText.secondFactor

export function RenewDialog({ email, onClose }: { email: string; onClose: () => void }) {
  const client = useQueryClient()
  const [password, setPassword] = useState('')
  const renew = useCommand('me.second-factor.renew-backup-codes', { refreshes: [] })
  if (renew.data !== undefined) {
    return (
      <Dialog open persistent onOpenChange={onClose} title={said.backupTitle} description={said.backup}>
        <BackupCodes
          codes={renew.data.backupCodes}
          email={email}
          onDone={() => {
            void client.invalidateQueries()
            onClose()
          }}
        />
      </Dialog>
    )
  }
  return (
    <Dialog open onOpenChange={onClose} title={said.renewTitle} description={said.renewWhy}>
      <Form error={renew.error} onSubmit={() => !renew.isPending && renew.mutate({ password })}>
        <Field label={said.password} name="password" required>
          <PasswordInput
            showLabel={entryText.signIn.showPassword}
            hideLabel={entryText.signIn.hidePassword}
            autoComplete="current-password"
            value={password}
            onValueChange={setPassword}
          />
        </Field>
        <FormActions>
          <Button type="submit" variant="primary" loading={renew.isPending}>
            {said.renewSubmit}
          </Button>
          <Button variant="ghost" onClick={onClose}>
            {text.cancel}
          </Button>
        </FormActions>
      </Form>
    </Dialog>
  )
}
