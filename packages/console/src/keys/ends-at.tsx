import { EXPIRY_ANNOUNCED_MS } from '@keywright/core/policy/sunset.ts'
import type { Key } from './key.ts'
import { keysText } from '../text/keys.ts'
import { Time } from '../ui/time.tsx'
import { useNow } from '../ui/use-now.ts'

/** When a key ends: by its expiry, or by a sunset of its type where that comes first. Near ends stand out. */
export function EndsAt({ of: key, day = false }: { of: Pick<Key, 'expiresAt' | 'retiresAt' | 'status'>; day?: boolean }) {
  const now = useNow()
  const { expiresAt, retiresAt } = key
  const retires = retiresAt !== null && (expiresAt === null || retiresAt <= expiresAt)
  const at = retires ? retiresAt : expiresAt
  if (at === null) return <span className="text-ink-faint">{keysText.never}</span>
  const left = Date.parse(at) - now
  const near = left > 0 && left <= EXPIRY_ANNOUNCED_MS && key.status !== 'removed'
  return (
    <span className={near ? 'font-medium text-warning-ink' : undefined}>
      {/* Far ends are days to plan with; "next month" is none. */}
      <Time at={at} day={day || left > EXPIRY_ANNOUNCED_MS} ahead />
      {retires && <span className="ml-1 text-xs">({keysText.list.retires})</span>}
    </span>
  )
}
