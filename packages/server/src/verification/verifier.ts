import { hash } from 'node:crypto'
import type { CompiledApi } from '@keywright/core/verification/compiled-api.ts'
import type { Decision } from '@keywright/core/verification/decision.ts'
import type { VerificationRequest } from '@keywright/core/verification/request.ts'
import { verify } from '@keywright/core/verification/verify.ts'
import type { RateLimiter } from '@keywright/core/rate-limit/rate-limiter.ts'
import type { Replica } from '@keywright/core/replica/replica.ts'
import type { Clock } from '../kernel/clock.ts'
import type { UsageRecorder } from './usage-recorder.ts'

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

  constructor(parts: { feed: { readonly replica: Replica }; clock: Clock; limiter: RateLimiter; usage: UsageRecorder }) {
    this.#feed = parts.feed
    this.#clock = parts.clock
    this.#limiter = parts.limiter
    this.#usage = parts.usage
  }

  get replica(): Replica {
    return this.#feed.replica
  }

  api(slug: string): CompiledApi | undefined {
    return this.#feed.replica.api(slug)
  }

  /** Decides, and records that it was asked. @param client what the end client calls itself. */
  decide(api: CompiledApi | null, request: VerificationRequest, client: string | null): Decision {
    const now = this.#clock.now()
    const decision = verify({ replica: this.#feed.replica, limiter: this.#limiter, now, digest: digestText }, api, request)
    this.#usage.record(decision, { address: request.address, client: client === null ? null : client.slice(0, MOST_OF_CLIENT) }, now)
    return decision
  }
}
