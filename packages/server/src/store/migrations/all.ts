import type { Migration } from '../migrate.ts'
import { initial } from './0001-initial.ts'

/** In the order in which they are applied. A migration that was released is never changed. */
export const MIGRATIONS: readonly Migration[] = [initial]
