import './styles.css'
// First of all: the router must not see the token in the address.
import { takeFragmentToken } from './hooks/use-fragment-token.ts'
import { CSPProvider } from '@base-ui/react/csp-provider'
import { Tooltip } from '@base-ui/react/tooltip'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { forgetSession } from './api/call.ts'
import { askWhoIsSignedIn, onSignedOut, queryClient } from './api/query-client.ts'
import { pathTo } from './paths.ts'
import { isWithinShell, router } from './router.tsx'
import { Toasts } from './ui/toast.tsx'

takeFragmentToken()

onSignedOut(() => {
  const { pathname, href } = router.state.location
  if (pathname === pathTo('signIn')) return
  // Those pages ask for the sign-in over themselves, when the server says that it is needed, and lose nothing.
  if (isWithinShell()) return askWhoIsSignedIn()
  forgetSession()
  queryClient.clear()
  void router.navigate({ to: pathTo('signIn') as never, search: { return: href } as never })
})

createRoot(document.querySelector('#root') as HTMLElement).render(
  <StrictMode>
    {/* The policy of the page takes no style elements. */}
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queryClient}>
        <Tooltip.Provider delay={300}>
          <RouterProvider router={router} />
          <Toasts />
        </Tooltip.Provider>
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
)
