import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { forgetSession, isKeywrightError } from './call.ts'

/** What the application does about answers that concern the whole page; set once, where the router is known. */
const handlers = { signedOut: (): void => undefined }

export function onSignedOut(handler: () => void): void {
  handlers.signedOut = handler
}

/** What a refusal of a command says about the person: signed out elsewhere, or with another role by now. */
export function noticeRefusal(error: unknown): void {
  if (isKeywrightError(error, 'forbidden')) void queryClient.invalidateQueries({ queryKey: ['me.person'] })
  handle(error)
}

function handle(error: unknown): void {
  // The page is still another person's: shown anew, to whoever is signed in now.
  if (isKeywrightError(error, 'csrf_refused')) void queryClient.invalidateQueries()
  if (!isKeywrightError(error, 'unauthenticated')) return
  forgetSession()
  handlers.signedOut()
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    // The question "who am I" is asked by pages that also do without an answer.
    onError: (error, query) => query.queryKey[0] !== 'me.person' && handle(error),
  }),
  mutationCache: new MutationCache({ onError: noticeRefusal }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // An answer's ETag belongs to the object it came as; merging would lose it.
      structuralSharing: false,
      // What the server refused, it refuses again; only a connection is worth trying anew.
      retry: (count, error) => count < 2 && isKeywrightError(error, 'unreachable', 'storage_unavailable', 'shutting_down'),
    },
    mutations: { retry: false },
  },
})
