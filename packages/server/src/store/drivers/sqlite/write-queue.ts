import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@keywright/core/problem-code.ts'
import type { WriteTransaction } from '../../database.ts'
import { BEGIN_PATIENCE_MILLISECONDS, Group, Unit } from './group.ts'
import type { WorkerLink } from './worker-link.ts'

const UNITS_IN_GROUP = 64
/** A group takes no further unit after this long, so that a slow unit keeps few others waiting for their commit. */
const GROUP_AGE_MILLISECONDS = 25
/**
 * SQLite has no queue for its write lock: a process that writes without a pause shuts all others out for ever, e.g. `bootstrap`
 * beside a busy server. So the lock is left alone for a moment now and then, longer than another process waits between tries.
 */
const BREATHER_EVERY_MILLISECONDS = 500
const BREATHER_MILLISECONDS = 15

type Work = (transaction: WriteTransaction) => Promise<unknown>

interface Waiting {
  work: Work
  since: number
  /** Calls a function in the asynchronous context of who asked, not of whoever happened to wake the queue. */
  inContext: <Value>(call: () => Value) => Value
  resolve(value: unknown): void
  reject(error: unknown): void
}

interface Done {
  waiting: Waiting
  unit: Unit
  value: unknown
  error: unknown
  failed: boolean
}

/** Runs units of work one after another; those that wait together are committed together. */
export class WriteQueue {
  readonly #link: WorkerLink
  readonly #guard: AsyncLocalStorage<{ unit: Unit }>
  #waiting: Waiting[] = []
  #draining: Promise<void> | null = null
  #lastEnd = 0
  #busySince = 0

  /** @param guard tells code whether it runs inside a unit. */
  constructor(link: WorkerLink, guard: AsyncLocalStorage<{ unit: Unit }>) {
    this.#link = link
    this.#guard = guard
  }

  add<Value>(work: (transaction: WriteTransaction) => Promise<Value>): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      this.#waiting.push({ work, since: performance.now(), inContext: AsyncLocalStorage.snapshot(), resolve: resolve as (value: unknown) => void, reject })
      this.#draining ??= this.#drain()
    })
  }

  /** Settles when nothing waits and nothing runs. */
  async idle(): Promise<void> {
    while (this.#draining) await this.#draining
  }

  async #drain(): Promise<void> {
    await null // whoever writes in the same turn gets into the first group
    while (this.#waiting.length > 0) {
      await this.#breathe()
      await this.#runGroup()
      this.#lastEnd = performance.now()
    }
    this.#draining = null
  }

  async #breathe(): Promise<void> {
    const now = performance.now()
    if (now - this.#lastEnd >= BREATHER_MILLISECONDS) this.#busySince = now
    else if (now - this.#busySince >= BREATHER_EVERY_MILLISECONDS) {
      await sleep(BREATHER_MILLISECONDS)
      this.#busySince = performance.now()
    }
  }

  async #runGroup(): Promise<void> {
    const group = new Group(this.#link)
    const done: Done[] = []
    const start = performance.now()
    while (!group.lost && done.length < UNITS_IN_GROUP && performance.now() - start < GROUP_AGE_MILLISECONDS) {
      const waiting = this.#waiting.shift()
      if (!waiting) break
      done.push(await this.#runUnit(group, waiting))
    }
    await group.end(done.some((entry) => !entry.failed))
    for (const { waiting, unit, value, error, failed } of done) {
      if (failed) waiting.reject(error)
      else if (unit.opened && (group.lost ?? unit.doomed)) waiting.reject(notStored(group.lost ?? unit.doomed))
      else waiting.resolve(value)
    }
    if (group.lost) this.#refuseOld(group.lost)
  }

  /** Who has waited behind a database that is held or broken as long as a group may wait must not wait for its turn as well. */
  #refuseOld(reason: Error): void {
    const oldest = performance.now() - BEGIN_PATIENCE_MILLISECONDS
    const old = this.#waiting.filter((waiting) => waiting.since <= oldest)
    this.#waiting = this.#waiting.filter((waiting) => waiting.since > oldest)
    for (const waiting of old) waiting.reject(notStored(reason))
  }

  async #runUnit(group: Group, waiting: Waiting): Promise<Done> {
    const unit = new Unit(group)
    const done: Done = { waiting, unit, value: undefined, error: undefined, failed: false }
    try {
      done.value = await waiting.inContext(() => this.#guard.run({ unit }, waiting.work, unit))
      if (unit.doomed) throw unit.doomed
    } catch (error) {
      done.failed = true
      done.error = error
    }
    unit.finished = true
    group.finish(unit, !done.failed)
    return done
  }
}

/** Each unit gets an error of its own, for a stack or a request id may be added to it. */
function notStored(error: Error | null): unknown {
  return error instanceof AppError ? new AppError(error.code, error.message, { cause: error.cause }) : error
}
