import type { PageRoute } from '../page-route.ts'

export const keysRoutes: readonly PageRoute[] = [
  { name: 'keyPage', frame: 'shell', load: () => import('./key-list-page.tsx') },
  { name: 'generate', frame: 'shell', load: () => import('./generate-page.tsx') },
  { name: 'key', frame: 'shell', load: () => import('./key-page.tsx') },
]
