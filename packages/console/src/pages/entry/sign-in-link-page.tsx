import { useEffect, useRef, useState } from 'react'
import { useCommand } from '../../api/hooks.ts'
import { EntryFrame } from '../../components/entry-frame.tsx'
import { SecondFactorForm } from '../../forms/second-factor-form.tsx'
import { useEnter } from '../../hooks/use-enter.ts'
import { forgetFragmentToken, useFragmentToken } from '../../hooks/use-fragment-token.ts'
import { pathTo } from '../../paths.ts'
import { text } from '../../text/common.ts'
import { entryText } from '../../text/entry.ts'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { Problem } from '../../ui/problem.tsx'
import { Spinner } from '../../ui/spinner.tsx'

/** Where a mailed link leads: it signs in at once. A program that only fetches links to look at them runs no script, and so spends nothing. */
export function Page() {
  const token = useFragmentToken('signInLink')
  const enter = useEnter()
  const [secondFactor, setSecondFactor] = useState(false)
  const link = useCommand('sign-in.link', {
    refreshes: [],
    onSuccess: ({ status }) => {
      if (status === 'second-factor') setSecondFactor(true)
      else {
        forgetFragmentToken()
        enter(pathTo('home'))
      }
    },
  })
  const sent = useRef<string | null>(null)
  const { mutate } = link
  useEffect(() => {
    if (token === null || sent.current === token) return
    // Once for each token: it works only once.
    sent.current = token
    mutate({ token })
  }, [token, mutate])

  if (secondFactor) {
    return (
      <EntryFrame title={entryText.secondFactor.title} lead={entryText.secondFactor.lead}>
        <SecondFactorForm
          onSignedIn={() => {
            forgetFragmentToken()
            enter(pathTo('home'))
          }}
          onStartOver={() => enter(pathTo('signIn'))}
        />
      </EntryFrame>
    )
  }
  if (token === null || link.error !== null) {
    const unreachable = link.error?.code === 'unreachable'
    return (
      <EntryFrame title={entryText.link.failedTitle} lead={token === null ? entryText.link.missing : entryText.link.failed}>
        <div className="flex flex-col gap-4">
          {link.error !== null && link.error.code !== 'link_unusable' && <Problem error={link.error} />}
          {unreachable && token !== null && (
            <Button variant="primary" onClick={() => mutate({ token })}>
              {entryText.link.unreachable}
            </Button>
          )}
          <ButtonLink to={pathTo('signIn')}>{entryText.link.newLink}</ButtonLink>
        </div>
      </EntryFrame>
    )
  }
  return (
    <EntryFrame title={entryText.link.title}>
      <div role="status" aria-label={text.loading} className="flex justify-center py-4 text-ink-faint">
        <Spinner className="size-6" />
      </div>
    </EntryFrame>
  )
}
