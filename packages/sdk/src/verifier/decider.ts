import { printBase64urlDigest } from '@keywright/core/replica/digest.ts'
import type { Replica } from '@keywright/core/replica/replica.ts'
import type { RateLimitState } from '@keywright/core/rate-limit/rate-limiter.ts'
import { SessionTokens } from '@keywright/core/session-token/session-tokens.ts'
import { type Announcement, announcementOf, rateLimitsOf } from '@keywright/core/verification/announcement.ts'
import type { CompiledApi } from '@keywright/core/verification/compiled-api.ts'
import type { Allowed, Decision, Denied, KeyFacts } from '@keywright/core/verification/decision.ts'
import { FoundKey } from '@keywright/core/verification/found-key.ts'
import type { VerificationRequest } from '@keywright/core/verification/request.ts'
import { type DecisionContext, verify } from '@keywright/core/verification/verify.ts'
import type { DecisionClock } from './decision-clock.ts'
import type { Leases } from './leases.ts'
import type { Question } from './request.ts'
import { digestText, signaturePort } from './signature.ts'
import type { Moment } from './staleness.ts'
import type { UsageQueue } from './usage-queue.ts'

interface DeciderParts {
  /** Slug of the API. */
  api: string
  clock: DecisionClock
  leases: Leases
  usage: UsageQueue
}

/** Core's decision with what it needs in this process: time, leases of limits, session tokens; and what is written down after it. */
export class Decider {
  readonly #parts: DeciderParts
  readonly #context: Omit<DecisionContext, 'replica'> & { replica: Replica | null }
  #decisions = 0

  constructor(parts: DeciderParts) {
    this.#parts = parts
    this.#context = { replica: null, limiter: parts.leases, now: 0, digest: digestText, sessions: new SessionTokens(signaturePort) }
  }

  decide(replica: Replica, moment: Moment, request: VerificationRequest): Decision {
    this.#context.replica = replica
    this.#context.now = this.#parts.clock.now(moment)
    const decision = verify(this.#context as DecisionContext, replica.api(this.#parts.api) as CompiledApi, request)
    if (decision.valid || decision.reason === 'rate_limited') this.#askForLease(decision.key)
    return decision
  }

  /** Written down after the decision; nothing here changes it. */
  count(decision: Decision, { request, client }: Question): void {
    this.#decisions++
    this.#parts.usage.record(decision, request.address, client, this.#context.now)
  }

  /** How many were counted since this was asked last. */
  takeDecisions(): number {
    const decisions = this.#decisions
    this.#decisions = 0
    return decisions
  }

  announcement(decision: Allowed): Announcement {
    return announcementOf(decision, this.#context.now)
  }

  rateLimits(decision: Allowed | Denied): RateLimitState[] {
    return rateLimitsOf(decision, this.#parts.leases, this.#context.now)
  }

  /** Forgets session tokens that have expired. */
  prune(replica: Replica | null): void {
    const now = this.#parts.clock.latest
    this.#context.sessions?.prune(now)
    replica?.sessions.prune(now)
  }

  #askForLease(key: KeyFacts | null): void {
    if (!(key instanceof FoundKey) || key.replica.limitsOf(key.row).length === 0) return
    const { keys } = key.replica
    this.#parts.leases.askFor(key.id, () => printBase64urlDigest(keys.wordsOf(key.row * 2), keys.offsetOf(key.row * 2)))
  }
}
