import type { PageRoute } from '../page-route.ts'

export const accountRoutes: readonly PageRoute[] = [
  { name: 'myOrganizations', frame: 'shell', load: () => import('./my-organizations-page.tsx') },
  { name: 'account', frame: 'shell', load: () => import('./account-page.tsx') },
]
