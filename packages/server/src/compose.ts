import { tmpdir } from 'node:os'
import { realpathSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { AppError } from '@keywright/core/problem-code.ts'
import { RateLimiter } from '@keywright/core/rate-limit/rate-limiter.ts'
import { makeId } from '@keywright/core/id.ts'
import { type Config, isLoopback } from './config/config.ts'
import { obtainMasterKey } from './config/master-key.ts'
import type { Secrets } from './config/secrets.ts'
import { createApp } from './http/app.ts'
import type { Log } from './http/context.ts'
import { type Clock, systemClock, testClock } from './kernel/clock.ts'
import { type DataFolder, lockDataFolder, openDataFolder } from './kernel/data-folder.ts'
import { systemRandom } from './kernel/random.ts'
import type { Services } from './management/services.ts'
import { storeUsage } from './management/usage/store-usage.ts'
import { ReplicaFeed } from './replication/feed.ts'
import type { Database } from './store/database.ts'
import { openSqlite } from './store/drivers/sqlite/open.ts'
import { migrate } from './store/migrate.ts'
import { getSetting, putSettingOnce } from './store/settings.ts'
import { UsageRecorder } from './verification/usage-recorder.ts'
import { Verifier } from './verification/verifier.ts'

const FLUSH_EVERY_MS = 2_000
const SWEEP_EVERY_MS = 5_000
/** How long a drain waits for requests that are being answered. */
const DRAIN_MS = 10_000

/** The store with its master key, ready for use cases: what server and host commands share. */
export interface Store extends AsyncDisposable {
  folder: DataFolder
  database: Database
  services: Services
}

/** Opens the data folder's database, brings it up to date and finds its master key. */
export async function openStore(config: Config, secrets: Secrets, clock: Clock, afterCommit: () => Promise<void> = async () => {}): Promise<Store> {
  const folder = openDataFolder(config.dataFolder)
  const database = await openSqlite({ file: folder.databaseFile })
  try {
    await migrate(database, clock.now())
    const wantedId = await getSetting(database.reader, database.build, 'masterKeyId')
    const masterKey = obtainMasterKey({ file: folder.masterKeyFile, given: secrets.masterKey, wantedId }, systemRandom)
    if (wantedId === null) {
      await database.write(async (transaction) => {
        await putSettingOnce(transaction, database.build, 'masterKeyId', masterKey.id)
        await putSettingOnce(transaction, database.build, 'installationId', makeId('installation', clock.now(), systemRandom(10)))
      })
    }
    return {
      folder,
      database,
      services: { database, clock, random: systemRandom, masterKey, afterCommit },
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    }
  } catch (error) {
    await database[Symbol.asyncDispose]()
    throw error
  }
}

/** A running server. Disposing it drains: it takes no new requests, answers those it has, stores what it counted, lets go of the folder. */
export interface Service extends AsyncDisposable {
  /** Where it listens, e.g. `http://127.0.0.1:4400`. */
  url: string
  dataFolder: string
  bootstrapped: boolean
}

export async function startService(config: Config, secrets: Secrets, log: Log, options: { testClock?: boolean } = {}): Promise<Service> {
  if (options.testClock) refuseTestClockInEarnest(config)
  const set = options.testClock ? testClock(Date.now()) : null
  const clock = set ?? systemClock()
  const resources = new AsyncDisposableStack()
  try {
    resources.use(lockDataFolder(openDataFolder(config.dataFolder)))
    let feed: ReplicaFeed | null = null
    const store = resources.use(await openStore(config, secrets, clock, async () => feed?.catchUp()))
    feed = resources.use(await ReplicaFeed.start(store.database, (err) => log.error({ err }, 'the change log could not be read')))
    const limiter = new RateLimiter()
    const usage = new UsageRecorder()
    const flushUsage = usageFlusher(usage, store.services, log)
    resources.defer(flushUsage)
    let ready = false
    const verifier = new Verifier({ feed, clock, limiter, usage })
    const app = createApp({
      services: store.services,
      verifier,
      trustedProxies: config.trustedProxies,
      supportContact: config.supportContact,
      flushUsage,
      isReady: () => ready,
      log,
      setClock: set === null ? null : (now) => set.set(now),
    })
    await app.listen({ host: config.listen.host, port: config.listen.port }).catch((error: unknown) => {
      throw listenError(error, config)
    })
    resources.defer(async () => {
      ready = false
      // A connection that is answered from now on ends right after its answer instead of waiting for the next request.
      Object.assign(app.server, { keepAliveTimeout: 1, keepAliveTimeoutBuffer: 0 })
      const closed = app.close()
      app.server.closeIdleConnections()
      const late = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS)
      await closed
      clearTimeout(late)
    })
    const timers = [setInterval(() => void flushUsage(), FLUSH_EVERY_MS), setInterval(() => limiter.sweep(clock.now(), 10_000), SWEEP_EVERY_MS)]
    resources.defer(() => timers.forEach(clearInterval))
    ready = true
    const { address, port, family } = app.server.address() as AddressInfo
    const bootstrapped = (await getSetting(store.database.reader, store.database.build, 'bootstrappedAt')) !== null
    const owned = resources.move()
    return {
      url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
      dataFolder: store.folder.path,
      bootstrapped,
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    }
  } catch (error) {
    await resources.disposeAsync()
    throw error
  }
}

/** One flush at a time; what cannot be stored is kept for the next. */
function usageFlusher(usage: UsageRecorder, services: Services, log: Log): () => Promise<void> {
  let running: Promise<void> | null = null
  const flush = async (): Promise<void> => {
    if (usage.isEmpty) return
    const batch = usage.take()
    try {
      await storeUsage(services, batch)
    } catch (err) {
      usage.restore(batch)
      log.error({ err }, 'usage could not be stored; it is kept and tried again')
    }
  }
  return () => {
    // Whoever asks wants what was counted before he asked: a flush that runs already may have begun too early.
    running = (running ?? Promise.resolve()).then(flush)
    return running
  }
}

function refuseTestClockInEarnest(config: Config): void {
  const temporary = realpathSync(tmpdir())
  const folder = openDataFolder(config.dataFolder).path
  if (isLoopback(config.listen.host) && realpathSync(folder).startsWith(`${temporary}/`)) return
  throw new AppError('invalid_configuration', `A test clock is for tests: it needs a data folder under ${temporary} and an address on loopback.`)
}

function listenError(error: unknown, config: Config): unknown {
  const { code } = error as NodeJS.ErrnoException
  const at = `${config.listen.host}:${config.listen.port}`
  if (code === 'EADDRINUSE')
    return new AppError('invalid_configuration', `Something else listens on ${at} already. Stop it, or set KEYWRIGHT_LISTEN to another address.`, {
      cause: error,
    })
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
    return new AppError('invalid_configuration', `This machine does not let Keywright listen on ${at} (${code}). Set KEYWRIGHT_LISTEN to another address.`, {
      cause: error,
    })
  return error
}
