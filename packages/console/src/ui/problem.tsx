import type { KeywrightError } from '@keywright/sdk/client/keywright-error.ts'
import type { ReactNode } from 'react'
import { Banner } from './banner.tsx'
import { Button } from './button.tsx'
import { text } from '../text/common.ts'
import { exactTime } from '../util/time.ts'

/**
 * A refusal in the server's own words, with who can help. When somebody else changed the thing meanwhile, it says who and offers
 * to reload.
 */
export function Problem({ error, onReload, children }: { error: KeywrightError; onReload?: (() => void) | undefined; children?: ReactNode }) {
  const changed = error.code === 'version_changed' || error.code === 'precondition_failed'
  const quiet = error.code === 'unreachable'
  const ended = error.code === 'unauthenticated'
  const foot = [
    error.support === null ? null : text.problems.support(error.support),
    (error.status ?? 0) >= 500 && error.requestId !== null ? text.problems.request(error.requestId) : null,
  ]
  return (
    <Banner
      tone={quiet || changed || ended ? 'warning' : 'danger'}
      live
      title={changed ? text.problems.changedTitle : undefined}
      action={
        changed && onReload !== undefined ? (
          <Button size="small" onClick={onReload}>
            {text.reload}
          </Button>
        ) : undefined
      }
    >
      <p>{changed ? (changedBy(error) ?? text.problems.changed) : ended ? text.problems.sessionEnded : error.message}</p>
      {children}
      {foot.some(Boolean) && <p className="mt-1 text-xs text-ink-faint">{foot.filter(Boolean).join(' · ')}</p>}
    </Banner>
  )
}

function changedBy({ extra }: KeywrightError): string | null {
  const { changedBy: who, changedAt } = extra as { changedBy?: { name?: string | null; id?: string }; changedAt?: string }
  const name = who?.name ?? who?.id
  if (name === undefined || changedAt === undefined) return null
  return text.problems.changedBy(name, exactTime(Date.parse(changedAt)))
}
