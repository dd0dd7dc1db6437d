import type { Capability, Role } from '@keywright/core/permissions.ts'
import type { MasterKey } from '../config/master-key.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Clock } from '../kernel/clock.ts'
import type { RandomBytes } from '../kernel/random.ts'
import type { Database } from '../store/database.ts'

/** What use cases work with; made in `compose.ts`. */
export interface Services {
  database: Database
  clock: Clock
  random: RandomBytes
  masterKey: MasterKey
  /** After a commit: settles when the server's own replica has everything that was committed. */
  afterCommit: () => Promise<void>
}

/** Who asks. */
export interface Caller {
  actor: Actor
  role: Role
  capabilities: ReadonlySet<Capability>
  /** Null: an operator, who is of no organization. */
  organizationId: string | null
  requestId: string | null
}
