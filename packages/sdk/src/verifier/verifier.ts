import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { type AddressSet, compileAddressSet } from '@keywright/core/network/address-set.ts'
import type { Replica } from '@keywright/core/replica/replica.ts'
import type { Allowed, Denied } from '@keywright/core/verification/decision.ts'
import { rateLimitFields, type Refusal } from '@keywright/core/verification/refusal.ts'
import type { VerificationRequest } from '@keywright/core/verification/request.ts'
import { KeywrightError } from '../client/keywright-error.ts'
import { answerFor, fieldsFor } from './answer.ts'
import { Decider } from './decider.ts'
import { isUnavailable, type Unavailable, unavailable, type VerifierDecision } from './decision.ts'
import { DecisionClock } from './decision-clock.ts'
import { Follower } from './follower.ts'
import { Leases } from './leases.ts'
import { News } from './news.ts'
import { addressIn } from './problems.ts'
import { readOptions, type ReadOptions, type VerifierOptions } from './options.ts'
import { addressOf, type Asked, type Question, questionOf } from './request.ts'
import { type Moment, systemClock, type VerifierClock } from './staleness.ts'
import type { VerifierEvents, VerifierStatus } from './status.ts'
import type { StreamHooks } from './stream.ts'
import { UsageQueue } from './usage-queue.ts'

/** How often what only time changes is looked at, more or less: a thousand that started at once must not go on in step. */
const TICK_MS = 1_000
const LEASE_TICK_MS = 200
/** How long an answer may wait for a lease of a limit. */
const LEASE_WAIT_MS = 1_000
/** How long closing waits for what was counted to be stored. */
const CLOSE_MS = 2_000
const FLUSH_TICKS = 3

/** Keeps a replica of the keys that an API accepts, and decides by it in this process. */
export class Verifier extends EventEmitter<VerifierEvents> {
  /** Slug of the API. */
  readonly api: string
  readonly #options: ReadOptions
  readonly #clock: VerifierClock
  readonly #trusted: AddressSet
  readonly #follower: Follower
  readonly #leases: Leases
  readonly #usage = new UsageQueue()
  readonly #decider: Decider
  readonly #leaseTick: NodeJS.Timeout
  #tick: NodeJS.Timeout | undefined
  readonly #news = new News()
  #closing: Promise<void> | null = null
  #countedAt: number
  #perSecond = 0
  #ticks = 0

