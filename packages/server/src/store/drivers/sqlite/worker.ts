import { parentPort, workerData } from 'node:worker_threads'
import { Connection, serializeError } from './connection.ts'
import type { ConnectionName, Failure, ForeignCommit, Opened, Reply, Request, WorkerOptions } from './protocol.ts'

/** The only thread that touches the database file. */

const port = parentPort as NonNullable<typeof parentPort>
const options = workerData as WorkerOptions
const FOREIGN_COMMIT_POLL_MILLISECONDS = 100
/** Short on the write connection, because the main thread asks again and reads go on in between. */
const WRITE_BUSY_MILLISECONDS = 20
const READ_BUSY_MILLISECONDS = 5000

let write: Connection | null = null
let read: Connection
const snapshots = new Map<number, Connection>()
let poll: NodeJS.Timeout | null = null
let lastDataVersion = 0

function open(): void {
  if (!options.readonly) {
    // The first statement on a database that another process is just creating or recovering has to wait for it.
    write = new Connection(options.file, { readonly: false, timeoutMilliseconds: READ_BUSY_MILLISECONDS })
    const { journal_mode: mode } = write.database.prepare('PRAGMA journal_mode = WAL').get() as { journal_mode: string }
    if (mode !== 'wal') throw new Error(`The file system of ${options.file} does not allow SQLite's write-ahead log (got "${mode}"). Use a local disk.`)
    write.database.exec(`PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864; PRAGMA busy_timeout = ${WRITE_BUSY_MILLISECONDS}`)
    if (options.maxPages !== null) write.database.exec(`PRAGMA max_page_count = ${options.maxPages}`)
  }
  read = openReader()
}

function openReader(): Connection {
  return new Connection(options.file, { readonly: true, timeoutMilliseconds: READ_BUSY_MILLISECONDS })
}

function connectionOf(name: ConnectionName): Connection {
  const connection = name === 'read' ? read : name === 'write' ? write : snapshots.get(name)
  if (!connection) throw new Error(name === 'write' ? 'The database was opened read-only.' : 'This snapshot is closed.')
  return connection
}

/**
 * `data_version` changes when any *other* connection commits. Our read connection would see our own write connection as
 * another one, so the write connection asks.
 */
function dataVersion(): number {
  return ((write ?? read).database.prepare('PRAGMA data_version').get() as { data_version: number }).data_version
}

function listen(on: boolean): void {
  if (poll) clearInterval(poll)
  poll = null
  if (!on) return
  lastDataVersion = dataVersion()
  poll = setInterval(() => {
    let current: number
    try {
      current = dataVersion()
    } catch {
      return // busy or unreadable now; asked again in a moment
    }
    if (current === lastDataVersion) return
    lastDataVersion = current
    port.postMessage({ kind: 'foreign-commit' } satisfies ForeignCommit)
  }, FOREIGN_COMMIT_POLL_MILLISECONDS)
  poll.unref()
}

function close(): void {
  listen(false)
  for (const snapshot of snapshots.values()) snapshot.close()
  snapshots.clear()
  read.close()
  if (!write) return
  write.rollback()
  try {
    write.database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } catch {
    // Another process still reads, or the disk is full: the log keeps what is committed, and the next start folds it in.
  }
  write.close()
}

function perform(request: Request, results: unknown[]): { failures: Failure[] | null; inTransaction: boolean } {
  if (request.kind === 'run') {
    const connection = connectionOf(request.connection)
    // Outside a transaction a statement would commit on its own, e.g. after SQLite rolled back by itself on a full disk.
    if (request.connection === 'write' && !request.begins && !connection.database.isTransaction) {
      return {
        failures: [{ segment: -1, statement: 0, error: { message: 'The transaction was rolled back.', code: null, errcode: null } }],
        inTransaction: false,
      }
    }
    const failures = connection.run(request.segments, results)
    if (request.ends) connection.rollback() // does nothing after a commit
    return { failures, inTransaction: connection.database.isTransaction }
  }
  if (request.kind === 'open-snapshot') {
    const snapshot = openReader()
    // BEGIN alone fixes no moment; the first read does.
    snapshot.database.exec('BEGIN; SELECT count(*) FROM sqlite_schema')
    snapshots.set(request.snapshot, snapshot)
  } else if (request.kind === 'close-snapshot') {
    snapshots.get(request.snapshot)?.close()
    snapshots.delete(request.snapshot)
  } else if (request.kind === 'listen') listen(request.on)
  else close()
  return { failures: null, inTransaction: false }
}

port.on('message', (request: Request) => {
  const reply: Reply = { id: request.id, results: [], failures: null, inTransaction: false }
  try {
    Object.assign(reply, perform(request, reply.results))
  } catch (error) {
    reply.failures = [{ segment: 0, statement: 0, error: serializeError(error) }]
  }
  port.postMessage(reply)
  if (request.kind === 'close') port.close()
})

try {
  open()
  port.postMessage({ kind: 'opened', error: null } satisfies Opened)
} catch (error) {
  port.postMessage({ kind: 'opened', error: serializeError(error) } satisfies Opened)
  port.close()
}
