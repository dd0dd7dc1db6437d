import { useNavigate } from '@tanstack/react-router'
import { useQueryClient } from '@tanstack/react-query'

/** After a session began: everything that another person may have seen is forgotten, then on to the page. */
export function useEnter(): (path: string) => void {
  const client = useQueryClient()
  const navigate = useNavigate()
  return (path) => {
    client.removeQueries({ predicate: (query) => query.queryKey[0] !== 'sign-in.options' })
    const [pathname, search] = path.split('?')
    void navigate({ to: pathname as never, search: Object.fromEntries(new URLSearchParams(search ?? '')) as never, replace: true })
  }
}
