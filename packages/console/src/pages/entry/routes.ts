import type { PageRoute } from '../page-route.ts'

export const entryRoutes: readonly PageRoute[] = [
  { name: 'signIn', frame: 'plain', load: () => import('./sign-in-page.tsx') },
  { name: 'signInLink', frame: 'plain', load: () => import('./sign-in-link-page.tsx') },
  { name: 'setUp', frame: 'plain', load: () => import('./set-up-page.tsx') },
  { name: 'resetPassword', frame: 'plain', load: () => import('./reset-password-page.tsx') },
  { name: 'invitation', frame: 'plain', load: () => import('./invitation-page.tsx') },
]
