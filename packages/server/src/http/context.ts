import type { AddressSet } from '@keywright/core/network/address-set.ts'
import type { Config } from '../config/config.ts'
import type { Metrics } from '../events/metrics.ts'
import type { InvitationSettings } from '../management/invitations/settings.ts'
import type { Services } from '../management/services.ts'
import type { SignInServices } from '../management/sign-in/sign-in-services.ts'
import type { SingleSignOn } from '../management/sign-in/single-sign-on.ts'
import type { SigningKeyring } from '../management/sessions/signing-keyring.ts'
import type { VerifierHub } from '../replication/verifier-hub.ts'
import type { SessionRecorder } from '../verification/session-recorder.ts'
import type { Verifier } from '../verification/verifier.ts'

/** What the HTTP layer works with; made in `compose.ts`. */
export interface HttpContext {
  services: Services
  verifier: Verifier
  /** Those elsewhere. */
  verifiers: VerifierHub
  trustedProxies: AddressSet
  supportContact: string | null
  /** Where people reach this server, e.g. `https://keys.example.com`: the configured URL, or the address it listens at. Never what a request says. */
  origin: () => string
  /** Stores usage that is still in memory. */
  flushUsage: () => Promise<void>
  /** Signs session tokens. */
  signing: SigningKeyring
  /** What was minted and is not stored yet; `flushSessions` stores it. */
  sessions: SessionRecorder
  flushSessions: () => Promise<void>
  metrics: Metrics
  /** Whether the server takes requests: false while it starts and drains. */
  isReady: () => boolean
  log: Log
  /** Tests only: sets the clock. */
  setClock: ((now: number) => Promise<void>) | null
  /** What the health page tells that is not stored. */
  installation: InstallationFacts
  /** How people sign in. */
  signIn: SignInServices
  /** Null: people sign in here alone. */
  singleSignOn: SingleSignOn | null
  /** How people are invited. */
  invitations: InvitationSettings
  /** Who may create organizations beside operators. */
  organizationCreation: Config['organizationCreation']
  /** Where the build of the console lies; null: it is not there. */
  consoleFolder: string | null
  /** Whether a mail server is set up. */
  mailConfigured: boolean
  /** Does now what is done now and then, in the background. */
  wakeJobs: () => void
}

export interface InstallationFacts {
  version: string
  startedAt: number
  publicUrl: string | null
  /** Rows of usage that wait to be stored. */
  usageBacklog: () => number
  /** Refusals added up without key and address since the start. */
  usageWithoutAddress: () => number
  journalBytes: () => number
}

/** What the HTTP layer says about itself; pino fits. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
