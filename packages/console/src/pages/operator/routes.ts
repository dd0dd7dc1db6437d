import type { PageRoute } from '../page-route.ts'

export const operatorRoutes: readonly PageRoute[] = [
  { name: 'operatorOrganizations', frame: 'shell', load: () => import('./organizations-page.tsx') },
  { name: 'operatorOrganization', frame: 'shell', load: () => import('./organization-page.tsx') },
  { name: 'operatorAuditLog', frame: 'shell', load: () => import('./audit-log-page.tsx') },
]
