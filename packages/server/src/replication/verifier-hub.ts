import { isReservedSlug, VERIFIER_KEY_TYPE } from '@keywright/core/configuration/reserved.ts'
import type { Hello, UsageMessage } from '@keywright/core/contract/replica-stream.ts'
import type { LeasingLimiter } from '@keywright/core/rate-limit/leasing-limiter.ts'
import type { LogEntry } from '@keywright/core/replica/change.ts'
import type { Replica } from '@keywright/core/replica/replica.ts'
import type { WebSocket } from 'ws'
import type { Clock } from '../kernel/clock.ts'
import type { Database } from '../store/database.ts'
import { VerifierChannel } from './verifier-channel.ts'
import type { RegisteredVerifier, VerifierRegister } from './verifier-register.ts'
import { VerifierSession } from './verifier-session.ts'

/** Connections that one verifier key may hold at once. */
const MOST_PER_KEY = 2_000
const PING_SECONDS = 10
const CHECK_MS = 5_000

/** Whose connection it is. */
export interface VerifierCaller {
  keyId: string
  address: string | null
  /** Decides on the verifier key again: its APIs, or null when it may not do this any more. */
  recheck: () => readonly string[] | 'all' | null
}

/** What a session works with. */
export interface HubParts {
  database: Database
  clock: Clock
  steady: () => number
  register: VerifierRegister
  limiter: LeasingLimiter
  storeUsage: (from: { verifier: string; types: ReadonlySet<string> }, usage: UsageMessage) => Promise<void>
  log: { error(fields: object, message: string): void }
  installation: string
  version: string
  pingSeconds: number
  maxStalenessSeconds: number
  replica: () => Replica
  /** Settles when the replica has everything that was committed before the call, and sessions were sent it. */
  catchUp: () => Promise<void>
  servesApi: (slug: string) => boolean
  channelFor: (apis: readonly string[]) => VerifierChannel
  isConnected: (verifier: string) => boolean
  /** A verifier that comes again has left its earlier connection. */
  greeted: (session: VerifierSession, hello: Hello) => void
  onAcked: (session: VerifierSession) => void
  onClosed: (session: VerifierSession) => void
}

/** Who decides by a change by now: see `VerifierHub.confirm`. */
export interface Confirmation {
  confirmed: number
  expired: number
  /** Until when each of the others may decide by what was before; null: without end. */
  mayAccept: { verifier: RegisteredVerifier; until: number | null }[]
  elapsedMs: number
}

/** A verifier as it is now. */
export interface VerifierStanding {
  verifier: RegisteredVerifier
  /** `silent`: not connected, and may decide until its bound is over. `expired`: it refuses everything. */
  status: 'live' | 'catching-up' | 'silent' | 'unbounded' | 'expired'
  session: VerifierSession | null
  /** Changes that it does not have yet. */
  lag: number
}

type OwnParts = Pick<
  HubParts,
  'database' | 'clock' | 'steady' | 'register' | 'limiter' | 'storeUsage' | 'log' | 'installation' | 'version' | 'maxStalenessSeconds'
> & {
  feed: { readonly replica: Replica; catchUp(): Promise<void> }
}

/** Every verifier elsewhere: sends each what concerns it, and knows who has it. */
export class VerifierHub implements AsyncDisposable {
  readonly #parts: HubParts
  readonly #feed: OwnParts['feed']
  readonly #sessions = new Set<VerifierSession>()
  /** Of those that have said hello: by what they call themselves, and by the channel that they follow. */
  readonly #byInstance = new Map<string, VerifierSession>()
  readonly #followers = new Map<string, Set<VerifierSession>>()
  #channels = new Map<string, VerifierChannel>()
  readonly #waiters = new Set<Waiter>()
  readonly #timer: NodeJS.Timeout
  #closing = false

