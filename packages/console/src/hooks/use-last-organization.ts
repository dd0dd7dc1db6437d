import { useEffect } from 'react'

const KEY = 'keywright.organization'

/** The slug of the organization looked at last in this browser; null: none, or storage is refused. */
export function lastOrganization(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}

export function useRememberOrganization(org: string | null): void {
  useEffect(() => {
    if (org === null) return
    try {
      localStorage.setItem(KEY, org)
    } catch {
      // Storage is refused: the start page asks again.
    }
  }, [org])
}
