import { useEffect, type RefObject } from 'react'
import { isTyping } from '../ui/search-field.tsx'

/** On the link of a row that opens it. */
export const ROW_LINK = { 'data-row-link': '' } as const

/** j and k, or the arrows, move the focus between the rows of a list; Enter then opens one, since the focus is on its link. */
export function useRowKeys(container: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const move = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      const step = STEPS[event.key]
      if (step === undefined || container.current === null || document.querySelector('[role="dialog"],[role="menu"]') !== null) return
      const links = [...container.current.querySelectorAll<HTMLElement>('[data-row-link]')]
      const at = links.indexOf(document.activeElement as HTMLElement)
      // The arrows scroll the page until somebody has entered the list.
      if (event.key.startsWith('Arrow') && at < 0) return
      const next = links[at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step]
      if (next === undefined) return
      event.preventDefault()
      next.focus()
    }
    document.addEventListener('keydown', move)
    return () => document.removeEventListener('keydown', move)
  }, [container])
}

const STEPS: Readonly<Record<string, number | undefined>> = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 }
