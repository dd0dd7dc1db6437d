import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { Replica } from '@keywright/core/replica/replica.ts'
import type { GoodbyeCode, ServerMessage } from '@keywright/core/replica/stream.ts'
import type { UnavailableDetail } from './decision.ts'
import type { DecisionClock } from './decision-clock.ts'
import type { News } from './news.ts'
import type { ReadOptions } from './options.ts'
import { ReplicaKeeper } from './replica-keeper.ts'
import type { SnapshotFacts } from './snapshot-file.ts'
import { SnapshotSchedule } from './snapshot-schedule.ts'
import { type Moment, Staleness, type VerifierClock } from './staleness.ts'
import type { VerifierEvents, VerifierStatus } from './status.ts'
import { ReplicaStream, type StreamHooks } from './stream.ts'
import { SDK_VERSION } from './version.ts'

/** Files that were gone on from one after the other without the server. */
const MOST_CONTINUED = 19

export interface FollowerParts extends Pick<StreamHooks, 'received' | 'misunderstood' | 'disconnected'> {
  clock: VerifierClock
  decisionClock: DecisionClock
  /** Told whenever something may have changed. */
  news: News
  tell: <Name extends keyof VerifierEvents>(name: Name, ...values: VerifierEvents[Name]) => void
  /** What pings say beside the number of keys. */
  report: () => { decisionsPerSecond: number; usageDropped: number }
}

/** Follows the server, or goes on from a file: keeps the replica, and knows whether decisions may be made by it. */
export class Follower {
  readonly #options: ReadOptions
  readonly #parts: FollowerParts
  readonly #keeper = new ReplicaKeeper()
  readonly #staleness: Staleness
  readonly #stream: ReplicaStream
  readonly #file: SnapshotSchedule | null
  readonly #instance = randomBytes(16).toString('base64url')
  /** Verifiers that decide no more, whose files were gone on from. */
  readonly #continues: string[] = []
  /** Settles when it has gone on from the file, where there is one, and begins to ask the server. */
  readonly #begun: Promise<void>
  #isClosing = false
  #isClosed = false
  #installation: string | null = null
  #refused: string | null = null
  #wasUsable = false
  #problem: string | null = null
  /** Trying again soon will not help. */
  #isLasting = false

