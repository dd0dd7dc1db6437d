import type { Services } from '../services.ts'
import type { Identity } from './identity.ts'
import type { Throttle } from './throttle.ts'

/** What sign-in works with beyond the rest; made in `compose.ts`. */
export interface SignInServices {
  services: Services
  identity: Identity
  throttle: Throttle
  /** Where links lead. */
  origin: () => string
  mailConfigured: boolean
  supportContact: string | null
}

/** Who is at the other end, before it is known who that is. */
export interface Visitor {
  /** Null: a trusted proxy named nobody we can read. */
  address: string | null
  /** What the browser calls itself. */
  client: string | null
  requestId: string
}
