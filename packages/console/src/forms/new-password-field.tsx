import { entryText } from '../text/entry.ts'
import { Field } from '../ui/field.tsx'
import { PasswordInput } from '../ui/input.tsx'

const LEAST = 12

/** A password that is chosen: says what is asked, and how far one is. */
export function NewPasswordField({
  label,
  name = 'password',
  value,
  onValueChange,
}: {
  label: string
  name?: string
  value: string
  onValueChange: (value: string) => void
}) {
  const short = value.length > 0 && value.length < LEAST
  return (
    <Field label={label} name={name} hint={short ? entryText.password.length(value.length) : entryText.password.hint} required>
      <PasswordInput
        showLabel={entryText.signIn.showPassword}
        hideLabel={entryText.signIn.hidePassword}
        autoComplete="new-password"
        value={value}
        maxLength={128}
        onValueChange={onValueChange}
      />
    </Field>
  )
}

/** What is wrong with a chosen password before the server is asked. */
export function newPasswordErrors(value: string, path = 'password'): { path: string; code: string; message: string }[] {
  if (value.length < LEAST) return [{ path, code: 'too_short', message: entryText.password.tooShort }]
  return []
}