  constructor(options: ReadOptions, parts: FollowerParts) {
    this.#options = options
    this.#parts = parts
    const { url, api, name, stalenessSeconds, onStale, verifierKey, ca, snapshotFile } = options
    this.#staleness = new Staleness(parts.clock, stalenessSeconds * 1000)
    const instance = this.#instance
    const about = { apis: [api], instance, continues: this.#continues, name, host: hostname(), pid: process.pid, sdk: SDK_VERSION, stalenessSeconds, onStale }
    this.#stream = new ReplicaStream({ url, verifierKey, ca, about }, { keeper: this.#keeper, staleness: this.#staleness, hooks: this.#hooks() })
    this.#file =
      snapshotFile === null
        ? null
        : new SnapshotSchedule({
            path: snapshotFile,
            verifierKey,
            owner: { url: url.href, api },
            steady: () => parts.clock.steady(),
            current: () => this.#snapshot(),
            problem: (message) => parts.tell('problem', { message }),
            heirMs: () => (onStale === 'serve' ? Number.POSITIVE_INFINITY : this.#staleness.boundMs),
            settled: () => this.#stream.acknowledge(),
          })
    this.#keeper.onApplied = (changes) => this.#file?.applied(changes)
    this.#keeper.onExchanged = () => this.#file?.outdate()
    this.#begun = this.#begin()
  }

  /** Null: there is none. */
  get replica(): Replica | null {
    return this.#keeper.replica
  }

  get isConnected(): boolean {
    return this.#stream.isConnected
  }

  /** Why the server refuses the verifier key or the API; null: it does not. */
  get refused(): string | null {
    return this.#refused
  }

  /** What is wrong, and whether trying again soon will help; null: nothing. */
  get problem(): { message: string; isLasting: boolean } | null {
    const message = this.#problem ?? this.#file?.problem ?? null
    return message === null ? null : { message, isLasting: this.#isLasting && this.#problem !== null }
  }

  /** Why nothing can be decided; null: it can. */
  obstacle(moment?: Moment): UnavailableDetail | null {
    if (this.#isClosed) return 'closed'
    if (this.#refused !== null) return 'refused'
    const { replica } = this.#keeper
    if (replica === null) return 'starting'
    if (replica.api(this.#options.api) === undefined) return 'refused'
    if (this.#staleness.isFresh(moment)) return null
    if (this.#staleness.freshFrom === null) return 'starting'
    return this.#options.onStale === 'serve' ? null : 'stale'
  }

  status(moment: Moment): VerifierStatus {
    return {
      state: this.obstacle(moment) ?? (this.#staleness.isFresh(moment) ? 'fresh' : 'serving'),
      connected: this.#stream.isConnected,
      keys: this.#keeper.replica?.keys.size ?? 0,
      change: this.#keeper.cursor?.number ?? null,
      ageMs: this.#staleness.age(moment),
      stalenessSeconds: this.#staleness.boundMs / 1000,
      behindServerMs: this.#parts.decisionClock.behindServer(moment),
      problem: this.problem?.message ?? null,
    }
  }

  /** @returns false where there is no connection. */
  send(message: object): boolean {
    return this.#stream.send(message)
  }

  onTick(): void {
    this.#file?.onTick(this.#staleness.boundMs)
    this.#look()
  }

  /**
   * Ends it: nothing is decided by it from then on.
   * @param before done while there is still a connection; decisions go on meanwhile.
   */
  async close(before: () => Promise<void>): Promise<void> {
    this.#isClosing = true
    // What was taken out of the file is to go back into it.
    await this.#begun
    await before()
    this.#isClosed = true
    this.#parts.news.tell()
    if (this.#file !== null) {
      // What comes from here on would make the last file outdated.
      this.#stream.pause()
      await this.#file.finish()
    }
    this.#stream.close(this.#file?.isKept ?? false)
  }

  /** Goes on from the file, if there is one, before it asks the server: also when the server does not answer. */
  async #begin(): Promise<void> {
    const loaded = (await this.#file?.load()) ?? null
    if (loaded !== null) {
      const { facts, replica } = loaded
      this.#keeper.adopt(replica)
      this.#continues.push(...facts.instances.slice(0, MOST_CONTINUED))
      this.#installation = facts.installation
      this.#parts.decisionClock.atLeast(facts.now)
      this.#staleness.boundMs = Math.min(this.#staleness.boundMs, facts.boundMs)
      this.#staleness.resume(facts.freshFrom)
      this.#look()
      // Under this verifier's own name, before anything else may happen to it.
      await this.#file?.write()
    }
    if (!this.#isClosing) this.#stream.start()
  }

  #snapshot(): { replica: Replica; facts: SnapshotFacts; now: number } | null {
    const { replica } = this.#keeper
    const { freshFrom, boundMs } = this.#staleness
    if (replica === null || freshFrom === null || this.#installation === null || this.#refused !== null) return null
    const { url, api } = this.#options
    const { clock, decisionClock } = this.#parts
    const now = decisionClock.now({ wall: clock.wall(), steady: clock.steady() })
    // One that was cut off may go on elsewhere, with this file or its twin: only what was closed decides no more for certain.
    const instances = this.#isClosed ? [this.#instance, ...this.#continues] : [...this.#continues]
    const { installation, cursor, keys } = { installation: this.#installation, cursor: replica.cursor, keys: replica.keys.size }
    return { replica, now, facts: { url: url.href, api, installation, cursor, freshFrom, boundMs, instances, keys, now } }
  }

  #hooks(): StreamHooks {
    const { received, misunderstood, disconnected, report, decisionClock, clock } = this.#parts
    return {
      received,
      misunderstood,
      disconnected,
      welcomed: (welcome) => this.#welcomed(welcome),
      advanced: () => this.#look(),
      mayAcknowledge: () => this.#file === null || !this.#file.isOutdated,
      heard: (serverNow) => {
        decisionClock.heard(serverNow, clock.steady())
        this.#problem = null
        this.#look()
      },
      refused: (code, detail) => this.#refuse(code, detail),
      lost: (problem, lasting) => {
        this.#problem = problem
        this.#isLasting = lasting
        this.#parts.tell('problem', { message: problem })
        this.#parts.news.tell()
      },
      report: () => ({ keys: this.#keeper.replica?.keys.size ?? 0, ...report() }),
    }
  }

  #welcomed({ installation, stalenessSeconds }: Extract<ServerMessage, { type: 'welcome' }>): void {
    // At the same address answers another installation: what is known is of keys that are none here.
    if (this.#installation !== null && this.#installation !== installation) this.#forget()
    this.#installation = installation
    this.#staleness.boundMs = Math.min(this.#options.stalenessSeconds, stalenessSeconds) * 1000
    this.#refused = null
    this.#isLasting = false
  }

  #refuse(code: GoodbyeCode, detail: string): void {
    this.#forget()
    this.#refused = detail
    this.#parts.tell('revoked', { code, detail })
    this.#look()
  }

  #forget(): void {
    this.#keeper.drop()
    this.#staleness.reset()
    void this.#file?.remove()
  }

  /** Tells what has changed since it was looked at last. */
  #look(): void {
    const usable = this.#keeper.replica !== null && this.#staleness.isFresh()
    if (usable !== this.#wasUsable) {
      this.#wasUsable = usable
      if (usable) this.#parts.tell('fresh')
      else if (this.#refused === null) this.#parts.tell('stale')
    }
    this.#parts.news.tell()
  }
}
