import type { Change } from '@keywright/core/replica/change.ts'
import type { CompiledQuery } from 'kysely'
import { type AuditEvent, CHAIN_START, chainEvent, type ChainEnd } from '../events/audit.ts'
import { randomMark } from '../kernel/random.ts'
import { insertAuditEventQuery, insertPersonalQuery, lastAuditEventQuery } from '../store/audit-events.ts'
import { appendChangeQuery } from '../store/change-log.ts'
import type { WriteTransaction } from '../store/database.ts'
import type { Build } from '../store/precompile.ts'
import type { Caller, Services } from './services.ts'

/**
 * One use case's transaction: rows, audit events and change log are stored together or not at all. Audit events and changes
 * are kept until the end and ride with the commit; the end of the audit chain is read with the first query.
 */
export class Unit {
  readonly build: Build
  readonly transaction: WriteTransaction
  /** The instant of everything in this unit. */
  readonly now: number
  readonly #services: Services
  readonly #caller: Caller
  readonly #events: Omit<AuditEvent, 'actor' | 'requestId'>[] = []
  readonly #changes: Change[] = []
  #chainEnd: ChainEnd | null = null

  constructor(services: Services, caller: Caller, transaction: WriteTransaction) {
    this.#services = services
    this.#caller = caller
    this.transaction = transaction
    this.build = services.database.build
    this.now = services.clock.now()
  }

  async batch<Rows extends readonly unknown[]>(queries: { [Index in keyof Rows]: CompiledQuery<Rows[Index]> }): Promise<{
    [Index in keyof Rows]: Rows[Index][]
  }> {
    if (this.#chainEnd !== null) return this.transaction.batch<Rows>(queries)
    const results = (await this.transaction.batch<unknown[]>([...queries, lastAuditEventQuery(this.build)])) as unknown[][]
    this.#chainEnd = (results.pop() as ChainEnd[])[0] ?? CHAIN_START
    return results as { [Index in keyof Rows]: Rows[Index][] }
  }

  defer(query: CompiledQuery<unknown>): void {
    this.transaction.defer(query)
  }

  audit(event: Omit<AuditEvent, 'actor' | 'requestId'>): void {
    this.#events.push(event)
  }

  /** Tells verifiers: the whole new state of one thing. */
  change(change: Change): void {
    this.#changes.push(change)
  }

  get changed(): boolean {
    return this.#changes.length > 0
  }

  async finish(): Promise<void> {
    if (this.#events.length > 0 && this.#chainEnd === null) await this.batch([])
    let end = this.#chainEnd ?? CHAIN_START
    for (const event of this.#events) {
      const stored = chainEvent(end, { ...event, actor: this.#caller.actor, requestId: this.#caller.requestId }, this.now, this.#services.random)
      this.defer(insertAuditEventQuery(this.build, stored))
      const personal = insertPersonalQuery(this.build, stored)
      if (personal !== null) this.defer(personal)
      end = stored
    }
    for (const change of this.#changes) this.defer(appendChangeQuery(this.build, change, randomMark(this.#services.random), this.now))
  }
}

/**
 * Runs a use case's unit of work. Settles when it is durable and, if it matters to verifiers, this server's replica has it: the
 * next call sees it.
 */
export async function commit<Value>(services: Services, caller: Caller, work: (unit: Unit) => Promise<Value>): Promise<Value> {
  const done = await services.database.write(async (transaction) => {
    const unit = new Unit(services, caller, transaction)
    await caller.guard?.before(unit)
    const value = await work(unit)
    await caller.guard?.after?.(unit, value)
    await unit.finish()
    return { value, changed: unit.changed }
  })
  if (done.changed) {
    const committedAt = performance.now()
    await services.afterCommit()
    caller.guard?.applied(performance.now() - committedAt)
  }
  return done.value
}
