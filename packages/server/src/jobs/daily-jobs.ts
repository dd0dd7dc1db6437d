import { CompiledQuery } from 'kysely'
import type { Clock } from '../kernel/clock.ts'
import type { Database } from '../store/database.ts'

const DAY = 86_400_000
/** Before a job that failed is tried again. */
const AGAIN_AFTER = 600_000

export interface Job {
  name: string
  run: () => Promise<unknown>
}

/**
 * Runs each job once a day (UTC). Which day it has run for last is in the database, so a restart does not run it twice, and a
 * server that was down runs it when it is back, once.
 */
export class DailyJobs {
  readonly #database: Database
  readonly #clock: Clock
  readonly #jobs: readonly Job[]
  readonly #onFailure: (name: string, error: unknown) => void
  /** Day for which each is done, or instant before which it is not tried again. */
  readonly #done = new Map<string, number>()
  readonly #notBefore = new Map<string, number>()
  #running: Promise<void> | null = null

  constructor(parts: { database: Database; clock: Clock; jobs: readonly Job[]; onFailure: (name: string, error: unknown) => void }) {
    this.#database = parts.database
    this.#clock = parts.clock
    this.#jobs = parts.jobs
    this.#onFailure = parts.onFailure
  }

  /** Runs what is due; one round at a time. Never rejects. */
  tick(): Promise<void> {
    return (this.#running ??= this.#round().finally(() => (this.#running = null)))
  }

  /** Settles when nothing runs. */
  async idle(): Promise<void> {
    await this.#running
  }

  async #round(): Promise<void> {
    const now = this.#clock.now()
    const day = Math.floor(now / DAY)
    for (const job of this.#jobs) {
      if ((this.#done.get(job.name) ?? -1) >= day || (this.#notBefore.get(job.name) ?? 0) > now) continue
      try {
        if ((await this.#lastDay(job.name)) < day) {
          await job.run()
          await this.#note(job.name, day, now)
        }
        this.#done.set(job.name, day)
      } catch (error) {
        this.#notBefore.set(job.name, now + AGAIN_AFTER)
        this.#onFailure(job.name, error)
      }
    }
  }

  async #lastDay(name: string): Promise<number> {
    const row = await this.#database.reader.first(CompiledQuery.raw('SELECT period FROM jobs WHERE name = ?', [name]))
    return (row as { period: number } | undefined)?.period ?? -1
  }

  async #note(name: string, day: number, now: number): Promise<void> {
    const sql = 'INSERT INTO jobs (name, period, ran_at) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET period = excluded.period, ran_at = excluded.ran_at'
    await this.#database.write((transaction) => transaction.run(CompiledQuery.raw(sql, [name, day, now])))
  }
}
