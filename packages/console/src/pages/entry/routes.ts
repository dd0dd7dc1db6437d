import type { PageRoute } from '../page-route.ts'

export const entryRoutes: readonly PageRoute[] = [{ name: 'signIn', frame: 'plain', load: () => import('./sign-in-page.tsx') }]
