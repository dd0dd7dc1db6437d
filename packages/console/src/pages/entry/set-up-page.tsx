import { useState } from 'react'
import { isKeywrightError } from '../../api/call.ts'
import { useCommand, useRead } from '../../api/hooks.ts'
import { EntryFrame } from '../../components/entry-frame.tsx'
import { NewPasswordField, newPasswordErrors } from '../../forms/new-password-field.tsx'
import { useEnter } from '../../hooks/use-enter.ts'
import { forgetFragmentToken, useFragmentToken } from '../../hooks/use-fragment-token.ts'
import { pathTo } from '../../paths.ts'
import { entryText } from '../../text/entry.ts'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'
import { Input } from '../../ui/input.tsx'

/** The first operator, by the link that the server printed. */
export function Page() {
  const token = useFragmentToken('setUp')
  const { data: options } = useRead('sign-in.options', {})
  const enter = useEnter()
  const [fields, setFields] = useState({ name: '', email: '', password: '' })
  const [tried, setTried] = useState(false)
  const setUp = useCommand('sign-in.set-up', {
    refreshes: [],
    onSuccess: () => {
      forgetFragmentToken()
      enter(pathTo('home'))
    },
  })
  if (options?.setUp === false || isKeywrightError(setUp.error, 'already_bootstrapped')) {
    return (
      <EntryFrame title={entryText.setUp.doneTitle} lead={entryText.setUp.done}>
        <ButtonLink to={pathTo('signIn')} variant="primary">
          {entryText.signIn.submit}
        </ButtonLink>
      </EntryFrame>
    )
  }
  if (token === null) return <EntryFrame title={entryText.setUp.missingTitle} lead={entryText.setUp.missing} />
  const errors = [
    ...(fields.name.trim() === '' ? [{ path: 'name', code: 'required', message: entryText.setUp.needName }] : []),
    ...(fields.email.trim() === '' ? [{ path: 'email', code: 'required', message: entryText.signIn.needEmail }] : []),
    ...newPasswordErrors(fields.password),
  ]
  return (
    <EntryFrame title={entryText.setUp.title} lead={entryText.setUp.lead}>
      <Form
        error={setUp.error}
        errors={tried ? errors : []}
        onSubmit={() => {
          setTried(true)
          if (errors.length === 0 && !setUp.isPending) setUp.mutate({ token, name: fields.name.trim(), email: fields.email.trim(), password: fields.password })
        }}
      >
        <Field label={entryText.setUp.name} name="name" required>
          <Input autoComplete="name" value={fields.name} onValueChange={(name) => setFields({ ...fields, name })} />
        </Field>
        <Field label={entryText.setUp.email} name="email" required>
          <Input type="email" autoComplete="username" value={fields.email} onValueChange={(email) => setFields({ ...fields, email })} />
        </Field>
        <NewPasswordField label={entryText.setUp.password} value={fields.password} onValueChange={(password) => setFields({ ...fields, password })} />
        <Button type="submit" variant="primary" size="large" className="w-full" loading={setUp.isPending}>
          {entryText.setUp.submit}
        </Button>
      </Form>
    </EntryFrame>
  )
}
