import { MailCheck } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { useCommand } from '../../api/hooks.ts'
import { EntryFrame } from '../../components/entry-frame.tsx'
import { Throttled, useWait } from '../../forms/throttled.tsx'
import { entryText } from '../../text/entry.ts'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'
import { Input } from '../../ui/input.tsx'

interface Props {
  operation: 'sign-in.request-link' | 'sign-in.request-password-reset'
  title: string
  lead: string
  submit: string
  sent: (email: string) => string
  email: string
  onEmailChange: (email: string) => void
  back: ReactNode
}

/** Asks for an address and has a link sent there. The answer is the same whether or not such a person exists. */
export function RequestLinkForm({ operation, title, lead, submit, sent, email, onEmailChange, back }: Props) {
  const [tried, setTried] = useState(false)
  const request = useCommand(operation, { refreshes: [] })
  const wait = useWait(request.error)
  const throttled = request.error?.code === 'too_many_attempts'
  if (request.isSuccess) {
    return (
      <EntryFrame title={entryText.linkSent.title}>
        <div role="status" className="flex flex-col gap-4 text-sm text-ink-soft">
          <MailCheck aria-hidden="true" className="size-8 text-success-ink" strokeWidth={1.5} />
          <p>{sent(email.trim())}</p>
          <p className="text-xs text-ink-faint">{entryText.linkSent.nothing}</p>
          <Button onClick={() => request.reset()}>{entryText.linkSent.again}</Button>
        </div>
      </EntryFrame>
    )
  }
  return (
    <EntryFrame title={title} lead={lead}>
      <Form
        error={throttled ? null : request.error}
        errors={tried && email.trim() === '' ? MISSING : NONE}
        onSubmit={() => {
          setTried(true)
          if (email.trim() !== '' && !request.isPending && wait === 0) request.mutate({ email: email.trim() })
        }}
      >
        <Throttled wait={throttled} seconds={wait} />
        <Field label={entryText.signIn.email} name="email" required>
          <Input type="email" autoComplete="username" value={email} onValueChange={onEmailChange} />
        </Field>
        <Button
          type="submit"
          variant="primary"
          size="large"
          className="w-full"
          loading={request.isPending}
          disabledReason={wait > 0 ? entryText.throttled.wait(wait) : undefined}
        >
          {submit}
        </Button>
        {back}
      </Form>
    </EntryFrame>
  )
}

const NONE: [] = []
const MISSING = [{ path: 'email', code: 'required', message: entryText.signIn.needEmail }]
