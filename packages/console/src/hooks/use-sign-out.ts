import { useQueryClient } from '@tanstack/react-query'
import { KeywrightError } from '@keywright/sdk/client/keywright-error.ts'
import { forgetSession, isKeywrightError } from '../api/call.ts'
import { useCommand } from '../api/hooks.ts'
import { text } from '../text/common.ts'

const PERSON = 'me.person'
/** In `extra.reason` of the refusal: the person wanted it, and so does not want to come back. */
export const SIGNED_OUT = 'signed_out'

/** Forgets the person and what was shown to him. Pages within the shell lead to the sign-in page then. */
export function useForgetPerson(): () => void {
  const client = useQueryClient()
  return () => {
    forgetSession()
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== PERSON })
    const error = new KeywrightError({ code: 'unauthenticated', status: 401, detail: text.problems.signedOut, extra: { reason: SIGNED_OUT } })
    // What the server would answer now, without asking it; everything that shows a person sees it at once.
    for (const query of client.getQueryCache().findAll({ queryKey: [PERSON] }))
      query.setState({ ...query.state, data: undefined, error, status: 'error', fetchStatus: 'idle' })
  }
}

/** Ends the session and forgets what it showed. */
export function useSignOut(): { signOut: () => void; isPending: boolean } {
  const command = useCommand('me.sign-out', { refreshes: [] })
  const ended = useForgetPerson()
  // A session that has ended already is as good as one that ends now.
  const signOut = (): void => command.mutate({}, { onSuccess: ended, onError: (error) => isKeywrightError(error, 'unauthenticated') && ended() })
  return { signOut, isPending: command.isPending }
}
