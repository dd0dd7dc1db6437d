import { useState } from 'react'
import { CodeField, type SecondFactorKind } from './code-field.tsx'
import { Throttled, useWait } from './throttled.tsx'
import { useCommand } from '../api/hooks.ts'
import { entryText } from '../text/entry.ts'
import { Button } from '../ui/button.tsx'
import { Form } from '../ui/form.tsx'

/** The question for the second factor, between password (or link) and session. */
export function SecondFactorForm({ onSignedIn, onStartOver }: { onSignedIn: () => void; onStartOver: () => void }) {
  const [code, setCode] = useState('')
  const [kind, setKind] = useState<SecondFactorKind>('totp')
  const [missing, setMissing] = useState(false)
  const answer = useCommand('sign-in.second-factor', { refreshes: [], onSuccess: onSignedIn })
  const wait = useWait(answer.error)
  const throttled = answer.error?.code === 'too_many_attempts'
  return (
    <Form
      error={throttled ? null : answer.error}
      errors={missing && code.trim() === '' ? [{ path: 'code', code: 'required', message: entryText.secondFactor.needCode }] : []}
      onSubmit={() => {
        setMissing(code.trim() === '')
        if (code.trim() !== '' && !answer.isPending && wait === 0) answer.mutate({ code: code.trim(), kind })
      }}
    >
      <Throttled wait={throttled} seconds={wait} />
      <CodeField code={code} onCodeChange={setCode} kind={kind} onKindChange={setKind} takesFocus />
      <Button
        type="submit"
        variant="primary"
        size="large"
        className="w-full"
        loading={answer.isPending}
        disabledReason={wait > 0 ? entryText.throttled.wait(wait) : undefined}
      >
        {entryText.secondFactor.submit}
      </Button>
      <Button variant="ghost" onClick={onStartOver}>
        {entryText.secondFactor.startOver}
      </Button>
    </Form>
  )
}