  constructor({ feed, ...parts }: OwnParts) {
    this.#feed = feed
    this.#parts = {
      ...parts,
      pingSeconds: PING_SECONDS,
      replica: () => feed.replica,
      catchUp: () => feed.catchUp(),
      servesApi: (slug) => feed.replica.api(slug) !== undefined && !isReservedSlug(slug),
      channelFor: (apis) => this.#channelFor(apis),
      isConnected: (id) => this.#byInstance.has(id),
      greeted: (session, { instance, apis }) => {
        this.#byInstance.get(instance)?.goodbye('superseded', 'This verifier has connected again.')
        this.#byInstance.set(instance, session)
        const name = nameOf(apis)
        this.#followers.set(name, (this.#followers.get(name) ?? new Set()).add(session))
      },
      onAcked: (session) => this.#wake(session),
      onClosed: (session) => this.#forgetSession(session),
    }
    this.#timer = setInterval(() => this.#check(), CHECK_MS)
    this.#timer.unref()
  }

  /** A connection of a verifier key, right after its upgrade. */
  accept(socket: WebSocket, caller: VerifierCaller): void {
    const session = new VerifierSession(socket, caller, this.#parts)
    this.#sessions.add(session)
    if (this.#closing) return session.goodbye('shutting_down', 'The server is shutting down.')
    let ofKey = 0
    for (const other of this.#sessions) if (other.caller.keyId === caller.keyId) ofKey++
    if (ofKey > MOST_PER_KEY)
      session.goodbye('too_many_connections', `One verifier key may have ${MOST_PER_KEY} connections. Issue another for other processes.`)
  }

  /** Entries of the log, right after the replica has them. */
  take(entries: readonly LogEntry[]): void {
    if (entries.length === 0) return
    if (entries.some(concernsVerifierKeys)) for (const session of this.#sessions) session.recheck()
    for (const [name, channel] of this.#channels) {
      const sessions = [...(this.#followers.get(name) ?? [])]
      if (sessions.length === 0) {
        this.#channels.delete(name)
        continue
      }
      const { frame, reload } = channel.frame(entries)
      for (const session of sessions) session.push(frame)
      if (!reload) continue
      this.#channels.delete(name)
      for (const session of sessions) session.reload()
    }
  }

  /** The replica was exchanged: what verifiers have may be of another history. */
  replaced(): void {
    this.#channels = new Map()
    for (const session of this.#sessions) if (session.recheck()) session.reload()
  }

  /**
   * Waits, at most `timeoutMs`, until every connected verifier decides by everything up to change `number`; then says who does. A verifier that
   * is not connected counts by its bound alone.
   */
  async confirm(number: number, timeoutMs: number): Promise<Confirmation> {
    const begun = performance.now()
    const pending = new Set([...this.#byInstance.values()].filter((session) => !has(session, number)))
    if (pending.size > 0) await this.#acknowledged({ number, pending }, timeoutMs)
    const elapsedMs = performance.now() - begun
    let confirmed = 0
    let expired = 0
    const mayAccept: Confirmation['mayAccept'] = []
    for (const verifier of this.#parts.register.all()) {
      const session = this.#byInstance.get(verifier.id)
      if (session !== undefined && has(session, number)) confirmed++
      else if (session === undefined && this.#parts.register.isOver(verifier)) expired++
      else mayAccept.push({ verifier, until: verifier.mayAcceptUntil })
    }
    return { confirmed, expired, mayAccept, elapsedMs }
  }

  list(): VerifierStanding[] {
    const head = this.#feed.replica.cursor.number
    return this.#parts.register.all().map((verifier) => {
      const session = this.#byInstance.get(verifier.id) ?? null
      const status =
        session !== null
          ? session.state === 'live'
            ? 'live'
            : 'catching-up'
          : verifier.mayAcceptUntil === null
            ? 'unbounded'
            : this.#parts.register.isOver(verifier)
              ? 'expired'
              : 'silent'
      return { verifier, status, session, lag: session === null ? 0 : Math.max(0, head - session.acked) }
    })
  }

  get(id: string): RegisteredVerifier | undefined {
    return this.#parts.register.get(id)
  }

  isConnected(id: string): boolean {
    return this.#byInstance.has(id)
  }

  /** It was taken out of the store. */
  dropped(id: string): void {
    this.#parts.register.drop(id)
  }

  counts(): Record<VerifierStanding['status'], number> {
    const counts = { live: 0, 'catching-up': 0, silent: 0, unbounded: 0, expired: 0 }
    for (const { status } of this.list()) counts[status]++
    return counts
  }

  /** Says goodbye to all; they come back to whoever serves next. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true
    clearInterval(this.#timer)
    for (const session of this.#sessions) session.goodbye('shutting_down', 'The server is shutting down.')
  }

  #channelFor(apis: readonly string[]): VerifierChannel {
    const name = nameOf(apis)
    let channel = this.#channels.get(name)
    if (channel === undefined || channel.replica !== this.#feed.replica) this.#channels.set(name, (channel = new VerifierChannel(this.#feed.replica, apis)))
    return channel
  }

  #acknowledged(waiting: Omit<Waiter, 'done'>, timeoutMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiter: Waiter = { ...waiting, done: resolve }
    const timer = setTimeout(resolve, timeoutMs)
    this.#waiters.add(waiter)
    return promise.finally(() => {
      clearTimeout(timer)
      this.#waiters.delete(waiter)
    })
  }

  #wake(session: VerifierSession): void {
    for (const { number, pending, done } of this.#waiters) {
      if (session.state === 'closed' || has(session, number)) pending.delete(session)
      if (pending.size === 0) done()
    }
  }

  #forgetSession(session: VerifierSession): void {
    this.#sessions.delete(session)
    if (session.hello !== null) {
      const { instance, apis } = session.hello
      if (this.#byInstance.get(instance) === session) this.#byInstance.delete(instance)
      this.#followers.get(nameOf(apis))?.delete(session)
    }
    this.#wake(session)
  }

  #check(): void {
    for (const session of this.#sessions) session.check()
    for (const channel of this.#channels.values()) channel.sweep(this.#parts.steady())
    this.#parts.register.prune((id) => this.#byInstance.has(id)).catch((err: unknown) => this.#parts.log.error({ err }, 'old verifiers could not be forgotten'))
  }
}

interface Waiter {
  number: number
  pending: Set<VerifierSession>
  done: () => void
}

/** One without a replica refuses everything, and what it is sent next is newer than the change. */
function has(session: VerifierSession, number: number): boolean {
  return session.acked >= number || !session.decides
}

function nameOf(apis: readonly string[]): string {
  return [...new Set(apis)].toSorted().join(' ')
}

function concernsVerifierKeys({ change }: LogEntry): boolean {
  if (change.kind === 'key') return change.key.type === VERIFIER_KEY_TYPE
  if (change.kind === 'addressList') return change.addressList.type === VERIFIER_KEY_TYPE
  return change.kind === 'organization' || change.kind === 'api' || change.kind === 'apiRemoved'
}
