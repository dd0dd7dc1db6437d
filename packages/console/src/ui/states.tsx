import type { KeywrightError } from '@keywright/sdk/client/keywright-error.ts'
import { CircleAlert, Lock, SearchX } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { text } from '../text/common.ts'
import { cx } from '../util/class-names.ts'

/** Where a list will be: says what belongs here and what to do next. */
export function EmptyState({ icon, title, children, action }: { icon?: ReactNode; title: ReactNode; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-3 rounded-xl border border-dashed border-line-strong px-6 py-9 text-center">
      {icon !== undefined && (
        <span aria-hidden="true" className="flex size-10 items-center justify-center rounded-full bg-sunken text-ink-faint [&_svg]:size-5">
          {icon}
        </span>
      )}
      <div className="max-w-md">
        <p className="font-medium">{title}</p>
        {children !== undefined && <div className="mt-1 text-sm text-pretty text-ink-soft">{children}</div>}
      </div>
      {action}
    </div>
  )
}

/** What could not be read: missing, forbidden or failed, each in its words, with a way on. */
export function ErrorState({ error, onRetry }: { error: KeywrightError; onRetry?: () => void }) {
  if (error.code === 'not_found') {
    return (
      <EmptyState icon={<SearchX />} title={text.problems.notFoundTitle}>
        {text.problems.notFound}
      </EmptyState>
    )
  }
  if (error.status === 403) return <ForbiddenState>{error.message}</ForbiddenState>
  return (
    <EmptyState icon={<CircleAlert />} title={text.problems.title} action={onRetry === undefined ? undefined : <Button onClick={onRetry}>{text.retry}</Button>}>
      <span role="alert">{error.message}</span>
      {(error.support !== null || error.requestId !== null) && (
        <span className="mt-1 block text-xs text-ink-faint">
          {[error.support === null ? null : text.problems.support(error.support), error.requestId === null ? null : text.problems.request(error.requestId)]
            .filter(Boolean)
            .join(' · ')}
        </span>
      )}
    </EmptyState>
  )
}

/** A page that the role does not allow: why, and who can help. */
export function ForbiddenState({ children }: { children: ReactNode }) {
  return (
    <EmptyState icon={<Lock />} title={text.problems.forbiddenTitle}>
      {children}
    </EmptyState>
  )
}

export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden="true" className={cx('animate-pulse rounded-md bg-hover', className ?? 'h-4 w-full')} />
}

/** Rows to come. */
export function ListSkeleton({ rows = 4 }: { rows?: number }) {
  return (
    <div role="status" aria-label={text.loading} className="overflow-hidden rounded-xl border border-line bg-surface">
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="flex items-center gap-4 border-b border-line px-4 py-3.5 last:border-b-0">
          <Skeleton className="h-4 w-2/5" />
          <Skeleton className="h-4 w-1/5" />
          <Skeleton className="ml-auto h-4 w-16" />
        </div>
      ))}
    </div>
  )
}
