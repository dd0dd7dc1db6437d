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
 * This moment in milliseconds, in steps of `stepSeconds`: one clock for the whole page, and a component is drawn again only when
 * its step changes.
 */
export function useNow(stepSeconds = 30): number {
  const step = stepSeconds * 1000
  return useSyncExternalStore(subscribe, () => (timer === undefined ? Math.floor((now = Date.now()) / step) : Math.floor(now / step)) * step)
}
