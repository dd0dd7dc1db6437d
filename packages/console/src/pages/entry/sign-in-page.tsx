import { Navigate } from '@tanstack/react-router'
import { useState } from 'react'
import { RequestLinkForm } from './request-link-form.tsx'
import { SetUpWaits } from './set-up-waits.tsx'
import { useRead } from '../../api/hooks.ts'
import { usePerson } from '../../api/person.ts'
import { EntryFrame } from '../../components/entry-frame.tsx'
import { PasswordForm } from '../../forms/password-form.tsx'
import { SecondFactorForm } from '../../forms/second-factor-form.tsx'
import { SingleSignOnButton } from '../../forms/single-sign-on-button.tsx'
import { useEnter } from '../../hooks/use-enter.ts'
import { useSearch } from '../../hooks/use-search.ts'
import { pathTo, safeReturn } from '../../paths.ts'
import { entryText } from '../../text/entry.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { Link } from '../../ui/link.tsx'
import { ErrorState, Skeleton } from '../../ui/states.tsx'

const LINK = 'rounded-sm font-medium text-accent-ink hover:underline'

type Step = 'password' | 'link' | 'second-factor'

export function Page() {
  const [search] = useSearch('return', 'refused', 'email')
  const [step, setStep] = useState<Step>('password')
  const [email, setEmail] = useState(search.email)
  const { data: person, error: signedOut } = usePerson()
  const { data: options, error, refetch } = useRead('sign-in.options', {})
  const enter = useEnter()
  const back = safeReturn(search.return)
  const signedIn = (): void => enter(back)

  const refused = search.refused !== '' && (
    <Banner tone="danger" title={entryText.signIn.oidcFailedTitle}>
      {entryText.signIn.refusals[search.refused] ?? entryText.signIn.refusals['failed']}
    </Banner>
  )
  // What was read before the session ended may still be there beside the refusal.
  const isSignedIn = person !== undefined && signedOut === null
  // Somebody who is signed in and wanted to prove himself: the answer of the provider always leads here.
  if (isSignedIn && refused !== false) {
    return (
      <EntryFrame title={entryText.signIn.title}>
        <div className="flex flex-col gap-4">
          {refused}
          <ButtonLink to={back} variant="primary">
            {entryText.signIn.goOn}
          </ButtonLink>
        </div>
      </EntryFrame>
    )
  }
  if (isSignedIn) return <Navigate to={back as never} replace />
  if (step === 'second-factor') {
    return (
      <EntryFrame title={entryText.secondFactor.title} lead={entryText.secondFactor.lead}>
        <SecondFactorForm onSignedIn={signedIn} onStartOver={() => setStep('password')} />
      </EntryFrame>
    )
  }
  if (step === 'link') {
    return (
      <RequestLinkForm
        operation="sign-in.request-link"
        title={entryText.requestLink.title}
        lead={entryText.requestLink.lead}
        submit={entryText.requestLink.submit}
        sent={entryText.linkSent.signIn}
        email={email}
        onEmailChange={setEmail}
        back={
          <Button variant="ghost" onClick={() => setStep('password')}>
            {entryText.requestLink.back}
          </Button>
        }
      />
    )
  }
  return (
    <EntryFrame
      title={entryText.signIn.title}
      lead={back === pathTo('home') ? entryText.signIn.lead : entryText.signIn.leadBack}
      foot={
        <>
          <p>{entryText.signIn.noAccount}</p>
          {options !== undefined && options.supportContact !== null && (
            <p className="mt-1">
              {entryText.signIn.help} <span className="text-ink-soft">{options.supportContact}</span>
            </p>
          )}
        </>
      }
    >
      {error !== null && <ErrorState error={error} onRetry={() => void refetch()} />}
      {error === null && options === undefined && <Skeleton className="h-64 w-full" />}
      {options?.setUp === true && <SetUpWaits />}
      {options !== undefined && !options.setUp && (
        <div className="flex flex-col gap-5">
          {refused}
          {options.oidc !== null && (
            <>
              {/* A link's token does not outlive the way over another site; the pending list of My organizations has the invitation. */}
              <SingleSignOnButton label={options.oidc.label} returnTo={back === pathTo('invitation') ? pathTo('myOrganizations') : back} />
              <div aria-hidden="true" className="flex items-center gap-3 text-xs text-ink-faint">
                <span className="h-px flex-1 bg-line" />
                {entryText.signIn.or}
                <span className="h-px flex-1 bg-line" />
              </div>
            </>
          )}
          <PasswordForm email={email} onEmailChange={setEmail} onSignedIn={signedIn} onSecondFactor={() => setStep('second-factor')} />
          <div className="flex flex-wrap justify-between gap-2 text-sm">
            {options.magicLink && (
              <button type="button" className={LINK} onClick={() => setStep('link')}>
                {entryText.signIn.sendLink}
              </button>
            )}
            {options.magicLink && (
              <Link to={pathTo('resetPassword', {}, { email })} className={LINK}>
                {entryText.signIn.forgot}
              </Link>
            )}
          </div>
        </div>
      )}
    </EntryFrame>
  )
}
