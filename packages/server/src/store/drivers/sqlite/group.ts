import { setTimeout as sleep } from 'node:timers/promises'
import type { CompiledQuery } from 'kysely'
import type { WriteTransaction } from '../../database.ts'
import { isBusy, toError, toStorageError } from './errors.ts'
import {
  BEGIN,
  CHANGES,
  COMMIT,
  control,
  NOTHING,
  RELEASE,
  type Reply,
  ROLLBACK,
  ROLLBACK_TO,
  ROWS,
  SAVEPOINT,
  type Segment,
  type Statement,
} from './protocol.ts'
import { toStatement } from './statement.ts'
import type { WorkerLink } from './worker-link.ts'

export const BEGIN_PATIENCE_MILLISECONDS = 5000
/** Shorter than the breather that a busy writer takes (write-queue.ts). */
const BEGIN_PAUSE_MILLISECONDS = 5

/** Whose statements a segment holds: the group's BEGIN or COMMIT, or a unit's. */
type Owner = 'begin' | 'end' | Unit

interface Owned {
  owner: Owner
  segment: Segment
}

/** Units that share one BEGIN IMMEDIATE and one durable commit. */
export class Group {
  readonly #link: WorkerLink
  /** Ends of finished units, which ride with the next message. */
  #tails: Owned[] = []
  #begun = false
  #beginning: Promise<void> | null = null
  /** Set when the whole transaction is gone; then nothing of the group is stored. */
  lost: Error | null = null

  constructor(link: WorkerLink) {
    this.#link = link
  }

  /** Runs statements of the unit that is at work. @throws what the first failing one failed with. */
  async run(unit: Unit, statements: readonly Statement[]): Promise<unknown[]> {
    while (this.#beginning) await this.#beginning
    if (this.lost) throw this.lost
    const head = unit.takeHead()
    const reply = await this.#send({ owner: unit, segment: { statements: [...head, ...statements], recover: false } })
    const failure = reply.failures?.find((candidate) => candidate.owner === unit)
    if (!failure) return reply.results
    const error = toError(failure.error)
    // Nobody awaited a deferred statement, so nobody can have handled its failure: the unit cannot succeed any more.
    if (failure.statement < head.length) unit.doomed = error
    throw error
  }

  /** The unit's function has ended; its end rides with what comes next. */
  finish(unit: Unit, succeeded: boolean): void {
    if (succeeded) {
      const head = unit.takeHead({ evenIfEmpty: false })
      if (unit.opened) this.#tails.push({ owner: unit, segment: { statements: [...head, control(RELEASE)], recover: true } })
    } else if (unit.opened) {
      this.#tails.push({ owner: unit, segment: { statements: [control(ROLLBACK_TO), control(RELEASE)], recover: false } })
    }
  }

  /** Ends the transaction. Afterwards `lost` and each unit's `doomed` tell what is not stored. */
  async end(store: boolean): Promise<void> {
    if (this.lost || (!this.#begun && this.#tails.length === 0)) return
    try {
      const reply = await this.#send({ owner: 'end', segment: { statements: [control(store ? COMMIT : ROLLBACK)], recover: false } })
      const failure = reply.failures?.find((candidate) => candidate.owner === 'end')
      if (failure) this.lost ??= toStorageError(failure.error, 'The change could not be committed.')
    } catch (error) {
      this.lost ??= error as Error
    }
  }

  async #send(last: Owned): Promise<{ results: unknown[]; failures: (NonNullable<Reply['failures']>[number] & { owner: Owner })[] | null }> {
    const begins = !this.#begun
    const owned: Owned[] = begins
      ? [{ owner: 'begin', segment: { statements: [control(BEGIN)], recover: false } }, ...this.#tails, last]
      : [...this.#tails, last]
    this.#tails = []
    const segments = owned.map((entry) => entry.segment)
    const ends = last.owner === 'end'
    const ask = () => this.#link.ask({ kind: 'run', connection: 'write', segments, begins, ends })
    let reply: Reply
    try {
      reply = begins ? await this.#begin(ask) : await ask()
    } catch (error) {
      this.lost ??= error as Error
      throw error
    }
    if (!reply.failures) return { results: reply.results, failures: null }
    const failures = reply.failures.map((failure) => ({ ...failure, owner: failure.segment < 0 ? last.owner : (owned[failure.segment] as Owned).owner }))
    for (const { owner, error } of failures) if (typeof owner !== 'string' && owner.finished) owner.doomed ??= toError(error)
    if (!reply.inTransaction && !(ends && failures.every((failure) => failure.owner !== 'begin' && failure.owner !== 'end' && failure.segment >= 0))) {
      this.lost ??= toStorageError((failures[0] as (typeof failures)[number]).error, 'The transaction was rolled back.')
      if (!ends) throw this.lost
    }
    return { results: reply.results, failures }
  }

  /** Waits for another process' transaction without keeping the worker from answering reads. */
  async #begin(ask: () => Promise<Reply>): Promise<Reply> {
    this.#begun = true
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#beginning = promise
    try {
      const start = performance.now()
      for (;;) {
        const reply = await ask()
        const first = reply.failures?.[0]
        if (!first || first.segment !== 0 || !isBusy(first.error)) return reply
        if (performance.now() - start > BEGIN_PATIENCE_MILLISECONDS) return reply
        await sleep(BEGIN_PAUSE_MILLISECONDS)
      }
    } finally {
      this.#beginning = null
      resolve()
    }
  }
}

/** One unit's transaction: a savepoint within its group. */
export class Unit implements WriteTransaction {
  readonly #group: Group
  #deferred: Statement[] = []
  /** The savepoint was asked for. */
  opened = false
  finished = false
  /** Why nothing of this unit may be stored although its function returned. */
  doomed: Error | null = null

  constructor(group: Group) {
    this.#group = group
  }

  async all<Row>(query: CompiledQuery<Row>): Promise<Row[]> {
    return (await this.#run([toStatement(query, ROWS)]))[0] as Row[]
  }

  async first<Row>(query: CompiledQuery<Row>): Promise<Row | undefined> {
    return (await this.all(query))[0]
  }

  async batch<Rows extends readonly unknown[]>(queries: { [Index in keyof Rows]: CompiledQuery<Rows[Index]> }): Promise<{
    [Index in keyof Rows]: Rows[Index][]
  }> {
    return (await this.#run((queries as readonly CompiledQuery<unknown>[]).map((query) => toStatement(query, ROWS)))) as {
      [Index in keyof Rows]: Rows[Index][]
    }
  }

  async run(query: CompiledQuery<unknown>): Promise<{ changes: number }> {
    return { changes: (await this.#run([toStatement(query, CHANGES)]))[0] as number }
  }

  defer(query: CompiledQuery<unknown>): void {
    this.#assertOpen()
    this.#deferred.push(toStatement(query, NOTHING))
  }

  /** Statements that must come before the unit's next ones: its savepoint, what was deferred. */
  takeHead({ evenIfEmpty = true } = {}): Statement[] {
    const deferred = this.#deferred
    this.#deferred = []
    if (this.opened || (deferred.length === 0 && !evenIfEmpty)) return deferred
    this.opened = true
    return [control(SAVEPOINT), ...deferred]
  }

  #run(statements: readonly Statement[]): Promise<unknown[]> {
    this.#assertOpen()
    return this.#group.run(this, statements)
  }

  #assertOpen(): void {
    if (this.finished) throw new Error('This transaction is over; a statement came after its unit of work had ended. Await everything inside the unit.')
    if (this.doomed) throw this.doomed
  }
}
