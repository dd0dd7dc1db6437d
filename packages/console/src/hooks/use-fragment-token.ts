import { useSyncExternalStore } from 'react'
import { ROUTE } from '../paths.ts'

/** Pages to which mailed links lead, with a token behind `#`. */
const PAGES: readonly string[] = [ROUTE.setUp, ROUTE.signInLink, ROUTE.resetPassword, ROUTE.invitation]

/** In memory and nowhere else; a reload forgets it. */
let held: { page: string; token: string } | null = null
/** How many links have led here since the page was loaded. */
let links = 0
const listeners = new Set<() => void>()

function hold(next: typeof held): void {
  held = next
  for (const listener of listeners) listener()
}

/** Takes the token out of the address and of the history's entry, before anything could read, log or share it. */
export function takeFragmentToken(): void {
  const { pathname, search, hash } = location
  if (!PAGES.includes(pathname) || hash.length < 2) return
  history.replaceState(history.state, '', pathname + search)
  links += 1
  hold({ page: pathname, token: decode(hash.slice(1)) })
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

takeFragmentToken()
// A link opened while its page is there changes the fragment only.
addEventListener('hashchange', takeFragmentToken)

/** The token of the link that led to this page, until it is forgotten; null: there was none. */
export function useFragmentToken(page: 'setUp' | 'signInLink' | 'resetPassword' | 'invitation'): string | null {
  return useSyncExternalStore(listen, () => (held?.page === ROUTE[page] ? held.token : null))
}

/** Another with each link that is opened: what is of one link is not shown for the next. Says nothing of the token. */
export function useLinkNumber(): number {
  return useSyncExternalStore(listen, () => links)
}

function listen(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function forgetFragmentToken(): void {
  hold(null)
}
