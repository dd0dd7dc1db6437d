import type { PageRoute } from '../page-route.ts'

export const operatorRoutes: readonly PageRoute[] = []
