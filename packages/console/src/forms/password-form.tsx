import { useState } from 'react'
import { useCommand } from '../api/hooks.ts'
import { Throttled, useWait } from './throttled.tsx'
import { entryText } from '../text/entry.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { Form } from '../ui/form.tsx'
import { Input, PasswordInput } from '../ui/input.tsx'

interface Props {
  email: string
  /** Left out: of one certain person, whose address cannot be changed. */
  onEmailChange?: (email: string) => void
  onSignedIn: () => void
  onSecondFactor: () => void
}

/** E-mail and password. A refusal names neither which of the two was wrong nor whether the person exists. */
export function PasswordForm({ email, onEmailChange, onSignedIn, onSecondFactor }: Props) {
  const [password, setPassword] = useState('')
  const [tried, setTried] = useState(false)
  const signIn = useCommand('sign-in.password', {
    refreshes: [],
    onSuccess: ({ status }) => (status === 'signed-in' ? onSignedIn() : onSecondFactor()),
  })
  const wait = useWait(signIn.error)
  const throttled = signIn.error?.code === 'too_many_attempts'
  const missing = [
    ...(email.trim() === '' ? [{ path: 'email', code: 'required', message: entryText.signIn.needEmail }] : []),
    ...(password === '' ? [{ path: 'password', code: 'required', message: entryText.signIn.needPassword }] : []),
  ]
  return (
    <Form
      error={throttled ? null : signIn.error}
      errors={tried ? missing : []}
      onSubmit={() => {
        setTried(true)
        if (missing.length === 0 && !signIn.isPending && wait === 0) signIn.mutate({ email: email.trim(), password })
      }}
    >
      <Throttled wait={throttled} seconds={wait} />
      <Field label={entryText.signIn.email} name="email" required>
        <Input type="email" autoComplete="username" value={email} {...(onEmailChange === undefined ? { readOnly: true } : { onValueChange: onEmailChange })} />
      </Field>
      <Field label={entryText.signIn.password} name="password" required>
        <PasswordInput
          showLabel={entryText.signIn.showPassword}
          hideLabel={entryText.signIn.hidePassword}
          autoComplete="current-password"
          value={password}
          onValueChange={setPassword}
        />
      </Field>
      <Button
        type="submit"
        variant="primary"
        size="large"
        className="w-full"
        loading={signIn.isPending}
        disabledReason={wait > 0 ? entryText.throttled.wait(wait) : undefined}
      >
        {entryText.signIn.submit}
      </Button>
    </Form>
  )
}
