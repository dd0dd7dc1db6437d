import type { ComponentType } from 'react'
import type { RouteName } from '../paths.ts'

/**
 * A page: its place in `paths.ts`, and the module that is loaded when somebody goes there, which exports the component `Page`.
 * `shell` pages stand within navigation and need a person; `plain` ones stand alone and do not.
 */
export interface PageRoute {
  name: RouteName
  frame: 'shell' | 'plain'
  load: () => Promise<{ Page: ComponentType }>
}
