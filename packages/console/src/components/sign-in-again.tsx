import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useId, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import type { Person } from '../api/contract.ts'
import { useRead } from '../api/hooks.ts'
import { PasswordForm } from '../forms/password-form.tsx'
import { SecondFactorForm } from '../forms/second-factor-form.tsx'
import { useForgetPerson } from '../hooks/use-sign-out.ts'
import { pathTo } from '../paths.ts'
import { entryText } from '../text/entry.ts'
import { Button } from '../ui/button.tsx'
import { Mark } from '../ui/mark.tsx'

const said = entryText.again
/** Milliseconds between the questions whether somebody has signed in in another tab. */
const ASK_EVERY = 5000

/**
 * Over the whole page when the session ended meanwhile. The page stays below as it is, with what was typed into it, an open dialog or a
 * secret that is shown once; nothing of it can be seen or used until its person has signed in again.
 *
 * The platform's own dialog: what lies below it is inert, whatever else is open there.
 */
export function SignInAgain({ person }: { person: Person }) {
  const client = useQueryClient()
  const forget = useForgetPerson()
  const title = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  const [step, setStep] = useState<'password' | 'second-factor'>('password')
  // Its answer takes this away.
  useRead('me.person', {}, { refetchInterval: ASK_EVERY })
  useEffect(() => {
    const element = dialog.current
    const before = document.activeElement
    element?.showModal()
    element?.querySelector<HTMLElement>('input:not([readonly])')?.focus()
    return () => {
      element?.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true })
    }
  }, [])
  const signedIn = (): void => void client.invalidateQueries()

  return createPortal(
    <dialog
      ref={dialog}
      aria-labelledby={title}
      className="fixed inset-0 m-0 flex h-dvh max-h-none w-screen max-w-none flex-col items-center overflow-y-auto bg-canvas px-4 py-8 text-ink outline-none sm:justify-center"
      onCancel={(event) => event.preventDefault()}
      // Escape is not for what lies below either.
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Escape') event.preventDefault()
      }}
    >
      <div className="mb-6">
        <Mark large />
      </div>
      <div className="w-full max-w-[26rem] rounded-2xl border border-line bg-surface p-6 shadow-xs sm:p-8">
        <h1 id={title} className="text-xl font-semibold tracking-tight text-balance">
          {step === 'password' ? said.title : entryText.secondFactor.title}
        </h1>
        <p className="mt-1 mb-6 text-sm text-pretty text-ink-soft">{step === 'password' ? said.lead : entryText.secondFactor.lead}</p>
        {step === 'password' ? (
          <PasswordForm email={person.email} onSignedIn={signedIn} onSecondFactor={() => setStep('second-factor')} />
        ) : (
          <SecondFactorForm onSignedIn={signedIn} onStartOver={() => setStep('password')} />
        )}
      </div>
      <div className="mt-6 flex max-w-[26rem] flex-col items-center gap-3 text-center text-sm text-ink-faint">
        <p>
          <a href={pathTo('signIn')} target="_blank" rel="noopener" className="rounded-sm font-medium text-accent-ink hover:underline">
            {said.elsewhere}
          </a>
          <span className="block text-xs">{said.elsewhereHint}</span>
        </p>
        <Button variant="ghost" onClick={forget}>
          {said.leave}
        </Button>
      </div>
    </dialog>,
    document.body,
  )
}
