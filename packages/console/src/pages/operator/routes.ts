import type { PageRoute } from '../page-route.ts'

export const operatorRoutes: readonly PageRoute[] = [
  { name: 'operatorOrganizations', frame: 'shell', load: () => import('./organizations-page.tsx') },
  { name: 'operatorOrganization', frame: 'shell', load: () => import('./organization-page.tsx') },
  { name: 'configuration', frame: 'shell', load: () => import('./configuration-page.tsx') },
  { name: 'keyType', frame: 'shell', load: () => import('./key-type-page.tsx') },
  { name: 'api', frame: 'shell', load: () => import('./api-page.tsx') },
  { name: 'operatorAuditLog', frame: 'shell', load: () => import('./audit-log-page.tsx') },
]
