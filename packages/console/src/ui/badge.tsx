import type { ReactNode } from 'react'
import { text } from '../text/common.ts'
import { cx } from '../util/class-names.ts'

export type BadgeTone = 'neutral' | 'accent' | 'success' | 'warning' | 'danger'

const TONES: Record<BadgeTone, string> = {
  neutral: 'bg-sunken text-ink-soft ring-line-strong',
  accent: 'bg-accent-soft text-accent-ink ring-accent-ink/25',
  success: 'bg-success-soft text-success-ink ring-success-line',
  warning: 'bg-warning-soft text-warning-ink ring-warning-line',
  danger: 'bg-danger-soft text-danger-ink ring-danger-line',
}

export function Badge({ tone = 'neutral', dot = false, children }: { tone?: BadgeTone; dot?: boolean; children: ReactNode }) {
  return (
    <span className={cx('inline-flex h-5 items-center gap-1.5 rounded-full px-2 text-xs font-medium whitespace-nowrap ring-1 ring-inset', TONES[tone])}>
      {dot && <span aria-hidden="true" className="size-1.5 rounded-full bg-current" />}
      {children}
    </span>
  )
}

const STATUS_TONES: Readonly<Record<string, BadgeTone>> = {
  active: 'success',
  accepted: 'success',
  sent: 'success',
  pending: 'warning',
  queued: 'warning',
  kept: 'warning',
  suspended: 'danger',
  failed: 'danger',
  retired: 'danger',
  expired: 'danger',
}

/** A status by its own word and a colour; what is over is grey. */
export function StatusPill({ status }: { status: string }) {
  return (
    <Badge tone={STATUS_TONES[status] ?? 'neutral'} dot>
      {text.statuses[status] ?? status}
    </Badge>
  )
}
