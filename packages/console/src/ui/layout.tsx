import { Check, ChevronLeft } from 'lucide-react'
import { useId, type ReactNode } from 'react'
import { Link } from './link.tsx'
import { useTitle } from './use-title.ts'
import { cx } from '../util/class-names.ts'

/** The head of every page: names it (also in the window's title), says what it is for, and holds its main commands. */
export function PageHeader({
  title,
  description,
  actions,
  crumbs,
  badge,
}: {
  title: string
  description?: ReactNode
  actions?: ReactNode
  crumbs?: readonly { label: string; to: string }[]
  badge?: ReactNode
}) {
  useTitle(title)
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 pb-6">
      <div className="min-w-0 flex-1 basis-64">
        {crumbs !== undefined && (
          <nav aria-label="Breadcrumb" className="mb-1 flex flex-wrap gap-x-1.5 text-xs text-ink-faint">
            {crumbs.map(({ label, to }) => (
              <Link key={to} to={to} className="-ml-1 flex items-center gap-x-0.5 hover:text-ink hover:underline">
                <ChevronLeft aria-hidden="true" className="size-3.5" />
                {label}
              </Link>
            ))}
          </nav>
        )}
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="text-xl font-semibold tracking-tight text-balance">{title}</h1>
          {badge}
        </div>
        {description !== undefined && <div className="mt-1 max-w-2xl text-sm text-pretty text-ink-soft">{description}</div>}
      </div>
      {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  )
}

/** A part of a page with its own heading. */
export function Section({
  title,
  description,
  actions,
  children,
  danger = false,
}: {
  title?: ReactNode
  description?: ReactNode
  actions?: ReactNode
  children?: ReactNode
  danger?: boolean
}) {
  const titleId = useId()
  return (
    <section
      aria-labelledby={title === undefined ? undefined : titleId}
      className={cx('rounded-xl border bg-surface', danger ? 'border-danger-line' : 'border-line')}
    >
      {title !== undefined && (
        <div className="flex flex-wrap items-start justify-between gap-3 px-5 pt-4 pb-3">
          <div className="min-w-0 flex-1 basis-56">
            <h2 id={titleId} className="text-sm font-semibold">
              {title}
            </h2>
            {description !== undefined && <p className="mt-0.5 text-sm text-pretty text-ink-soft">{description}</p>}
          </div>
          {actions}
        </div>
      )}
      {children !== undefined && <div className={cx('px-5 pb-5', title === undefined && 'pt-5')}>{children}</div>}
    </section>
  )
}

/** Facts in two columns. */
export function KeyValue({ entries }: { entries: readonly { label: ReactNode; value: ReactNode }[] }) {
  return (
    <dl className="grid gap-x-6 gap-y-2.5 text-sm sm:grid-cols-[minmax(8rem,auto)_1fr]">
      {entries.map(({ label, value }, index) => (
        // Facts have no other identity than their place.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} className="grid gap-x-6 sm:col-span-2 sm:grid-cols-subgrid">
          <dt className="text-ink-faint">{label}</dt>
          <dd className="min-w-0">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Where one is in a task of several steps. */
export function Stepper({ steps, current, label }: { steps: readonly string[]; current: number; label: string }) {
  return (
    <ol aria-label={label} className="flex flex-wrap gap-x-5 gap-y-2 text-sm">
      {steps.map((step, index) => {
        const done = index < current
        return (
          <li
            key={step}
            aria-current={index === current ? 'step' : undefined}
            className={cx('flex items-center gap-2', index === current ? 'font-medium text-ink' : 'text-ink-faint')}
          >
            <span
              aria-hidden="true"
              className={cx(
                'flex size-5 items-center justify-center rounded-full text-[0.6875rem] font-semibold',
                done
                  ? 'bg-success-soft text-success-ink'
                  : index === current
                    ? 'bg-accent text-on-accent'
                    : 'bg-sunken text-ink-faint ring-1 ring-line-strong ring-inset',
              )}
            >
              {done ? <Check className="size-3" /> : index + 1}
            </span>
            {step}
          </li>
        )
      })}
    </ol>
  )
}
