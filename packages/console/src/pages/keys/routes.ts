import type { PageRoute } from '../page-route.ts'

export const keysRoutes: readonly PageRoute[] = []
