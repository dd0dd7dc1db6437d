import { useState } from 'react'
import { RequestLinkForm } from './request-link-form.tsx'
import { isKeywrightError } from '../../api/call.ts'
import { useCommand } from '../../api/hooks.ts'
import { EntryFrame } from '../../components/entry-frame.tsx'
import { NewPasswordField, newPasswordErrors } from '../../forms/new-password-field.tsx'
import { forgetFragmentToken, useFragmentToken } from '../../hooks/use-fragment-token.ts'
import { useSearch } from '../../hooks/use-search.ts'
import { pathTo } from '../../paths.ts'
import { entryText } from '../../text/entry.ts'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { Form } from '../../ui/form.tsx'

/** Without a token: asks where to send one. With it: sets the password. */
export function Page() {
  const token = useFragmentToken('resetPassword')
  const [search] = useSearch('email')
  const [email, setEmail] = useState(search.email)
  const [password, setPassword] = useState('')
  const [tried, setTried] = useState(false)
  const reset = useCommand('sign-in.reset-password', { refreshes: [] })

  if (reset.isSuccess) {
    return (
      <EntryFrame title={entryText.reset.doneTitle} lead={entryText.reset.done}>
        <ButtonLink to={pathTo('signIn')} variant="primary">
          {entryText.reset.toSignIn}
        </ButtonLink>
      </EntryFrame>
    )
  }
  if (isKeywrightError(reset.error, 'link_unusable')) {
    return (
      <EntryFrame title={entryText.link.failedTitle} lead={entryText.link.failed}>
        <Button
          variant="primary"
          onClick={() => {
            forgetFragmentToken()
            reset.reset()
          }}
        >
          {entryText.link.newLink}
        </Button>
      </EntryFrame>
    )
  }
  if (token === null) {
    return (
      <RequestLinkForm
        operation="sign-in.request-password-reset"
        title={entryText.reset.requestTitle}
        lead={entryText.reset.requestLead}
        submit={entryText.reset.requestSubmit}
        sent={entryText.linkSent.reset}
        email={email}
        onEmailChange={setEmail}
        back={
          <ButtonLink to={pathTo('signIn')} variant="ghost">
            {entryText.requestLink.back}
          </ButtonLink>
        }
      />
    )
  }
  const errors = newPasswordErrors(password)
  return (
    <EntryFrame title={entryText.reset.title} lead={entryText.reset.lead}>
      <Form
        error={reset.error}
        errors={tried ? errors : []}
        onSubmit={() => {
          setTried(true)
          if (errors.length === 0 && !reset.isPending) reset.mutate({ token, password })
        }}
      >
        <NewPasswordField label={entryText.reset.password} value={password} onValueChange={setPassword} />
        <Button type="submit" variant="primary" size="large" className="w-full" loading={reset.isPending}>
          {entryText.reset.submit}
        </Button>
      </Form>
    </EntryFrame>
  )
}
