import { useState } from 'react'
import type { Person } from '../../api/contract.ts'
import { useCommand } from '../../api/hooks.ts'
import { NewPasswordField, newPasswordErrors } from '../../forms/new-password-field.tsx'
import { pathTo } from '../../paths.ts'
import { accountText } from '../../text/account.ts'
import { entryText } from '../../text/entry.ts'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { Form, FormActions } from '../../ui/form.tsx'
import { PasswordInput } from '../../ui/input.tsx'
import { Section } from '../../ui/layout.tsx'
import { toast } from '../../ui/toast.tsx'

const said = accountText.password

export function PasswordSection({ person }: { person: Person }) {
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [tried, setTried] = useState(false)
  const change = useCommand('me.change-password', {
    onSuccess: () => {
      setCurrent('')
      setNext('')
      setTried(false)
      toast(said.changed)
    },
  })
  if (!person.hasPassword) {
    return (
      <Section
        title={said.title}
        description={said.none}
        actions={<ButtonLink to={pathTo('resetPassword', {}, { email: person.email })}>{said.setOne}</ButtonLink>}
      />
    )
  }
  const errors = [
    ...(current === '' ? [{ path: 'currentPassword', code: 'required', message: said.needCurrent }] : []),
    ...newPasswordErrors(next, 'newPassword'),
  ]
  return (
    <Section title={said.title} description={said.lead}>
      <Form
        error={change.error}
        errors={tried ? errors : []}
        onSubmit={() => {
          setTried(true)
          if (errors.length === 0 && !change.isPending) change.mutate({ currentPassword: current, newPassword: next })
        }}
      >
        <div className="grid gap-5 sm:grid-cols-2">
          <Field label={said.current} name="currentPassword" required>
            <PasswordInput
              showLabel={entryText.signIn.showPassword}
              hideLabel={entryText.signIn.hidePassword}
              autoComplete="current-password"
              value={current}
              onValueChange={setCurrent}
            />
          </Field>
          <NewPasswordField label={said.next} name="newPassword" value={next} onValueChange={setNext} />
        </div>
        <FormActions>
          <Button type="submit" loading={change.isPending}>
            {said.submit}
          </Button>
        </FormActions>
      </Form>
    </Section>
  )
}
