import type { KeywrightError } from '@keywright/sdk/client/keywright-error.ts'
import { useEffect, useState } from 'react'
import { entryText } from '../text/entry.ts'
import { Banner } from '../ui/banner.tsx'

/** Seconds to wait, counting down; 0 when nothing has to be waited for. */
export function useWait(error: KeywrightError | null): number {
  const seconds = error?.code === 'too_many_attempts' ? Number(error.extra['retryAfterSeconds'] ?? 30) : 0
  const [state, setState] = useState<{ error: KeywrightError | null; left: number }>({ error: null, left: 0 })
  useEffect(() => {
    if (error === null || seconds === 0) return undefined
    const end = Date.now() + seconds * 1000
    const step = (): void => setState({ error, left: Math.max(0, Math.ceil((end - Date.now()) / 1000)) })
    const timer = setInterval(step, 500)
    return () => clearInterval(timer)
  }, [error, seconds])
  return state.error === error ? state.left : seconds
}

/** Too many attempts: how long to wait. Read out once, not with each second. */
export function Throttled({ seconds, wait }: { seconds: number; wait: boolean }) {
  if (!wait) return null
  return (
    <Banner tone={seconds === 0 ? 'info' : 'warning'} title={seconds === 0 ? undefined : entryText.throttled.title}>
      {seconds === 0 ? entryText.throttled.over : entryText.throttled.wait(seconds)}
    </Banner>
  )
}
