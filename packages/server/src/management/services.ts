import type { Capability, Role } from '@keywright/core/permissions.ts'
import type { MasterKey } from '../config/master-key.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Clock } from '../kernel/clock.ts'
import type { RandomBytes } from '../kernel/random.ts'
import type { Database } from '../store/database.ts'
import type { Unit } from './unit.ts'

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
  /** A management key's: the person in whose right it acts. */
  actsFor?: string
  /** A person's: how well he has proved who he is. Nobody else has one. */
  proof?: Proof
  /** What the request asks of the unit that does its work; set for that one call. */
  guard?: UnitGuard
}

export interface Proof {
  /** Until when a fresh proof counts; null: there was none. */
  until: number | null
  /** Whether he has another way to prove it: an authenticator, or single sign-on. */
  possible: boolean
}

/** Runs in the same transaction as the work of a request. */
export interface UnitGuard {
  /** Before the work; throwing refuses it. */
  before(unit: Unit): Promise<void>
  /** After the work, before the commit. */
  after?(unit: Unit, value: unknown): Promise<void>
  /** After the commit, when this server decides by the change. */
  applied(elapsedMs: number): void
}
