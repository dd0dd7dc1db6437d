import { useEffect } from 'react'

/** Names the page in the window's title and to screen readers. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'Keywright' : `${title} · Keywright`
    const announcer = document.querySelector('#announcer')
    if (announcer !== null) announcer.textContent = title
  }, [title])
}
