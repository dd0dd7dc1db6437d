import { CircleAlert, SearchX } from 'lucide-react'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Spinner } from '../ui/spinner.tsx'
import { EmptyState } from '../ui/states.tsx'
import { useTitle } from '../ui/use-title.ts'
import { pathTo } from '../paths.ts'
import { text } from '../text/common.ts'

export function WaitingPage() {
  return (
    <div role="status" aria-label={text.loading} className="flex min-h-64 items-center justify-center text-ink-faint">
      <Spinner className="size-5" />
    </div>
  )
}

export function MissingPage() {
  return (
    <main>
      <NothingHere />
    </main>
  )
}

/** The same within the navigation. */
export function NothingHere() {
  useTitle(text.problems.notFoundTitle)
  return (
    <div className="mx-auto w-full max-w-2xl px-4 py-16">
      <h1 className="sr-only">{text.problems.notFoundTitle}</h1>
      <EmptyState icon={<SearchX />} title={text.problems.notFoundTitle} action={<ButtonLink to={pathTo('home')}>{text.toStart}</ButtonLink>}>
        {text.problems.notFound}
      </EmptyState>
    </div>
  )
}

/** An exception in a page; the console around it goes on. */
export function BrokenPage() {
  useTitle(text.problems.boundaryTitle)
  return (
    <main className="mx-auto w-full max-w-2xl px-4 py-16">
      <h1 className="sr-only">{text.problems.boundaryTitle}</h1>
      <EmptyState icon={<CircleAlert />} title={text.problems.boundaryTitle} action={<Button onClick={() => location.reload()}>{text.reload}</Button>}>
        {text.problems.boundary}
      </EmptyState>
    </main>
  )
}
