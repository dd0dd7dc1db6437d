import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { hostname } from 'node:os'
import { type AddressSet, compileAddressSet } from '@keywright/core/network/address-set.ts'
import { printBase64urlDigest } from '@keywright/core/replica/digest.ts'
import type { Replica } from '@keywright/core/replica/replica.ts'
import type { GoodbyeCode, ServerMessage } from '@keywright/core/replica/stream.ts'
import { SessionTokens } from '@keywright/core/session-token/session-tokens.ts'
import { announcementOf, rateLimitsOf } from '@keywright/core/verification/announcement.ts'
import type { CompiledApi } from '@keywright/core/verification/compiled-api.ts'
import type { Allowed, Denied, KeyFacts } from '@keywright/core/verification/decision.ts'
import { FoundKey } from '@keywright/core/verification/found-key.ts'
import { rateLimitFields, type Refusal } from '@keywright/core/verification/refusal.ts'
import type { VerificationRequest } from '@keywright/core/verification/request.ts'
import { type DecisionContext, verify } from '@keywright/core/verification/verify.ts'
import { KeywrightError } from '../client/keywright-error.ts'
import { answerFor, fieldsFor } from './answer.ts'
import { isUnavailable, type Unavailable, unavailable, type UnavailableDetail, type VerifierDecision } from './decision.ts'
import { readOptions, type ReadOptions, type VerifierOptions } from './options.ts'
import { Leases } from './leases.ts'
import { ReplicaKeeper } from './replica-keeper.ts'
import { addressOf, type Asked, type Question, questionOf } from './request.ts'
import { digestText, signaturePort } from './signature.ts'
import type { SnapshotFacts, SnapshotOwner } from './snapshot-file.ts'
import { SnapshotSchedule } from './snapshot-schedule.ts'
import { type Moment, Staleness, systemClock, type VerifierClock } from './staleness.ts'
import { ReplicaStream, type StreamHooks } from './stream.ts'
import { UsageQueue } from './usage-queue.ts'
import { SDK_VERSION } from './version.ts'

/** How often what only time changes is looked at, more or less: a thousand that started at once must not go on in step. */
const TICK_MS = 1_000
const LEASE_TICK_MS = 200
/** How long an answer may wait for a lease of a limit. */
const LEASE_WAIT_MS = 1_000
/** How long closing waits for what was counted to be stored. */
const CLOSE_MS = 2_000
const FLUSH_TICKS = 3
/** Files that were gone on from one after the other without the server. */
const MOST_CONTINUED = 19

export interface VerifierEvents {
  /** It can decide: for the first time, or again. */
  fresh: []
  /** The server was not heard of for longer than the bound: it refuses, or serves on where that was chosen. */
  stale: []
  /** The server refuses the verifier key or the API: everything is refused. */
  revoked: [{ code: GoodbyeCode; detail: string }]
  /** Something is wrong that it copes with: a lost connection, a snapshot file that cannot be used or written. */
  problem: [{ message: string }]
}

export interface VerifierStatus {
  /** `serving`: past its bound, by explicit choice. */
  state: 'starting' | 'fresh' | 'stale' | 'serving' | 'refused' | 'closed'
  connected: boolean
  /** Keys in its replica. */
  keys: number
  /** Number of the last change it decides by; null: it has no replica. */
  change: number | null
  /** Milliseconds since the last ping was sent that the server answered; Infinity: none was. */
  ageMs: number
  /** The bound that holds, after what the server allows. */
  stalenessSeconds: number
  /** Milliseconds that the server's clock is ahead of this one's; 0 where it is behind, or not known. */
  behindServerMs: number
  problem: string | null
}

/** Keeps a replica of the keys that an API accepts, and decides by it in this process. */
export class Verifier extends EventEmitter<VerifierEvents> {
  /** Slug of the API. */
  readonly api: string
  readonly #options: ReadOptions
  readonly #clock: VerifierClock
  readonly #trusted: AddressSet
  readonly #keeper = new ReplicaKeeper()
  readonly #staleness: Staleness
  readonly #stream: ReplicaStream
  readonly #leases: Leases
  readonly #usage = new UsageQueue()
  readonly #context: Omit<DecisionContext, 'replica'> & { replica: Replica | null }
  #tick: NodeJS.Timeout | undefined
  readonly #leaseTick: NodeJS.Timeout
  readonly #waiting = new Set<() => void>()
  readonly #instance: string
  readonly #file: SnapshotSchedule | null
  /** Verifiers whose files were gone on from. */
  readonly #continues: string[] = []
  #installation: string | null = null
  #refused: string | null = null
  #closing = false
  #closed = false
  #wasUsable = false
  #problem: string | null = null
  /** Trying again soon will not help. */
  #isLasting = false
  /** What the server's clock showed, minus ours that nobody can set, when it was heard of last: the true difference is not less. */
  #serverAhead: number | null = null
  #decisions = 0
  #countedAt: number
  #perSecond = 0
  #ticks = 0

