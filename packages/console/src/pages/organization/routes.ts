import type { PageRoute } from '../page-route.ts'

export const organizationRoutes: readonly PageRoute[] = []
