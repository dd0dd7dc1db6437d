import type { AddressSet } from '@keywright/core/network/address-set.ts'
import type { Services } from '../management/services.ts'
import type { Verifier } from '../verification/verifier.ts'

/** What the HTTP layer works with; made in `compose.ts`. */
export interface HttpContext {
  services: Services
  verifier: Verifier
  trustedProxies: AddressSet
  supportContact: string | null
  /** Stores usage that is still in memory. */
  flushUsage: () => Promise<void>
  /** Whether the server takes requests: false while it starts and drains. */
  isReady: () => boolean
  log: Log
  /** Tests only: sets the clock. */
  setClock: ((now: number) => void) | null
}

/** What the HTTP layer says about itself; pino fits. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
