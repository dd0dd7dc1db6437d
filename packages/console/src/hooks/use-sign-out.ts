import { useNavigate } from '@tanstack/react-router'
import { useQueryClient } from '@tanstack/react-query'
import { forgetSession, isKeywrightError } from '../api/call.ts'
import { useCommand } from '../api/hooks.ts'
import { pathTo } from '../paths.ts'

/** Ends the session, forgets what it showed, and goes on: to the sign-in page, or (`null`) nowhere. */
export function useSignOut(): { signOut: (to?: string | null) => void; isPending: boolean } {
  const client = useQueryClient()
  const navigate = useNavigate()
  const command = useCommand('me.sign-out', { refreshes: [] })
  const ended = (to: string | null): void => {
    forgetSession()
    if (to === null) return void client.resetQueries()
    // Away first: what is still shown would be read anew, and refused.
    void navigate({ to: to as never }).then(() => client.clear())
  }
  const signOut = (to: string | null = pathTo('signIn')): void =>
    // A session that has ended already is as good as one that ends now.
    command.mutate({}, { onSuccess: () => ended(to), onError: (error) => isKeywrightError(error, 'unauthenticated') && ended(to) })
  return { signOut, isPending: command.isPending }
}
