import type { PageRoute } from '../page-route.ts'

export const organizationRoutes: readonly PageRoute[] = [
  { name: 'members', frame: 'shell', load: () => import('./members-page.tsx') },
  { name: 'addressLists', frame: 'shell', load: () => import('./address-lists-page.tsx') },
  { name: 'auditLog', frame: 'shell', load: () => import('./audit-log-page.tsx') },
  { name: 'settings', frame: 'shell', load: () => import('./settings-page.tsx') },
]
