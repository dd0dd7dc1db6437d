import { tmpdir } from 'node:os'
import { realpathSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { AppError } from '@keywright/core/problem-code.ts'
import { LeasingLimiter } from '@keywright/core/rate-limit/leasing-limiter.ts'
import { makeId } from '@keywright/core/id.ts'
import { type Config, isLoopback, localOrigin } from './config/config.ts'
import { obtainMasterKey } from './config/master-key.ts'
import type { Secrets } from './config/secrets.ts'
import { smtpMailer } from './events/mailer.ts'
import { createApp } from './http/app.ts'
import { findConsole } from './http/console-assets.ts'
import type { Log } from './http/context.ts'
import { Periodic } from './jobs/periodic.ts'
import { type Clock, systemClock, testClock } from './kernel/clock.ts'
import { type DataFolder, lockDataFolder, openDataFolder } from './kernel/data-folder.ts'
import { version } from './kernel/version.ts'
import { systemRandom } from './kernel/random.ts'
import { Metrics, type MetricSources } from './events/metrics.ts'
import { DailyJobs } from './jobs/daily-jobs.ts'
import { forgetOld } from './management/retention/forget-old.ts'
import { forgetRequests } from './management/requests/forget-requests.ts'
import { blankMessages } from './management/notices/blank-messages.ts'
import { queueNotices } from './management/notices/queue-notices.ts'
import { sendMessages } from './management/notices/send-messages.ts'
import type { NoticeSettings } from './management/notices/settings.ts'
import type { Caller, Services } from './management/services.ts'
import { forgetEnded } from './management/sign-in/forget-ended.ts'
import { obtainSetUpLink, type SetUpLink } from './management/sign-in/set-up-link.ts'
import type { SignInServices } from './management/sign-in/sign-in-services.ts'
import { Throttle } from './management/sign-in/throttle.ts'
import { sessionFlusher } from './management/sessions/session-flusher.ts'
import { SingleSignOn } from './management/sign-in/single-sign-on.ts'
import { SigningKeyring } from './management/sessions/signing-keyring.ts'
import { storeUsage } from './management/usage/store-usage.ts'
import { storeVerifierUsage } from './management/usage/store-verifier-usage.ts'
import { ReplicaFeed } from './replication/feed.ts'
import { RevocationJournal } from './replication/revocation-journal.ts'
import { VerifierHub } from './replication/verifier-hub.ts'
import { VerifierRegister } from './replication/verifier-register.ts'
import { changeLogHead } from './store/change-log.ts'
import type { Database } from './store/database.ts'
import { openSqlite } from './store/drivers/sqlite/open.ts'
import { migrate } from './store/migrate.ts'
import { refuseBackupAsDatabase } from './store/refuse-backup.ts'
import { getSetting, putSettingOnce } from './store/settings.ts'
import { SessionRecorder } from './verification/session-recorder.ts'
import { UsageRecorder } from '@keywright/core/usage/usage-recorder.ts'
import { Verifier } from './verification/verifier.ts'

const FLUSH_EVERY_MS = 2_000
/** How often it is asked whether a day has begun. */
const JOBS_EVERY_MS = 60_000
const TEST_JOBS_EVERY_MS = 100
const SWEEP_EVERY_MS = 5_000
const NOTICES_EVERY_MS = 60_000
/** How long a drain waits for requests that are being answered. */
const DRAIN_MS = 10_000

/** The store with its master key, ready for use cases: what server and host commands share. */
export interface Store extends AsyncDisposable {
  folder: DataFolder
  database: Database
  services: Services
}

export interface OpenStore {
  afterCommit?: () => Promise<void>
  /** A backup that is being made the database, in place of the data folder's own. */
  backup?: string
}

/** Opens the data folder's database, brings it up to date and finds its master key. */
export async function openStore(config: Config, secrets: Secrets, clock: Clock, options: OpenStore = {}): Promise<Store> {
  const folder = openDataFolder(config.dataFolder)
  const database = await openSqlite({ file: options.backup ?? folder.databaseFile })
  try {
    if (options.backup === undefined) await refuseBackupAsDatabase(database, folder.databaseFile)
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
      services: { database, clock, random: systemRandom, masterKey, afterCommit: options.afterCommit ?? (async () => {}) },
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
  /** Where people reach it: the configured URL, or on this machine. */
  origin: string
  /** For whoever becomes the first operator. */
  setUpLink: SetUpLink
}

export async function startService(config: Config, secrets: Secrets, log: Log, options: { testClock?: boolean } = {}): Promise<Service> {
  if (options.testClock) refuseTestClockInEarnest(config)
  const set = options.testClock ? testClock(Date.now()) : null
  const clock = set ?? systemClock()
  const resources = new AsyncDisposableStack()
  try {
    resources.use(lockDataFolder(openDataFolder(config.dataFolder)))
    let feed: ReplicaFeed | null = null
    let journal: RevocationJournal | null = null
    const afterCommit = async () => {
      await feed?.catchUp()
      await journal?.flush()
    }
    const store = resources.use(await openStore(config, secrets, clock, { afterCommit }))
    journal = resources.use(await openJournal(store))
    feed = resources.use(await ReplicaFeed.start(store.database, (err) => log.error({ err }, 'the change log could not be read')))
    const steady = set === null ? () => performance.now() : () => set.now()
    const limiter = new LeasingLimiter()
    const register = await VerifierRegister.open({ database: store.database, clock, steady })
    const verifiers = new VerifierHub({
      feed,
      database: store.database,
      clock,
      steady,
      register,
      limiter,
      storeUsage: (from, usage) => storeVerifierUsage(store.services, from, usage),
      log,
      installation: (await getSetting(store.database.reader, store.database.build, 'installationId')) as string,
      version: version(),
      maxStalenessSeconds: config.maxStalenessSeconds,
    })
    feed.onEntries = (entries) => {
      journal.take(entries)
      verifiers.take(entries)
    }
    feed.onReplaced = () => verifiers.replaced()
    const usage = new UsageRecorder()
    const metrics = new Metrics(metricSources({ store, feed, limiter, usage, journal, verifiers }))
    const flushUsage = usageFlusher(usage, store.services, log, metrics)
    resources.defer(flushUsage)
    let ready = false
    let origin = config.publicUrl ?? ''
    const verifier = new Verifier({ feed, clock, limiter, usage, metrics })
    const sessions = new SessionRecorder()
    const flushSessions = sessionFlusher(sessions, store.services, log)
    resources.defer(flushSessions)
    const signing = new SigningKeyring(store.services, () => verifier.replica)
    const settings = { send: secrets.mail && smtpMailer(secrets.mail), publicUrl: config.publicUrl, supportContact: config.supportContact }
    const notices = new Periodic(
      NOTICES_EVERY_MS,
      noticeWork(store.services, settings, () => notices.stopped),
      (err) => log.error({ err }, 'notices could not be written or sent'),
    )
    resources.use(notices)
    // Loaded here, for it is the half of what a host command would load and never use.
    const { openIdentity } = await import('./management/sign-in/better-auth.ts')
    const signIn: SignInServices = {
      services: store.services,
      identity: await openIdentity({ database: store.database, clock, random: systemRandom }),
      throttle: new Throttle(),
      origin: () => origin,
      mailConfigured: secrets.mail !== null,
      supportContact: config.supportContact,
    }
    const app = createApp({
      services: store.services,
      verifier,
      verifiers,
      trustedProxies: config.trustedProxies,
      supportContact: config.supportContact,
      origin: () => origin,
      flushUsage,
      metrics,
      signing,
      sessions,
      flushSessions,
      isReady: () => ready,
      log,
      // With a set clock nothing happens by itself: what is due is done before the setter is answered.
      setClock:
        set === null
          ? null
          : async (now) => {
              set.set(now)
              await notices.run()
            },
      installation: {
        version: version(),
        startedAt: clock.now(),
        publicUrl: config.publicUrl,
        usageBacklog: () => usage.backlog,
        usageWithoutAddress: () => usage.remainder,
        journalBytes: () => journal.bytes,
      },
      mailConfigured: secrets.mail !== null,
      signIn,
      singleSignOn: secrets.singleSignOn && new SingleSignOn(secrets.singleSignOn, clock),
      invitations: {
        days: config.invitationDays,
        consoleUrl: () => origin,
        supportContact: config.supportContact,
        mailConfigured: secrets.mail !== null,
      },
      organizationCreation: config.organizationCreation,
      consoleFolder: findConsole(),
      wakeJobs: () => void notices.run(),
    })
    await app.listen({ host: config.listen.host, port: config.listen.port }).catch((error: unknown) => {
      throw listenError(error, config)
    })
    const { address, port, family } = app.server.address() as AddressInfo
    const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
    if (config.publicUrl === null) origin = localOrigin(address, port)
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
    // Before the drain waits for connections: these never end by themselves.
    resources.use(verifiers)
    const daily = new DailyJobs({
      database: store.database,
      clock,
      jobs: [{ name: 'retention', run: async () => log.info({ ...(await forgetOld(store.services, config.keepDays)) }, 'what was old enough was forgotten') }],
      onFailure: (job, err) => log.error({ err, job }, 'a job failed; it is tried again'),
    })
    resources.defer(() => daily.idle())
    const flushJournal = () => journal.flush().catch((err: unknown) => log.error({ err }, 'the journal of revocations could not be written'))
    const timers = [
      setInterval(() => void flushSessions(), FLUSH_EVERY_MS),
      setInterval(() => verifier.prune(), SWEEP_EVERY_MS),
      setInterval(() => void flushUsage(), FLUSH_EVERY_MS),
      setInterval(() => void flushJournal(), FLUSH_EVERY_MS),
      setInterval(() => void daily.tick(), set === null ? JOBS_EVERY_MS : TEST_JOBS_EVERY_MS),
      setInterval(() => limiter.sweep(clock.now(), 10_000), SWEEP_EVERY_MS),
    ]
    resources.defer(() => timers.forEach(clearInterval))
    ready = true
    void notices.run()
    void daily.tick()
    const bootstrapped = (await getSetting(store.database.reader, store.database.build, 'bootstrappedAt')) !== null
    const setUpLink = await obtainSetUpLink(store.services, SERVING)
    const owned = resources.move()
    return {
      url,
      origin,
      dataFolder: store.folder.path,
      bootstrapped,
      setUpLink,
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    }
  } catch (error) {
    await resources.disposeAsync()
    throw error
  }
}

/** Who makes the set-up link of a start. */
const SERVING: Caller = {
  actor: { kind: 'host', id: 'serve', name: null },
  role: 'operator',
  capabilities: new Set(),
  organizationId: null,
  requestId: null,
}

/** One flush at a time; what cannot be stored is kept for the next. */
function usageFlusher(usage: UsageRecorder, services: Services, log: Log, metrics: Metrics): () => Promise<void> {
  let running: Promise<void> | null = null
  const flush = async (): Promise<void> => {
    if (usage.isEmpty) return
    const batch = usage.take()
    try {
      await storeUsage(services, batch)
    } catch (err) {
      usage.restore(batch)
      metrics.storageFailed(err)
      log.error({ err }, 'usage could not be stored; it is kept and tried again')
    }
  }
  return () => {
    // Whoever asks wants what was counted before he asked: a flush that runs already may have begun too early.
    running = (running ?? Promise.resolve()).then(flush)
    return running
  }
}

interface MetricParts {
  store: Store
  feed: ReplicaFeed
  limiter: LeasingLimiter
  verifiers: VerifierHub
  usage: UsageRecorder
  journal: RevocationJournal
}

function metricSources({ store, feed, limiter, usage, journal, verifiers }: MetricParts): MetricSources {
  const { reader, build } = store.database
  return {
    replicaKeys: () => feed.replica.keys.size,
    replicaLag: async () => (await changeLogHead(reader, build)).number - feed.replica.cursor.number,
    limiterKeys: () => limiter.size,
    limiterEvictions: () => limiter.evicted,
    usageBacklog: () => usage.backlog,
    usageDropped: () => usage.remainder,
    journalBytes: () => journal.bytes,
    verifiers: () => verifiers.counts(),
    verifierLag: () => Math.max(0, ...verifiers.list().map(({ lag }) => lag)),
    leases: () => limiter.leased,
  }
}

/** What is announced, sent and forgotten now and then. */
function noticeWork(services: Services, settings: NoticeSettings, stopped: () => boolean): () => Promise<void> {
  return async () => {
    await blankMessages(services)
    await queueNotices(services, settings)
    await sendMessages(services, settings, stopped)
    await forgetRequests(services)
    await forgetEnded(services)
  }
}

async function openJournal({ database, folder, services }: Store): Promise<RevocationJournal> {
  const installation = (await getSetting(database.reader, database.build, 'installationId')) as string
  return RevocationJournal.open({ file: folder.journalFile, database, clock: services.clock, installation })
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
