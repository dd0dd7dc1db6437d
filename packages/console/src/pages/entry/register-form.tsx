import { useState } from 'react'
import { useCommand } from '../../api/hooks.ts'
import { NewPasswordField, newPasswordErrors } from '../../forms/new-password-field.tsx'
import { entryText } from '../../text/entry.ts'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'
import { Input } from '../../ui/input.tsx'

/** Makes the account that the invitation proves the address of, and accepts. */
export function RegisterForm({ token, email, onRegistered }: { token: string; email: string; onRegistered: () => void }) {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [tried, setTried] = useState(false)
  const register = useCommand('sign-in.register', { refreshes: [], onSuccess: onRegistered })
  const errors = [...(name.trim() === '' ? [{ path: 'name', code: 'required', message: entryText.setUp.needName }] : []), ...newPasswordErrors(password)]
  return (
    <Form
      className="border-t border-line pt-5"
      error={register.error}
      errors={tried ? errors : []}
      onSubmit={() => {
        setTried(true)
        if (errors.length === 0 && !register.isPending) register.mutate({ token, name: name.trim(), password })
      }}
    >
      <div>
        <h2 className="text-sm font-semibold">{entryText.invitation.registerTitle}</h2>
        <p className="mt-0.5 text-xs text-ink-faint">{entryText.invitation.registerWhy(email)}</p>
      </div>
      {/* For password managers: whose password it is. */}
      <input type="email" autoComplete="username" value={email} readOnly hidden />
      <Field label={entryText.invitation.name} name="name" required>
        <Input autoComplete="name" value={name} onValueChange={setName} />
      </Field>
      <NewPasswordField label={entryText.invitation.password} value={password} onValueChange={setPassword} />
      <Button type="submit" variant="primary" size="large" className="w-full" loading={register.isPending}>
        {entryText.invitation.register}
      </Button>
    </Form>
  )
}