  constructor(options: VerifierOptions, clock: VerifierClock = systemClock) {
    super()
    this.#options = readOptions(options)
    this.#clock = clock
    this.#countedAt = clock.steady()
    const { url, api, name, stalenessSeconds, onStale, verifierKey, ca } = this.#options
    this.api = api
    this.#trusted = compileAddressSet(this.#options.trustedProxies)
    this.#leases = new Leases({
      steady: () => clock.steady(),
      isConnected: () => this.#stream.isConnected,
      send: (message) => this.#stream.send(message),
      whileDisconnected: this.#options.limitsWhileDisconnected,
    })
    this.#context = { replica: null, limiter: this.#leases, now: 0, digest: digestText, sessions: new SessionTokens(signaturePort) }
    this.#staleness = new Staleness(clock, stalenessSeconds * 1000)
    const instance = randomBytes(16).toString('base64url')
    this.#instance = instance
    const about = { apis: [api], instance, continues: this.#continues, name, host: hostname(), pid: process.pid, sdk: SDK_VERSION, stalenessSeconds, onStale }
    const hooks: StreamHooks = {
      welcomed: (welcome) => this.#welcomed(welcome),
      advanced: () => this.#look(),
      received: (message) => this.#received(message),
      disconnected: () => {
        this.#usage.disconnected()
        this.#leases.disconnected()
      },
      heard: (serverNow) => this.#heard(serverNow),
      refused: (code, detail) => this.#refuse(code, detail),
      lost: (problem, lasting) => this.#lost(problem, lasting),
      report: () => ({ keys: this.#keeper.replica?.keys.size ?? 0, decisionsPerSecond: this.#perSecond, usageDropped: this.#usage.dropped }),
    }
    this.#stream = new ReplicaStream({ url, verifierKey, ca, about }, { keeper: this.#keeper, staleness: this.#staleness, hooks })
    const owner = { url: url.href, api }
    this.#file =
      this.#options.snapshotFile === null
        ? null
        : new SnapshotSchedule({
            path: this.#options.snapshotFile,
            verifierKey,
            owner,
            steady: () => clock.steady(),
            current: () => this.#snapshot(owner),
            problem: (message) => this.emit('problem', { message }),
          })
    this.#keeper.onApplied = (changes) => this.#file?.applied(changes)
    this.#tickSoon()
    this.#leaseTick = setInterval(() => this.#leases.sweep(), LEASE_TICK_MS)
    this.#leaseTick.unref()
    void this.#begin()
  }

  /**
   * Settles when it can decide.
   * @throws KeywrightError when the server refuses the key, the API or the version, or is none; `not_ready` after `timeoutSeconds` (default 30).
   *   It goes on trying meanwhile; `close` ends that.
   */
  async ready({ timeoutSeconds = 30 }: { timeoutSeconds?: number } = {}): Promise<void> {
    const deadline = this.#clock.steady() + timeoutSeconds * 1000
    while (this.#obstacle() !== null) {
      if (this.#closed) throw new KeywrightError({ code: 'not_ready', detail: 'The verifier was closed.' })
      if (this.#refused !== null) throw new KeywrightError({ code: 'verifier_refused', detail: this.#refused })
      if (this.#isLasting && this.#problem !== null) throw new KeywrightError({ code: 'not_ready', detail: this.#problem })
      const left = deadline - this.#clock.steady()
      if (left <= 0) {
        const why = this.#problem ?? `${this.#options.url.origin} has not sent everything yet.`
        throw new KeywrightError({ code: 'not_ready', detail: `Not ready within ${timeoutSeconds} seconds: ${why}` })
      }
      await this.#nextNews(left)
    }
  }

  /**
   * May this request, or this secret, do this now? At once, in memory. Of a key with limits, the first calls in a while are `rate_limited` until
   * the server has lent some: `decide` waits for that.
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
    return { ...refusal, headers: { ...refusal.headers, ...rateLimitFields(rateLimitsOf(decision, this.#leases, this.#context.now)) } }
  }

  /** What a client that was let through is told in fields of the answer: ends that are near, what is left of limits. */
  fields(decision: Allowed): Record<string, string> {
    const now = this.#context.now
    return fieldsFor(decision, announcementOf(decision, now), rateLimitsOf(decision, this.#leases, now))
  }

  get status(): VerifierStatus {
    const moment = { wall: this.#clock.wall(), steady: this.#clock.steady() }
    const obstacle = this.#obstacle(moment)
    const fresh = this.#staleness.isFresh(moment)
    return {
      state: obstacle ?? (fresh ? 'fresh' : 'serving'),
      connected: this.#stream.isConnected,
      keys: this.#keeper.replica?.keys.size ?? 0,
      change: this.#keeper.cursor?.number ?? null,
      ageMs: this.#staleness.age(moment),
      stalenessSeconds: this.#staleness.boundMs / 1000,
      behindServerMs: this.#serverAhead === null ? 0 : Math.max(0, Math.round(this.#serverAhead + moment.steady - moment.wall)),
      problem: this.#problem,
    }
  }

  /** Decides no more, and says so to the server. */
  async close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    clearTimeout(this.#tick)
    clearInterval(this.#leaseTick)
    this.#leases.sweep()
    await this.#storeUsage()
    await this.#file?.finish()
    this.#closed = true
    this.#stream.close(this.#file?.isKept ?? false)
    this.#news()
  }

  #decide(request: VerificationRequest): VerifierDecision {
    const moment = { wall: this.#clock.wall(), steady: this.#clock.steady() }
    const obstacle = this.#obstacle(moment)
    if (obstacle !== null) return unavailable(obstacle)
    const { replica } = this.#keeper as { replica: Replica }
    this.#context.replica = replica
    this.#context.now = this.#now(moment)
    const decision = verify(this.#context as DecisionContext, replica.api(this.api) as CompiledApi, request)
    if (decision.valid || decision.reason === 'rate_limited') this.#askForLease(decision.key)
    return decision
  }

  #askForLease(key: KeyFacts | null): void {
    if (!(key instanceof FoundKey) || key.replica.limitsOf(key.row).length === 0) return
    const { keys } = key.replica
    this.#leases.askFor(key.id, () => printBase64urlDigest(keys.wordsOf(key.row * 2), keys.offsetOf(key.row * 2)))
  }

  /** Written down after the decision; nothing here changes it. */
  #counted(decision: VerifierDecision, { request, client }: Question): VerifierDecision {
    if (!decision.valid && isUnavailable(decision)) return decision
    this.#decisions++
    this.#usage.record(decision, request.address, client, this.#context.now)
    return decision
  }

  /** Sends what was counted and waits until it is stored, for a moment. */
  async #storeUsage(): Promise<void> {
    const deadline = this.#clock.steady() + CLOSE_MS
    while (this.#stream.isConnected && !this.#usage.isEmpty && this.#clock.steady() < deadline) {
      this.#usage.flush((message) => this.#stream.send(message))
      await this.#nextNews(100)
    }
  }

  #received(message: Parameters<StreamHooks['received']>[0]): void {
    if (message.type === 'leased') return this.#leases.leased(message)
    // The next one goes at once.
    if (this.#usage.taken(message.batch)) this.#usage.flush((next) => this.#stream.send(next))
    this.#news()
  }

  /** Why nothing can be decided; null: it can. */
  #obstacle(moment?: Moment): UnavailableDetail | null {
    if (this.#closed) return 'closed'
    if (this.#refused !== null) return 'refused'
    const { replica } = this.#keeper
    if (replica === null) return 'starting'
    if (replica.api(this.api) === undefined) return 'refused'
    if (this.#staleness.isFresh(moment)) return null
    if (this.#staleness.freshFrom === null) return 'starting'
    return this.#options.onStale === 'serve' ? null : 'stale'
  }

  /** Never less than before, and never behind the server: whoever sets this machine's clock back brings no expired key back. */
  #now({ wall, steady }: Moment): number {
    const server = this.#serverAhead === null ? 0 : Math.floor(this.#serverAhead + steady)
    return Math.max(this.#context.now, wall, server)
  }

  /** Goes on from the file, if there is one, before it asks the server: also when the server does not answer. */
  async #begin(): Promise<void> {
    const loaded = (await this.#file?.load()) ?? null
    if (this.#closed) return
    if (loaded !== null) {
      const { facts, replica } = loaded
      this.#keeper.adopt(replica)
      this.#continues.push(...facts.instances.slice(0, MOST_CONTINUED))
      this.#installation = facts.installation
      this.#context.now = Math.max(this.#context.now, facts.now)
      this.#staleness.boundMs = Math.min(this.#staleness.boundMs, facts.boundMs)
      this.#staleness.resume(facts.freshFrom)
      this.#look()
      // Under this verifier's own name, before anything else may happen to it.
      await this.#file?.write()
      if (this.#isClosed()) return
    }
    this.#stream.start()
  }

  #isClosed(): boolean {
    return this.#closed
  }

  #snapshot(owner: SnapshotOwner): { replica: Replica; facts: SnapshotFacts; now: number } | null {
    const { replica } = this.#keeper
    const { freshFrom, boundMs } = this.#staleness
    if (replica === null || freshFrom === null || this.#installation === null || this.#refused !== null) return null
    const now = this.#now({ wall: this.#clock.wall(), steady: this.#clock.steady() })
    const instances = [this.#instance, ...this.#continues]
    const { installation, cursor, keys } = { installation: this.#installation, cursor: replica.cursor, keys: replica.keys.size }
    return { replica, now, facts: { ...owner, installation, cursor, freshFrom, boundMs, instances, keys, now } }
  }

  #welcomed({ installation, stalenessSeconds }: Extract<ServerMessage, { type: 'welcome' }>): void {
    // At the same address answers another installation: what is known is of keys that are none here.
    if (this.#installation !== null && this.#installation !== installation) this.#forget()
    this.#installation = installation
    this.#staleness.boundMs = Math.min(this.#options.stalenessSeconds, stalenessSeconds) * 1000
    this.#refused = null
    this.#isLasting = false
  }

  #heard(serverNow: number): void {
    const ahead = serverNow - this.#clock.steady()
    // The answer was on the way for a while, so the largest difference seen is the nearest.
    this.#serverAhead = Math.max(this.#serverAhead ?? ahead, ahead)
    this.#problem = null
    this.#look()
  }

  #refuse(code: GoodbyeCode, detail: string): void {
    this.#forget()
    this.#refused = detail
    void this.#file?.remove()
    this.emit('revoked', { code, detail })
    this.#look()
  }

  #lost(problem: string, lasting: boolean): void {
    this.#problem = problem
    this.#isLasting = lasting
    this.emit('problem', { message: problem })
    this.#news()
  }

  #forget(): void {
    this.#keeper.drop()
    this.#staleness.reset()
  }

  #tickSoon(): void {
    this.#tick = setTimeout(() => this.#onTick(), TICK_MS * (0.5 + Math.random()))
    this.#tick.unref()
  }

  #onTick(): void {
    this.#tickSoon()
    const now = this.#clock.steady()
    this.#perSecond = Math.round((this.#decisions * 1000) / Math.max(1, now - this.#countedAt))
    this.#decisions = 0
    this.#countedAt = now
    this.#context.sessions?.prune(this.#context.now)
    this.#keeper.replica?.sessions.prune(this.#context.now)
    if (++this.#ticks % FLUSH_TICKS === 0) this.#usage.flush((message) => this.#stream.send(message))
    this.#file?.onTick(this.#staleness.boundMs)
    this.#look()
  }

  /** Tells what has changed since it was looked at last. */
  #look(): void {
    const usable = this.#keeper.replica !== null && this.#staleness.isFresh()
    if (usable !== this.#wasUsable) {
      this.#wasUsable = usable
      if (usable) this.emit('fresh')
      else if (this.#refused === null) this.emit('stale')
    }
    this.#news()
  }

  #news(): void {
    for (const waiting of this.#waiting) waiting()
  }

  #nextNews(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#waiting.delete(done)
        resolve()
      }
      const timer = setTimeout(done, timeoutMs)
      this.#waiting.add(done)
    })
  }
}

/** Three lines for an API: make a verifier, wait until it is ready, ask it. */
export function createVerifier(options: VerifierOptions): Verifier {
  return new Verifier(options)
}
