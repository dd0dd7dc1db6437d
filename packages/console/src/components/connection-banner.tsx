import { useQueryClient, type QueryCacheNotifyEvent } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { isKeywrightError } from '../api/call.ts'
import { text } from '../text/common.ts'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'

const RETRY_MS = 5_000

/** Calmly says that the server cannot be reached, and goes by itself when it can. */
export function ConnectionBanner() {
  const client = useQueryClient()
  const [lost, setLost] = useState(false)
  useEffect(
    () =>
      client.getQueryCache().subscribe((event: QueryCacheNotifyEvent) => {
        if (event.type !== 'updated') return
        if (event.action.type === 'success') setLost(false)
        // Also while it still tries by itself.
        else if ((event.action.type === 'failed' || event.action.type === 'error') && isKeywrightError(event.action.error, 'unreachable')) setLost(true)
      }),
    [client],
  )
  useEffect(() => {
    if (!lost) return undefined
    const timer = setInterval(() => void client.refetchQueries({ type: 'active' }), RETRY_MS)
    return () => clearInterval(timer)
  }, [lost, client])
  if (!lost) return null
  return (
    <div className="mx-auto max-w-6xl px-4 pt-4 sm:px-8">
      <Banner
        tone="warning"
        live
        action={
          <Button size="small" onClick={() => void client.refetchQueries({ type: 'active' })}>
            {text.retry}
          </Button>
        }
      >
        {text.problems.offline}
      </Banner>
    </div>
  )
}
