import { Worker } from 'node:worker_threads'
import { AppError } from '@keywright/core/problem-code.ts'
import { toError, toStorageError } from './errors.ts'
import type { FromWorker, Reply, Request, Segment, SerializedError, Statement, WorkerOptions } from './protocol.ts'

type WithoutId<Message> = Message extends unknown ? Omit<Message, 'id'> : never

interface Pending {
  resolve(reply: Reply): void
  reject(error: Error): void
}

/** The main thread's end of the line to the store's worker. */
export class WorkerLink {
  readonly #worker: Worker
  readonly #pending = new Map<number, Pending>()
  #lastId = 0
  #gone: Error | null = null
  onForeignCommit: () => void = () => {}

  private constructor(worker: Worker) {
    this.#worker = worker
    worker.on('message', (message: FromWorker) => {
      if ('results' in message) {
        const pending = this.#pending.get(message.id)
        this.#pending.delete(message.id)
        pending?.resolve(message)
      } else if (message.kind === 'foreign-commit') this.onForeignCommit()
    })
    worker.on('error', (error) => this.#lose(error as Error))
    worker.on('exit', () => this.#lose(null))
  }

  static async open(options: WorkerOptions): Promise<WorkerLink> {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: options, name: 'keywright-store', execArgv: [] })
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    worker.once('message', (message: FromWorker) => {
      if (!('kind' in message) || message.kind !== 'opened' || message.error === null) return resolve()
      reject(openingFailed(options.file, message.error))
    })
    worker.once('error', reject)
    await promise
    return new WorkerLink(worker)
  }

  /** Sends one message. Rejects only when the worker is gone; failures of statements are in the reply. */
  ask(request: WithoutId<Request>): Promise<Reply> {
    if (this.#gone) return Promise.reject(this.#gone)
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
      try {
        this.#worker.postMessage({ ...request, id })
      } catch (error) {
        // A parameter that cannot be cloned: the statement's fault.
        this.#pending.delete(id)
        reject(error as Error)
      }
    })
  }

  /** Runs statements outside the write connection. @throws what the first failing one failed with. */
  async query(connection: 'read' | number, statements: readonly Statement[]): Promise<unknown[]> {
    const segments: Segment[] = [{ statements, recover: false }]
    const reply = await this.ask({ kind: 'run', connection, segments, begins: false, ends: false })
    if (reply.failures?.[0]) throw toError(reply.failures[0].error)
    return reply.results
  }

  /** @throws when the worker could not do it. */
  async command(request: WithoutId<Exclude<Request, { kind: 'run' }>>): Promise<void> {
    const reply = await this.ask(request)
    if (reply.failures?.[0]) throw toStorageError(reply.failures[0].error, 'The store failed.')
  }

  async close(): Promise<void> {
    if (this.#gone) return
    const exited = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()))
    await this.command({ kind: 'close' })
    await exited
  }

  /** Ends the worker at once, as a crash would. */
  async terminate(): Promise<void> {
    await this.#worker.terminate()
  }

  #lose(cause: Error | null): void {
    this.#gone ??= new AppError('storage_unavailable', 'The store is closed or has crashed.', cause ? { cause } : {})
    for (const pending of this.#pending.values()) pending.reject(this.#gone)
    this.#pending.clear()
  }
}

function openingFailed(file: string, error: SerializedError): AppError {
  const reason = toStorageError(error, 'It cannot be opened.')
  return new AppError(reason.code, `The database ${file} cannot be opened: ${reason.message}`, { cause: reason.cause })
}
