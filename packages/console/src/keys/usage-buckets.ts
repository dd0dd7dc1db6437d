import type { Usage } from './key.ts'

export interface Bucket {
  /** When it begins, in milliseconds. */
  at: number
  allowed: number
  refused: number
}

const LENGTH = { hour: 3_600_000, day: 86_400_000 } as const
export type BucketLength = keyof typeof LENGTH

/** Series from the server as one bucket for each hour or day (UTC) from `from` until before `to`, those without a call included. */
export function usageBuckets(series: Usage['series'], per: BucketLength, from: number, to: number): Bucket[] {
  const length = LENGTH[per]
  const first = Math.floor(from / length) * length
  const buckets: Bucket[] = []
  for (let at = first; at < to; at += length) buckets.push({ at, allowed: 0, refused: 0 })
  for (const { at, decision, calls } of series) {
    const bucket = buckets[Math.floor((Date.parse(at) - first) / length)]
    if (bucket !== undefined) bucket[decision === 'allowed' ? 'allowed' : 'refused'] += calls
  }
  return buckets
}

/** Calls since an instant, allowed and refused apart. */
export function callsSince(series: Usage['series'], since: number): { allowed: number; refused: number } {
  const counted = { allowed: 0, refused: 0 }
  for (const { at, decision, calls } of series) if (Date.parse(at) >= since) counted[decision === 'allowed' ? 'allowed' : 'refused'] += calls
  return counted
}
