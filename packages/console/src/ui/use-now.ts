import { useSyncExternalStore } from 'react'

const listeners = new Set<() => void>()
let now = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    now = Date.now()
    for (const each of listeners) each()
  }, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/**
 * This moment in milliseconds: one clock for the whole page. A component is drawn again only when a step of `stepSeconds` has
 * passed.
 */
export function useNow(stepSeconds = 15): number {
  useSyncExternalStore(subscribe, () => {
    // Nobody listens yet, so nobody winds the clock.
    if (timer === undefined) now = Date.now()
    return Math.floor(now / (stepSeconds * 1000))
  })
  return now
}
