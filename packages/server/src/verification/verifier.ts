import { hash } from 'node:crypto'
import { isReservedSlug } from '@keywright/core/configuration/reserved.ts'
import { rateLimitsOf } from '@keywright/core/verification/announcement.ts'
import type { CompiledApi } from '@keywright/core/verification/compiled-api.ts'
import type { Allowed, Decision } from '@keywright/core/verification/decision.ts'
import type { VerificationRequest } from '@keywright/core/verification/request.ts'
import { decideMint, type MintDecision, type MintRequest } from '@keywright/core/verification/mint.ts'
import { type DecisionContext, verify } from '@keywright/core/verification/verify.ts'
import type { SessionClaims } from '@keywright/core/session-token/claims.ts'
import { looksLikeSessionToken } from '@keywright/core/session-token/parse.ts'
import { SessionTokens } from '@keywright/core/session-token/session-tokens.ts'
import type { RateLimiter, RateLimitState } from '@keywright/core/rate-limit/rate-limiter.ts'
import type { Replica } from '@keywright/core/replica/replica.ts'
import type { Metrics } from '../events/metrics.ts'
import type { Clock } from '../kernel/clock.ts'
import { signaturePort } from '@keywright/sdk/verifier/signature.ts'
import type { UsageRecorder } from '@keywright/core/usage/usage-recorder.ts'

/** More than is stored: what looks like a secret is cut out before, and half a secret would not look like one. */
const MOST_OF_CLIENT = 400

/** SHA-256 of the text's UTF-8 bytes as latin1. */
export function digestText(secret: string): string {
  return hash('sha256', secret, 'latin1')
}

/** Hosts core's decision in this server: its replica, its clock, its limiter, its usage. The database is never on the way. */
export class Verifier {
  readonly #feed: { readonly replica: Replica }
  readonly #clock: Clock
  readonly #limiter: RateLimiter
  readonly #usage: UsageRecorder
  readonly #metrics: Metrics | null
  readonly #sessions = new SessionTokens(signaturePort)

  constructor(parts: { feed: { readonly replica: Replica }; clock: Clock; limiter: RateLimiter; usage: UsageRecorder; metrics?: Metrics }) {
    this.#feed = parts.feed
    this.#clock = parts.clock
    this.#limiter = parts.limiter
    this.#usage = parts.usage
    this.#metrics = parts.metrics ?? null
  }

  get replica(): Replica {
    return this.#feed.replica
  }

  api(slug: string): CompiledApi | undefined {
    return this.#feed.replica.api(slug)
  }

  /** What is left of the limits of the key that was decided on. */
  rateLimits(decision: Decision): RateLimitState[] {
    return rateLimitsOf(decision, this.#limiter, this.#clock.now())
  }

  /** Decides, and records that it was asked. @param client what the end client calls itself. */
  decide(api: CompiledApi | null, request: VerificationRequest, client: string | null): Decision {
    const now = this.#clock.now()
    const decision = verify(this.#context(now), api, request)
    this.#usage.record(decision, { address: request.address, client: client === null ? null : client.slice(0, MOST_OF_CLIENT) }, now)
    this.#metrics?.decided(decision, api !== null && isReservedSlug(api.definition.slug))
    return decision
  }

  /** Decides on a secret by its digest alone, without spending or recording: whether what was let in still holds. */
  decideAgain(api: CompiledApi | null, digest: string, address: string | null): Decision {
    return verify({ ...this.#context(this.#clock.now()), digest: () => digest }, api, { secret: '-', address, cost: 0 })
  }

  /** Records that a decision was asked for again where nothing can have changed it. */
  repeat(decision: Allowed, address: string | null, client: string | null): void {
    this.#usage.record(decision, { address, client: client === null ? null : client.slice(0, MOST_OF_CLIENT) }, this.#clock.now())
    this.#metrics?.decided(decision, true)
  }

  /** May a session be minted with this key? Spends and records like a call. @param client what the end client calls itself. */
  mint(request: Omit<MintRequest, 'cost'>, client: string | null): MintDecision {
    const now = this.#clock.now()
    const decision = decideMint(this.#context(now), { ...request, cost: 1 })
    this.#usage.record(decision.valid ? { valid: true, key: decision.key, deprecation: null } : decision, { address: request.address, client }, now)
    return decision
  }

  /** The same question, neither spent nor recorded. */
  mayMint(request: Omit<MintRequest, 'cost'>): boolean {
    return decideMint(this.#context(this.#clock.now()), { ...request, cost: 0 }).valid
  }

  /** What a session token of this installation says; null for anything else. Whether it is still good is another question. */
  sessionOf(token: string): SessionClaims | null {
    if (!looksLikeSessionToken(token)) return null
    const opened = this.#sessions.open(this.replica.sessions, token, digestText(token), this.#clock.now())
    return opened.ok ? opened.claims : null
  }

  /** Forgets tokens, ended sessions and signing keys whose time is over. */
  prune(): void {
    const now = this.#clock.now()
    this.#sessions.prune(now)
    this.replica.sessions.prune(now)
  }

  #context(now: number): DecisionContext {
    return { replica: this.#feed.replica, limiter: this.#limiter, now, digest: digestText, sessions: this.#sessions }
  }
}
