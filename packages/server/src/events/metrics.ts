import { type Decision, DENY_REASONS, type DenyReason } from '@keywright/core/verification/decision.ts'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/** What is read when somebody asks for the metrics, and not before. */
export interface MetricSources {
  replicaKeys: () => number
  /** Changes that are stored and not in the replica yet. */
  replicaLag: () => Promise<number>
  limiterKeys: () => number
  limiterEvictions: () => number
  usageBacklog: () => number
  usageDropped: () => number
  journalBytes: () => number
  /** Verifiers elsewhere, by status. */
  verifiers: () => Record<string, number>
  verifierLag: () => number
  leases: () => number
}

type Outcome = 'allowed' | DenyReason
const OUTCOMES = ['allowed', ...Object.keys(DENY_REASONS)] as Outcome[]
const STORAGE_CODES = ['disk_full', 'storage_unavailable'] as const

/**
 * Counts for Prometheus. Label values are closed sets: outcomes, operations of the contract, statuses; never an organization, a
 * key or anything else of which there may be many. On the way of a decision stands one addition.
 */
export class Metrics {
  /** Decisions about customers' keys, and about Keywright's own. */
  readonly #decisions = zeros()
  readonly #ownDecisions = zeros()
  readonly #storage: Record<string, number> = Object.fromEntries(STORAGE_CODES.map((code) => [code, 0]))
  readonly #registry = new Registry()
  readonly #requests: Histogram<'operation' | 'status'>

  constructor(sources: MetricSources) {
    const registers = [this.#registry]
    collectDefaultMetrics({ register: this.#registry })
    this.#requests = new Histogram({
      name: 'keywright_management_request_seconds',
      help: 'Management requests by operation of the contract and HTTP status.',
      labelNames: ['operation', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    })
    const decisions = [
      { subject: 'customer', counts: this.#decisions },
      { subject: 'own', counts: this.#ownDecisions },
    ]
    const decided = new Counter({
      name: 'keywright_decisions_total',
      help: "Decisions by outcome, about customers' keys and about Keywright's own.",
      labelNames: ['subject', 'outcome'],
      registers: [],
      collect() {
        this.reset()
        for (const { subject, counts } of decisions) for (const outcome of OUTCOMES) this.inc({ subject, outcome }, counts[outcome])
      },
    })
    const storage = this.#storage
    const failed = new Counter({
      name: 'keywright_storage_errors_total',
      help: 'Changes, usage and journal entries that could not be stored, by error code.',
      labelNames: ['code'],
      registers: [],
      collect() {
        this.reset()
        for (const code of STORAGE_CODES) this.inc({ code }, storage[code])
      },
    })
    for (const counter of [decided, failed]) this.#registry.registerMetric(counter as Counter)
    const gauge = (name: string, help: string, read: () => number | Promise<number>) =>
      new Gauge({
        name,
        help,
        registers,
        async collect() {
          this.set(await read())
        },
      })
    gauge('keywright_replica_keys', 'Keys that this server can decide about.', sources.replicaKeys)
    gauge('keywright_replica_lag_changes', 'Changes that are stored and not in the replica yet.', sources.replicaLag)
    gauge('keywright_limiter_keys', 'Keys whose calls are being counted against limits.', sources.limiterKeys)
    gauge('keywright_limiter_evictions', 'Counters forgotten before their time, for lack of room, since the start.', sources.limiterEvictions)
    gauge('keywright_usage_backlog', 'Rows of usage that wait to be stored.', sources.usageBacklog)
    gauge('keywright_usage_without_address', 'Refusals added up without key and address, for lack of room, since the start.', sources.usageDropped)
    const verifiers = new Gauge({
      name: 'keywright_verifiers',
      help: 'Verifiers elsewhere whose bound may still run, by status.',
      labelNames: ['status'],
      registers: [],
      collect() {
        this.reset()
        for (const [status, count] of Object.entries(sources.verifiers())) this.set({ status }, count)
      },
    })
    this.#registry.registerMetric(verifiers as unknown as Gauge)
    gauge('keywright_verifier_lag_changes', 'Changes that the connected verifier furthest behind does not decide by yet.', sources.verifierLag)
    gauge('keywright_leases', 'Leases of limits that verifiers elsewhere hold.', sources.leases)
    gauge('keywright_journal_bytes', 'Size of the journal of revocations.', sources.journalBytes)
  }

  /** @param own about one of Keywright's own keys. */
  decided(decision: Decision, own: boolean): void {
    const counts = own ? this.#ownDecisions : this.#decisions
    counts[decision.valid ? 'allowed' : decision.reason]++
  }

  requested(operation: string, status: number, seconds: number): void {
    this.#requests.observe({ operation, status }, seconds)
  }

  storageFailed(error: unknown): void {
    const { code } = error as { code?: string }
    if (code !== undefined && code in this.#storage) this.#storage[code] = (this.#storage[code] as number) + 1
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  text(): Promise<string> {
    return this.#registry.metrics()
  }
}

function zeros(): Record<Outcome, number> {
  return Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>
}