  constructor(options: VerifierOptions, clock: VerifierClock = systemClock) {
    super()
    this.#options = readOptions(options)
    this.#clock = clock
    this.#countedAt = clock.steady()
    const { api, trustedProxies, limitsWhileDisconnected: whileDisconnected } = this.#options
    this.api = api
    this.#trusted = compileAddressSet(trustedProxies)
    const decisionClock = new DecisionClock()
    this.#leases = new Leases({
      steady: () => clock.steady(),
      isConnected: () => this.#follower.isConnected,
      send: (message) => this.#follower.send(message),
      whileDisconnected,
    })
    this.#decider = new Decider({ api, clock: decisionClock, leases: this.#leases, usage: this.#usage })
    this.#follower = new Follower(this.#options, {
      clock,
      decisionClock,
      news: this.#news,
      tell: (name, ...values) => this.#tell(name, ...values),
      received: (message) => this.#received(message),
      misunderstood: () => this.#usage.misunderstood(),
      disconnected: () => {
        this.#usage.disconnected()
        this.#leases.disconnected()
      },
      report: () => ({ decisionsPerSecond: this.#perSecond, usageDropped: this.#usage.dropped }),
    })
    this.#tickSoon()
    this.#leaseTick = setInterval(() => this.#leases.sweep(), LEASE_TICK_MS)
    this.#leaseTick.unref()
  }

  /**
   * Settles when it can decide.
   * @throws KeywrightError when the server refuses the key, the API or the version, or is none; `not_ready` after `timeoutSeconds` (default 30).
   *   It goes on trying meanwhile; `close` ends that.
   */
  async ready({ timeoutSeconds = 30 }: { timeoutSeconds?: number } = {}): Promise<void> {
    if (!(timeoutSeconds >= 0)) throw new KeywrightError({ code: 'invalid_argument', detail: '"timeoutSeconds" must be a number of seconds, from 0.' })
    const deadline = this.#clock.steady() + timeoutSeconds * 1000
    while (this.#follower.obstacle() !== null) {
      if (this.#closing !== null) throw new KeywrightError({ code: 'not_ready', detail: 'The verifier was closed.' })
      const { refused, problem } = this.#follower
      if (refused !== null) throw new KeywrightError({ code: 'verifier_refused', detail: refused })
      if (problem?.isLasting) throw new KeywrightError({ code: 'not_ready', detail: problem.message })
      const left = deadline - this.#clock.steady()
      if (left <= 0) {
        const why = problem?.message ?? `${addressIn(this.#options.url)} has not ${this.#follower.isConnected ? 'sent everything' : 'answered'} yet.`
        throw new KeywrightError({ code: 'not_ready', detail: `Not ready within ${timeoutSeconds} ${timeoutSeconds === 1 ? 'second' : 'seconds'}: ${why}` })
      }
      await this.#news.next(left)
    }
  }

  /**
   * May this request, or this secret, do this now? At once, in memory. Of a key with limits, the first calls in a while are `rate_limited` until
   * the server has lent some: `decide` waits for that.
   * @throws KeywrightError `invalid_argument` where what is asked is no question; never for what a client sent.
   */
  verify(asked: Asked): VerifierDecision {
    const question = questionOf(asked, this.#trusted)
    return this.#counted(this.#decide(question.request), question)
  }

  /** The same, after waiting for the server where it must lend calls of a limit first; at most a second. */
  async decide(asked: Asked): Promise<VerifierDecision> {
    const question = questionOf(asked, this.#trusted)
    const first = this.#decide(question.request)
    if (first.valid || first.reason !== 'rate_limited' || first.key === null || !this.#leases.isAsking(first.key.id)) return this.#counted(first, question)
    await this.#leases.answered(first.key.id, LEASE_WAIT_MS)
    return this.#counted(this.#decide(question.request), question)
  }

  /** The client of a request of Node: the connection, or whom one of `trustedProxies` names; null where that cannot be read. */
  addressOf(message: IncomingMessage): string | null {
    return addressOf(message, this.#trusted)
  }

  /** The answer to a client that was not let through: status, problem (RFC 9457) and fields. */
  answer(decision: Denied | Unavailable, requestId: string | null = null): Refusal {
    const refusal = answerFor(decision, { realm: this.api, requestId, supportContact: this.#options.supportContact })
    if (isUnavailable(decision)) return refusal
    return { ...refusal, headers: { ...refusal.headers, ...rateLimitFields(this.#decider.rateLimits(decision)) } }
  }

  /** What a client that was let through is told in fields of the answer: ends that are near, what is left of limits. */
  fields(decision: Allowed): Record<string, string> {
    return fieldsFor(decision, this.#decider.announcement(decision), this.#decider.rateLimits(decision))
  }

  get status(): VerifierStatus {
    return this.#follower.status(this.#moment())
  }

  /**
   * Decides no more, and says so to the server. Settles when what was counted is stored, as far as the server can be reached, and the snapshot file
   * is written.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    clearTimeout(this.#tick)
    clearInterval(this.#leaseTick)
    await this.#follower.close(async () => {
      this.#leases.sweep()
      await this.#storeUsage()
    })
  }

  #decide(request: VerificationRequest): VerifierDecision {
    const moment = this.#moment()
    const obstacle = this.#follower.obstacle(moment)
    return obstacle === null ? this.#decider.decide(this.#follower.replica as Replica, moment, request) : unavailable(obstacle)
  }

  #counted(decision: VerifierDecision, question: Question): VerifierDecision {
    if (decision.valid || !isUnavailable(decision)) this.#decider.count(decision, question)
    return decision
  }

  /** Sends what was counted and waits until it is stored, for a moment. */
  async #storeUsage(): Promise<void> {
    const deadline = this.#clock.steady() + CLOSE_MS
    while (this.#follower.isConnected && !this.#usage.isEmpty && this.#clock.steady() < deadline) {
      this.#usage.flush((message) => this.#follower.send(message))
      await this.#news.next(100)
    }
  }

  #moment(): Moment {
    return { wall: this.#clock.wall(), steady: this.#clock.steady() }
  }

  #received(message: Parameters<StreamHooks['received']>[0]): void {
    if (message.type === 'leased') return this.#leases.leased(message)
    // The next one goes at once.
    if (this.#usage.taken(message.batch)) this.#usage.flush((next) => this.#follower.send(next))
    this.#news.tell()
  }

  #tickSoon(): void {
    this.#tick = setTimeout(() => this.#onTick(), TICK_MS * (0.5 + Math.random()))
    this.#tick.unref()
  }

  #onTick(): void {
    this.#tickSoon()
    const now = this.#clock.steady()
    this.#perSecond = Math.round((this.#decider.takeDecisions() * 1000) / Math.max(1, now - this.#countedAt))
    this.#countedAt = now
    this.#decider.prune(this.#follower.replica)
    if (++this.#ticks % FLUSH_TICKS === 0) this.#usage.flush((message) => this.#follower.send(message))
    this.#follower.onTick()
  }

  /** What a listener throws is its own mistake, told as Node tells it; it neither stops what goes on here nor is taken for one of the server's. */
  #tell<Name extends keyof VerifierEvents>(name: Name, ...values: VerifierEvents[Name]): void {
    try {
      ;(this as EventEmitter).emit(name, ...values)
    } catch (error) {
      process.nextTick(() => {
        throw error
      })
    }
  }
}

/** Three lines for an API: make a verifier, wait until it is ready, ask it. */
export function createVerifier(options: VerifierOptions): Verifier {
  return new Verifier(options)
}
