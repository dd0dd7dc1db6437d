import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router'
import { Announcer } from './components/announcer.tsx'
import { BrokenPage, MissingPage, WaitingPage } from './components/page-states.tsx'
import { Shell } from './components/shell.tsx'
import { StepUpProvider } from './components/step-up.tsx'
import { useLinkNumber } from './hooks/use-fragment-token.ts'
import { accountRoutes } from './pages/account/routes.ts'
import { entryRoutes } from './pages/entry/routes.ts'
import { keysRoutes } from './pages/keys/routes.ts'
import { operatorRoutes } from './pages/operator/routes.ts'
import { organizationRoutes } from './pages/organization/routes.ts'
import { HomePage, OrganizationHomePage } from './pages/home-page.tsx'
import { ROUTE } from './paths.ts'

function Root() {
  return (
    <>
      <Announcer />
      {/* Another link of the same kind, opened in the same tab, changes nothing but the fragment: it is another page all the same. */}
      <Outlet key={useLinkNumber()} />
    </>
  )
}

const root = createRootRoute({
  component: Root,
  notFoundComponent: MissingPage,
  errorComponent: BrokenPage,
})

/** Pages of a person who is signed in, within the navigation. */
const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: () => (
    <StepUpProvider>
      <Shell>
        <Outlet />
      </Shell>
    </StepUpProvider>
  ),
})

/** True where the page stands within the navigation of somebody who is signed in. */
export const isWithinShell = (): boolean => router.state.matches.some(({ routeId }) => routeId === shell.id)

const PAGES = [...entryRoutes, ...accountRoutes, ...keysRoutes, ...organizationRoutes, ...operatorRoutes]

const routes = (frame: 'shell' | 'plain') =>
  PAGES.filter((page) => page.frame === frame).map((page) =>
    createRoute({
      getParentRoute: () => (frame === 'shell' ? shell : root) as typeof root,
      path: ROUTE[page.name],
      component: lazyRouteComponent(page.load, 'Page'),
    }),
  )

export const router = createRouter({
  routeTree: root.addChildren([
    createRoute({ getParentRoute: () => root, path: ROUTE.home, component: HomePage }),
    shell.addChildren([createRoute({ getParentRoute: () => shell, path: ROUTE.organization, component: OrganizationHomePage }), ...routes('shell')]),
    ...routes('plain'),
  ]),
  // Filters are text; the router's own way would put JSON into the address.
  parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
  stringifySearch: (search) => {
    const text = new URLSearchParams(Object.entries(search).map(([name, value]) => [name, String(value)])).toString()
    return text === '' ? '' : `?${text}`
  },
  defaultPreload: 'intent',
  defaultPendingMs: 300,
  defaultPendingComponent: WaitingPage,
  defaultErrorComponent: BrokenPage,
  defaultNotFoundComponent: MissingPage,
  scrollRestoration: true,
})
