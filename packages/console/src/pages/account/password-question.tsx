import type { KeywrightError } from '@keywright/sdk/client/keywright-error.ts'
import { useState } from 'react'
import { accountText } from '../../text/account.ts'
import { entryText } from '../../text/entry.ts'
import { text } from '../../text/common.ts'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { Form, FormActions } from '../../ui/form.tsx'
import { PasswordInput } from '../../ui/input.tsx'

interface Props {
  submit: string
  /** Goes away with the question, and the password with it. */
  command: { mutate: (input: { password: string }) => void; isPending: boolean; error: KeywrightError | null }
  onCancel: () => void
}

/** Asks for one's own password before something of the second factor. */
export function PasswordQuestion({ submit, command, onCancel }: Props) {
  const [password, setPassword] = useState('')
  return (
    <Form error={command.error} onSubmit={() => !command.isPending && command.mutate({ password })}>
      <OwnPassword value={password} onValueChange={setPassword} />
      <FormActions>
        <Button type="submit" variant="primary" loading={command.isPending}>
          {submit}
        </Button>
        <Button variant="ghost" onClick={onCancel}>
          {text.cancel}
        </Button>
      </FormActions>
    </Form>
  )
}

export function OwnPassword({ value, onValueChange }: { value: string; onValueChange: (password: string) => void }) {
  return (
    <Field label={accountText.secondFactor.password} name="password" required>
      <PasswordInput
        showLabel={entryText.signIn.showPassword}
        hideLabel={entryText.signIn.hidePassword}
        autoComplete="current-password"
        value={value}
        onValueChange={onValueChange}
      />
    </Field>
  )
}
