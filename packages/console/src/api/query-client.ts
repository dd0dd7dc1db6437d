import { MutationCache, QueryCache, QueryClient, type Query } from '@tanstack/react-query'
import { forgetCsrfToken, isKeywrightError } from './call.ts'
import type { Person } from './contract.ts'

/** What the application does about answers that concern the whole page; set once, where the router is known. */
const handlers = { signedOut: (): void => undefined }

export function onSignedOut(handler: () => void): void {
  handlers.signedOut = handler
}

/** What a refusal of a command says about the person: signed out elsewhere, or with another role by now. */
export function noticeRefusal(error: unknown): void {
  if (isKeywrightError(error, 'forbidden')) askWhoIsSignedIn()
  handle(error)
}

/** Asks the server anew; everything that shows a person sees the answer. */
export function askWhoIsSignedIn(): void {
  void queryClient.invalidateQueries({ queryKey: ['me.person'] })
}

/** Forgets what was read for another person. */
export function forgetAnswers(): void {
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me.person' && queryKey[0] !== 'sign-in.options' })
}

function handle(error: unknown): void {
  // The page is still another person's: shown anew, to whoever is signed in now.
  if (isKeywrightError(error, 'csrf_refused')) void queryClient.invalidateQueries()
  if (!isKeywrightError(error, 'unauthenticated')) return
  forgetCsrfToken()
  handlers.signedOut()
}

/**
 * That the session ended is asked about over the whole page. The page below keeps what it was told before, and waits for what it was
 * not: a page that showed the refusal instead would lose what was typed into it.
 */
function keepWaiting(query: Query<unknown, unknown, unknown>): void {
  query.setState({ ...query.state, error: null, status: query.state.data === undefined ? 'pending' : 'success', fetchStatus: 'idle' })
}

let shownTo: string | null = null

export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      // The question "who am I" is asked by pages that also do without an answer.
      if (query.queryKey[0] === 'me.person') return
      if (isKeywrightError(error, 'unauthenticated')) keepWaiting(query)
      handle(error)
    },
    onSuccess: (answer, query) => {
      if (query.queryKey[0] !== 'me.person') return
      const { id } = answer as Person
      if (shownTo !== null && shownTo !== id) forgetAnswers()
      shownTo = id
    },
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
