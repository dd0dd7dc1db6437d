import { useIsFetching } from '@tanstack/react-query'
import { useLocation, useNavigate, useParams } from '@tanstack/react-router'
import { Menu as MenuIcon } from 'lucide-react'
import { Fragment, useEffect, useRef, useState, type ReactNode } from 'react'
import { CommandPalette } from './command-palette.tsx'
import { ConnectionBanner } from './connection-banner.tsx'
import { NothingHere, WaitingPage } from './page-states.tsx'
import { SignInAgain } from './sign-in-again.tsx'
import { Sidebar } from './sidebar.tsx'
import { isKeywrightError } from '../api/call.ts'
import { useRead } from '../api/hooks.ts'
import { usePerson } from '../api/person.ts'
import { useRememberOrganization } from '../hooks/use-last-organization.ts'
import { SIGNED_OUT } from '../hooks/use-sign-out.ts'
import { pathTo } from '../paths.ts'
import { text } from '../text/common.ts'
import { shellText } from '../text/shell.ts'
import { IconButton } from '../ui/button.tsx'
import { Sheet } from '../ui/dialog.tsx'
import { Mark } from '../ui/mark.tsx'
import { ErrorState } from '../ui/states.tsx'
import { toast } from '../ui/toast.tsx'

/** Navigation beside the page; knows who is signed in, and sends everybody else to sign in and back. */
export function Shell({ children }: { children: ReactNode }) {
  const { data: person, error, refetch } = usePerson()
  const location = useLocation()
  const { org = null } = useParams({ strict: false }) as { org?: string }
  // Open on the page where it was opened: going elsewhere closes it.
  const [sheetAt, setSheetAt] = useState<string | null>(null)
  const setSheet = (open: boolean): void => setSheetAt(open ? location.pathname : null)
  const inOrganization = location.pathname.startsWith('/organizations/') ? org : null
  useRememberOrganization(inOrganization)
  // One that does not exist, or not for this person, has no pages.
  const organization = useRead('organizations.get', { org: inOrganization ?? '' }, { enabled: person !== undefined && inOrganization !== null })
  const nothing = isKeywrightError(organization.error, 'not_found')
  useFocusOnArrival(location.pathname)
  useWordAboutOtherPerson(person?.id)

  const signedOut = isKeywrightError(error, 'unauthenticated')
  // Until the server says who is signed in: a connection that breaks meanwhile uncovers nothing.
  const [covered, setCovered] = useState(false)
  if (signedOut && !covered) setCovered(true)
  if (covered && error === null) setCovered(false)
  if (person === undefined) {
    if (signedOut) return <SignInFirst from={error.extra['reason'] === SIGNED_OUT ? null : location.href} />
    if (error === null) return <WaitingPage />
    return (
      <main className="mx-auto max-w-2xl px-4 py-16">
        <ErrorState error={error} onRetry={() => void refetch()} />
      </main>
    )
  }
  return (
    // Another person gets another page: nothing that one has typed or opened stays for the other.
    <Fragment key={person.id}>
      <div className="min-h-dvh md:grid md:grid-cols-[15.5rem_minmax(0,1fr)]">
        <a
          href="#content"
          className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-lg focus:bg-accent focus:px-3 focus:py-2 focus:text-on-accent"
        >
          {text.skipToContent}
        </a>
        <aside className="sticky top-0 hidden h-dvh border-r border-line bg-canvas md:block">
          <Sidebar person={person} org={nothing ? null : inOrganization} />
        </aside>
        <header className="sticky top-0 z-20 flex items-center gap-2 border-b border-line bg-canvas/90 px-3 py-2 backdrop-blur md:hidden">
          <IconButton label={shellText.openNavigation} onClick={() => setSheet(true)}>
            <MenuIcon aria-hidden="true" className="size-5" />
          </IconButton>
          <Mark />
        </header>
        <Sheet open={sheetAt === location.pathname} onOpenChange={setSheet} title={shellText.mainNavigation} titleHidden side="left">
          <Sidebar person={person} org={nothing ? null : inOrganization} />
        </Sheet>
        <div className="min-w-0">
          <Progress />
          <ConnectionBanner />
          <main id="content" tabIndex={-1} className="mx-auto w-full max-w-6xl px-4 py-6 outline-none sm:px-8 sm:py-8">
            {nothing ? <NothingHere /> : children}
          </main>
        </div>
        <CommandPalette person={person} org={nothing ? null : inOrganization} />
      </div>
      {covered && <SignInAgain person={person} />}
    </Fragment>
  )
}

/** Leads to the sign-in page, and back afterwards. Once: on the way the location changes, and it must not be taken for a new page. */
function SignInFirst({ from }: { from: string | null }) {
  const navigate = useNavigate()
  const [back] = useState(from)
  useEffect(() => void navigate({ to: pathTo('signIn') as never, search: (back === null ? {} : { return: back }) as never, replace: true }), [navigate, back])
  return <WaitingPage />
}

/** Somebody else signed in in another window of this browser. */
function useWordAboutOtherPerson(id: string | undefined): void {
  const before = useRef(id)
  useEffect(() => {
    if (id === undefined || before.current === id) return
    if (before.current !== undefined) toast(text.problems.otherPersonTitle, { description: text.problems.otherPerson, tone: 'danger' })
    before.current = id
  }, [id])
}

/** Another page: the focus goes to its beginning, as it would if the browser had loaded it. */
function useFocusOnArrival(pathname: string): void {
  const before = useRef(pathname)
  useEffect(() => {
    if (before.current === pathname) return
    before.current = pathname
    document.querySelector<HTMLElement>('#content')?.focus({ preventScroll: true })
  }, [pathname])
}

/** A thin line while something is read. */
function Progress() {
  const busy = useIsFetching({ predicate: (query) => query.state.data === undefined }) > 0
  return (
    <div
      aria-hidden="true"
      className={`fixed top-0 right-0 left-0 z-30 h-0.5 bg-accent-ink transition-opacity duration-300 ${busy ? 'animate-pulse opacity-100' : 'opacity-0'}`}
    />
  )
}
