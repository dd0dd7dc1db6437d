import { useState } from 'react'
import { useRead } from '../api/hooks.ts'

export const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** Usage of a key by hour over the last days; `from` (milliseconds) begins with a whole hour and stays while the page is open. */
export function useRecentUsage(org: string, key: string, days = 7, per: 'hour' | 'day' = 'hour') {
  const [opened] = useState(() => Date.now())
  const length = per === 'hour' ? HOUR_MS : DAY_MS
  const from = Math.floor((opened - days * DAY_MS) / length) * length + length
  const usage = useRead('keys.usage', { org, key, from: new Date(from).toISOString(), per })
  return { ...usage, from }
}
