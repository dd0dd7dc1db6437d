import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from '../util/class-names.ts'

export type Tone = 'info' | 'success' | 'warning' | 'danger'

const TONES: Record<Tone, { box: string; ink: string; icon: typeof Info }> = {
  info: { box: 'bg-accent-soft border-accent-ink/20', ink: 'text-accent-ink', icon: Info },
  success: { box: 'bg-success-soft border-success-line', ink: 'text-success-ink', icon: CircleCheck },
  warning: { box: 'bg-warning-soft border-warning-line', ink: 'text-warning-ink', icon: TriangleAlert },
  danger: { box: 'bg-danger-soft border-danger-line', ink: 'text-danger-ink', icon: CircleAlert },
}

/** Something to know about the page or a part of it. `danger` and `live` are read out at once. */
export function Banner({
  tone = 'info',
  title,
  action,
  children,
  live,
}: {
  tone?: Tone
  title?: ReactNode
  action?: ReactNode
  children?: ReactNode
  live?: boolean
}) {
  const { box, ink, icon: Icon } = TONES[tone]
  return (
    <div role={(live ?? tone === 'danger') ? 'alert' : undefined} className={cx('flex items-start gap-3 rounded-lg border px-3.5 py-3 text-sm text-ink', box)}>
      <Icon aria-hidden="true" className={cx('mt-0.5 size-4 shrink-0', ink)} />
      <div className="min-w-0 flex-1">
        {title !== undefined && <p className={cx('font-medium', ink)}>{title}</p>}
        {children !== undefined && <div className="text-pretty text-ink-soft">{children}</div>}
      </div>
      {action}
    </div>
  )
}
