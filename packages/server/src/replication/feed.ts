import { randomBytes } from 'node:crypto'
import type { Change, Cursor, LogEntry } from '@keywright/core/replica/change.ts'
import { Replica } from '@keywright/core/replica/replica.ts'
import { allAddressLists } from '../store/address-lists.ts'
import { listApis } from '../store/apis.ts'
import { changeLogHead, holdsCursor, readChanges } from '../store/change-log.ts'
import type { Database, ReadTransaction } from '../store/database.ts'
import { listKeyTypes } from '../store/key-types.ts'
import { eachKeyPage } from '../store/keys.ts'
import { eachOrganizationPage } from '../store/organizations.ts'
import { endedSessions } from '../store/sessions.ts'
import { getSetting } from '../store/settings.ts'
import { listSigningKeys, toSigningKeyRecord } from '../store/signing-keys.ts'
import type { Build } from '../store/precompile.ts'

const PAGE = 1000

/**
 * Keeps this server's replica equal to the store: one snapshot at the start, then nothing but the change log, whoever wrote it.
 * `replica` is exchanged as a whole when the log does not hold the place we are at (a restored file).
 */
export class ReplicaFeed implements AsyncDisposable {
  #replica: Replica
  #running: Promise<void> | null = null
  #next: Promise<void> | null = null
  readonly #database: Database
  readonly #onFailure: (error: unknown) => void
  /** Who else reads the log, e.g. the journal of revocations; the replica has the entries already. */
  onEntries: (entries: readonly LogEntry[]) => void = () => {}
  /** `replica` is another one from now on. */
  onReplaced: () => void = () => {}
  #stopListening: () => void = () => {}
  /** Settles when every foreign commit that was noticed has been followed. */
  #following: Promise<unknown> = Promise.resolve()

  private constructor(database: Database, replica: Replica, onFailure: (error: unknown) => void) {
    this.#database = database
    this.#replica = replica
    this.#onFailure = onFailure
  }

  static async start(database: Database, onFailure: (error: unknown) => void): Promise<ReplicaFeed> {
    const feed = new ReplicaFeed(database, await loadReplica(database), onFailure)
    feed.#stopListening = database.onForeignCommit(() => {
      const following = feed.#afterForeignCommit().catch(onFailure)
      feed.#following = Promise.all([feed.#following, following])
    })
    return feed
  }

  get replica(): Replica {
    return this.#replica
  }

  /** Settles when everything that was committed before the call has been applied. */
  catchUp(): Promise<void> {
    if (this.#running === null) return (this.#running = this.#read().finally(() => (this.#running = null)))
    // What runs now may have read the log before the caller committed; one more round serves all who wait.
    return (this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#next = null
        return this.catchUp()
      }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopListening()
    await this.#following
    await this.#next?.catch(this.#onFailure)
    await this.#running?.catch(this.#onFailure)
  }

  async #afterForeignCommit(): Promise<void> {
    if (!(await holdsCursor(this.#database.reader, this.#database.build, this.#replica.cursor))) {
      this.#replica = await loadReplica(this.#database)
      this.onReplaced()
    }
    await this.catchUp()
  }

  async #read(): Promise<void> {
    for (;;) {
      const entries = await readChanges(this.#database.reader, this.#database.build, this.#replica.cursor, PAGE)
      this.#replica.apply(entries)
      this.onEntries(entries)
      if (entries.length < PAGE) return
    }
  }
}

/** Everything as of one moment, and the place in the log that belongs to it. */
async function loadReplica(database: Database): Promise<Replica> {
  return database.snapshot(async (reader) => {
    const { build } = database
    const cursor: Cursor = await changeLogHead(reader, build)
    const counted = await reader.first(
      build
        .selectFrom('keys')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .compile(),
    )
    const replica = new Replica(
      Uint32Array.from({ length: 8 }, () => randomBytes(4).readUInt32BE()),
      counted?.count ?? 0,
    )
    for await (const changes of everything(reader, build)) {
      for (const change of changes) replica.applyChange(change)
      // Other requests go on meanwhile: applying a page takes milliseconds, all of them may take seconds.
      await new Promise((resolve) => setImmediate(resolve))
    }
    replica.startAt(cursor)
    return replica
  })
}

async function* everything(reader: ReadTransaction, build: Build): AsyncGenerator<Change[]> {
  yield (await listKeyTypes(reader, build)).map((stored) => ({ kind: 'keyType', keyType: stored.definition }))
  yield (await listApis(reader, build)).map((stored) => ({ kind: 'api', api: stored.definition }))
  for await (const page of eachOrganizationPage(reader, build)) {
    yield page.map(({ id, slug, aliases, status, entitlements }) => ({ kind: 'organization', organization: { id, slug, aliases, status, entitlements } }))
  }
  yield (await allAddressLists(reader, build)).map(({ organizationId, type, addresses }) => ({
    kind: 'addressList',
    addressList: { organizationId, type, addresses },
  }))
  const issuer = (await getSetting(reader, build, 'installationId')) ?? ''
  yield (await listSigningKeys(reader, build)).map((key) => ({ kind: 'signingKey', signingKey: toSigningKeyRecord(key, issuer) }))
  yield (await endedSessions(reader, build)).map((session) => ({ kind: 'sessionEnded', session }))
  for await (const page of eachKeyPage(reader, build)) yield page.map((key) => ({ kind: 'key', key }))
}
