import type { PageRoute } from '../page-route.ts'

export const operatorRoutes: readonly PageRoute[] = [
  { name: 'operatorOrganizations', frame: 'shell', load: () => import('./organizations-page.tsx') },
  { name: 'operatorOrganization', frame: 'shell', load: () => import('./organization-page.tsx') },
  { name: 'configuration', frame: 'shell', load: () => import('./configuration-page.tsx') },
  { name: 'keyType', frame: 'shell', load: () => import('./key-type-page.tsx') },
  { name: 'api', frame: 'shell', load: () => import('./api-page.tsx') },
  { name: 'sunsets', frame: 'shell', load: () => import('./sunsets-page.tsx') },
  { name: 'lookUp', frame: 'shell', load: () => import('./look-up-page.tsx') },
  { name: 'keywrightKeys', frame: 'shell', load: () => import('./keywright-keys-page.tsx') },
  { name: 'outbox', frame: 'shell', load: () => import('./outbox-page.tsx') },
  { name: 'health', frame: 'shell', load: () => import('./health-page.tsx') },
  { name: 'operators', frame: 'shell', load: () => import('./operators-page.tsx') },
  { name: 'operatorAuditLog', frame: 'shell', load: () => import('./audit-log-page.tsx') },
]
