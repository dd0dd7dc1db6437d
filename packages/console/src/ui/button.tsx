import { useId, type ComponentProps, type ReactNode } from 'react'
import { Link } from './link.tsx'
import { Spinner } from './spinner.tsx'
import { Tooltip } from './tooltip.tsx'
import { cx } from '../util/class-names.ts'

export type ButtonVariant = 'primary' | 'secondary' | 'ghost' | 'danger' | 'danger-quiet'
type Size = 'small' | 'medium' | 'large'

const VARIANTS: Record<ButtonVariant, string> = {
  primary: 'bg-accent text-on-accent border-transparent not-aria-disabled:hover:bg-accent-hover shadow-xs',
  secondary: 'bg-surface text-ink border-line-strong not-aria-disabled:hover:bg-hover shadow-xs',
  ghost: 'bg-transparent text-ink-soft border-transparent not-aria-disabled:hover:bg-hover not-aria-disabled:hover:text-ink',
  danger: 'bg-danger text-on-accent border-transparent not-aria-disabled:hover:bg-danger-hover shadow-xs',
  'danger-quiet': 'bg-surface text-danger-ink border-line-strong not-aria-disabled:hover:bg-danger-soft not-aria-disabled:hover:border-danger-line shadow-xs',
}
const SIZES: Record<Size, string> = {
  small: 'h-7 px-2.5 text-xs gap-1.5 rounded-md',
  medium: 'h-9 px-3.5 text-sm gap-2 rounded-lg',
  large: 'h-10 px-4 text-sm gap-2 rounded-lg',
}

export function buttonClass(variant: ButtonVariant = 'secondary', size: Size = 'medium', more?: string): string {
  return cx(
    'inline-flex shrink-0 items-center justify-center border font-medium whitespace-nowrap transition-colors select-none',
    'disabled:opacity-55 aria-disabled:opacity-55',
    VARIANTS[variant],
    SIZES[size],
    more,
  )
}

interface Props extends Omit<ComponentProps<'button'>, 'disabled'> {
  variant?: ButtonVariant
  size?: Size
  icon?: ReactNode
  /** Works; clicks do nothing meanwhile. */
  loading?: boolean
  /**
   * Why it cannot be pressed now and who can help. The button stays reachable by keyboard and tells the reason on focus and
   * hover, and to screen readers.
   */
  disabledReason?: string | undefined
}

export function Button({ variant, size, icon, loading = false, disabledReason, className, children, onClick, type = 'button', ...rest }: Props) {
  const reasonId = useId()
  const blocked = loading || disabledReason !== undefined
  const button = (
    <button
      {...rest}
      type={type}
      className={buttonClass(variant, size, className)}
      aria-disabled={blocked || undefined}
      aria-busy={loading || undefined}
      aria-describedby={disabledReason === undefined ? rest['aria-describedby'] : reasonId}
      onClick={(event) => {
        if (blocked) event.preventDefault()
        else onClick?.(event)
      }}
    >
      {loading ? <Spinner /> : icon}
      {children}
    </button>
  )
  if (disabledReason === undefined) return button
  return (
    <>
      <Tooltip content={disabledReason}>{button}</Tooltip>
      <span id={reasonId} className="sr-only">
        {disabledReason}
      </span>
    </>
  )
}

/** A link that looks like a button. */
export function ButtonLink({
  variant,
  size,
  icon,
  className,
  children,
  to,
}: {
  variant?: ButtonVariant
  size?: Size
  icon?: ReactNode
  className?: string
  children: ReactNode
  to: string
}) {
  return (
    <Link to={to} className={buttonClass(variant, size, className)}>
      {icon}
      {children}
    </Link>
  )
}

/** A button that is an icon alone; `label` is what it is called. */
export function IconButton({ label, children, className, ...rest }: ComponentProps<'button'> & { label: string }) {
  return (
    <Tooltip content={label}>
      <button
        type="button"
        {...rest}
        aria-label={label}
        className={cx(
          'inline-flex size-8 shrink-0 items-center justify-center rounded-md text-ink-soft transition-colors hover:bg-hover hover:text-ink',
          className,
        )}
      >
        {children}
      </button>
    </Tooltip>
  )
}
