import { randomBytes } from 'node:crypto'
import { type Hello, type UsageMessage, type VerifierMessage, verifierMessage } from '@keywright/core/contract/replica-stream.ts'
import type { Cursor } from '@keywright/core/replica/change.ts'
import { DIGEST_WORDS, readBase64urlDigest } from '@keywright/core/replica/digest.ts'
import { GOODBYE_CODES, type GoodbyeCode, REPLICA_PROTOCOL, type ServerMessage } from '@keywright/core/replica/stream.ts'
import type { WebSocket } from 'ws'
import { holdsCursor, readChanges } from '../store/change-log.ts'
import type { ChangesFrame, VerifierChannel } from './verifier-channel.ts'
import type { HubParts, VerifierCaller } from './verifier-hub.ts'

/** Entries of the log in one frame of what was missed. */
const CHANGES_IN_FRAME = 1000
/** A connection on which more waits to be sent than this is cut: its verifier comes back and goes on where it was. */
const MOST_WAITING_BYTES = 8_388_608
/** How long one frame may take on the way. */
const SEND_MS = 60_000
/** How long a connection may say nothing at first, and later, in pings that should have come. */
const GREETING_MS = 10_000
const MISSED_PINGS = 4
const CLOSE_MS = 2_000
/** What is answered about a key that is not known (yet), or has no limits (any more). */
const UNKNOWN_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 31_536_000_000

/** The connection of one verifier: greeting, then a snapshot or what was missed, then every change as it comes. */
export class VerifierSession {
  readonly id = randomBytes(9).toString('base64url')
  readonly caller: VerifierCaller
  hello: Hello | null = null
  stalenessSeconds = 0
  /** `live`: it has been sent everything that the replica has. */
  state: 'greeting' | 'snapshot' | 'catching-up' | 'live' | 'closed' = 'greeting'
  /** It has a replica by which it decides, or is about to: the last part of its first snapshot was sent. */
  decides = false
  /** How far it says that it has come; it decides by everything up to there. */
  acked = 0
  keys = 0
  decisionsPerSecond = 0
  usageDropped = 0
  readonly connectedAt: number
  #heardAt: number
  readonly #socket: WebSocket
  readonly #parts: HubParts
  #position: Cursor = { number: 0, mark: '' }
  /** A ping that is answered as soon as everything before the answer was sent. */
  #ping: number | null = null
  #answering = false
  /** Raised when what is being sent is of no use any more. */
  #run = 0

  constructor(socket: WebSocket, caller: VerifierCaller, parts: HubParts) {
    this.#socket = socket
    this.caller = caller
    this.#parts = parts
    this.connectedAt = parts.clock.now()
    this.#heardAt = parts.steady()
    socket.on('message', (data, isBinary) => this.#receive(data as Buffer, isBinary))
    socket.on('error', () => this.cut())
    socket.on('close', () => this.#closed())
  }

  get waitingBytes(): number {
    return this.#socket.bufferedAmount
  }

  get channel(): VerifierChannel {
    return this.#parts.channelFor((this.hello as Hello).apis)
  }

  /** Changes for everybody who is up to date. */
  push(frame: ChangesFrame): void {
    // Whoever is not reads them from the log.
    if (this.state !== 'live' || frame.to.number <= this.#position.number) return
    if (frame.from !== this.#position.number) return void this.#follow(this.#catchUp(++this.#run))
    if (this.#socket.bufferedAmount > MOST_WAITING_BYTES) return this.goodbye('too_slow', 'Changes come faster than this connection takes them.')
    this.#socket.send(frame.text)
    this.#position = frame.to
  }

  /** What it has is of no use: another history, or other types. */
  reload(): void {
    if (this.state === 'greeting' || this.state === 'closed') return
    this.#follow(this.#sendSnapshot(++this.#run, 0))
  }

  /** Ends the connection and says why. */
  goodbye(code: GoodbyeCode, detail: string): void {
    if (this.state === 'closed') return
    this.state = 'closed'
    this.#run++
    this.#socket.send(JSON.stringify({ type: 'goodbye', code, detail } satisfies ServerMessage))
    this.#socket.close(GOODBYE_CODES[code] === 'refuse' ? 4403 : 4000, code)
    setTimeout(() => this.#socket.terminate(), CLOSE_MS).unref()
    this.#parts.onClosed(this)
  }

  cut(): void {
    this.#socket.terminate()
    this.#closed()
  }

  /** Looks at what only time tells: whether its key still holds, and whether it is still there. */
  check(): void {
    if (this.state === 'closed') return
    const silent = this.#parts.steady() - this.#heardAt
    if (silent > (this.state === 'greeting' ? GREETING_MS : MISSED_PINGS * this.#parts.pingSeconds * 1000 + SEND_MS)) return this.cut()
    this.recheck()
  }

  /** Says goodbye when the verifier key may not do this any more. @returns whether it may. */
  recheck(): boolean {
    if (this.state === 'closed') return false
    const allowed = this.caller.recheck()
    if (allowed === null) this.goodbye('key_refused', 'This verifier key was revoked, has ended, or may not be used from here.')
    else if (this.hello !== null) {
      const refused = this.hello.apis.find((api) => !this.#parts.servesApi(api) || (allowed !== 'all' && !allowed.includes(api)))
      if (refused === undefined) return true
      this.goodbye('api_refused', `This verifier key is not for the API "${refused}", or there is no such API.`)
    } else return true
    return false
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (this.state === 'closed') return
    this.#heardAt = this.#parts.steady()
    const message = isBinary ? null : parse(data)
    if (message === null) return this.goodbye('bad_message', 'The server does not understand what this verifier says.')
    if ((message.type === 'hello') !== (this.hello === null)) return this.goodbye('bad_message', 'A verifier says hello once, and first.')
    if (message.type === 'hello') this.#follow(this.#greet(message))
    else if (message.type === 'ping') {
      this.keys = message.keys
      this.decisionsPerSecond = message.decisionsPerSecond
      this.usageDropped = message.usageDropped
      this.#ping = message.id
      this.#follow(this.#answerPing())
    } else if (message.type === 'ack') {
      // Nobody has what was not sent.
      this.acked = Math.max(this.acked, Math.min(message.number, this.#position.number))
      this.#parts.onAcked(this)
    } else if (message.type === 'usage') this.#follow(this.#takeUsage(message))
    else if (message.type === 'lease') this.#lend(message)
    else if (message.type === 'giveBack') this.#parts.limiter.giveBack(message.lease, (this.hello as Hello).instance, message.unused, this.#parts.clock.now())
    else if (message.type === 'bye') this.#follow(this.#leave(message.kept))
  }

  async #greet(hello: Hello): Promise<void> {
    const parts = this.#parts
    if (hello.protocol !== REPLICA_PROTOCOL)
      return this.goodbye(
        'protocol_unsupported',
        `This server speaks protocol ${REPLICA_PROTOCOL}, the verifier ${hello.protocol}. Bring the older of the two up to date.`,
      )
    const { instance: id, apis, name, host, pid, sdk, onStale } = hello
    const { keyId, address } = this.caller
    const own = (verifier: string) => (parts.register.get(verifier)?.keyId ?? keyId) === keyId
    if (!own(id)) return this.goodbye('bad_message', 'Another verifier key has a verifier of this name.')
    this.hello = hello
    if (!this.recheck()) return
    this.stalenessSeconds = Math.min(hello.stalenessSeconds, parts.maxStalenessSeconds)
    parts.greeted(this, hello)
    // Whoever was gone on from answers no more; one that is connected speaks for itself.
    for (const before of hello.continues) if (before !== id && own(before) && !parts.isConnected(before)) await parts.register.forget(before)
    await parts.register.opened({ id, keyId, apis, name, host, pid, sdk, address, stalenessSeconds: this.stalenessSeconds, onStale })
    if (this.#isClosed()) return
    this.decides = hello.cursor !== null
    const { installation, version, pingSeconds } = parts
    const { id: session, stalenessSeconds } = this
    this.#say({ type: 'welcome', protocol: REPLICA_PROTOCOL, server: version, installation, session, now: parts.clock.now(), stalenessSeconds, pingSeconds })
    this.state = 'catching-up'
    const run = ++this.#run
    if (hello.cursor !== null && (await this.#holds(hello.cursor))) {
      if (run !== this.#run) return
      this.#position = hello.cursor
      this.acked = hello.cursor.number
      await this.#catchUp(run)
    } else if (run === this.#run) await this.#sendSnapshot(run, hello.resume === null || hello.cursor !== null ? 0 : hello.resume.next)
  }

  #holds(cursor: Cursor): Promise<boolean> {
    // A replica that has not read so far cannot translate it.
    if (cursor.number > this.#parts.replica().cursor.number) return Promise.resolve(false)
    return holdsCursor(this.#parts.database.reader, this.#parts.database.build, cursor)
  }

  async #sendSnapshot(run: number, resumeAt: number): Promise<void> {
    this.state = 'snapshot'
    const { channel } = this
    const { clock, steady } = this.#parts
    const resumed = resumeAt > 0 && this.hello?.resume ? channel.snapshotNamed(this.hello.resume.snapshot) : null
    const snapshot = resumed ?? channel.snapshot(clock.now(), steady())
    const first = resumed === null ? 0 : Math.min(resumeAt, snapshot.partCount)
    this.#say({ type: 'snapshot', snapshot: snapshot.name, from: snapshot.from, next: first, keys: snapshot.keys })
    for (let part = first; part < snapshot.partCount; part++) {
      const frame = await snapshot.part(part)
      if (run !== this.#run) return
      if (frame !== null) await this.#sendWhole(frame)
      if (run !== this.#run) return
    }
    this.decides = true
    this.#say({ type: 'snapshotEnd', until: this.#parts.replica().cursor.number })
    this.#position = snapshot.from
    await this.#catchUp(run)
  }

  /** Sends what the log holds after `#position`, until there is nothing more; from then on changes are pushed. */
  async #catchUp(run: number): Promise<void> {
    this.state = 'catching-up'
    const { reader, build } = this.#parts.database
    const known = new Set<number>()
    for (;;) {
      const head = this.#parts.replica().cursor.number
      if (this.#position.number >= head) break
      const read = await readChanges(reader, build, this.#position, CHANGES_IN_FRAME)
      if (run !== this.#run) return
      // What the replica does not have yet comes when it has.
      const entries = read.filter((entry) => entry.number <= this.#parts.replica().cursor.number)
      const { channel } = this
      if (entries[0]?.number !== this.#position.number + 1 || channel.touchesApi(entries)) return this.#sendSnapshot(run, 0)
      const { frame } = channel.frame(entries, known)
      await this.#sendWhole(frame.text)
      if (run !== this.#run) return
      this.#position = frame.to
    }
    this.state = 'live'
    this.#follow(this.#answerPing())
  }

  /**
   * A ping is answered when all that was committed before has been sent: so whoever gets the answer knows everything up to the moment in which
   * it asked.
   */
  async #answerPing(): Promise<void> {
    if (this.#answering || this.#ping === null || this.state !== 'live') return
    this.#answering = true
    try {
      while (this.#ping !== null && this.state === 'live') {
        const id: number = this.#ping
        await this.#parts.catchUp()
        await this.#parts.register.heard((this.hello as Hello).instance)
        if (!this.recheck() || !this.#isLive() || this.#position.number < this.#parts.replica().cursor.number) return
        if (this.#ping === id) this.#ping = null
        this.#say({ type: 'pong', id, now: this.#parts.clock.now() })
      }
    } finally {
      this.#answering = false
    }
  }

  async #takeUsage(message: UsageMessage): Promise<void> {
    const { instance } = this.hello as Hello
    // Of keys that its APIs do not accept, it can know nothing.
    await this.#parts.storeUsage({ verifier: instance, types: this.channel.view.types }, message)
    this.#say({ type: 'usageTaken', batch: message.batch })
  }

  #lend({ key, digest, want }: Extract<VerifierMessage, { type: 'lease' }>): void {
    const replica = this.#parts.replica()
    const words = new Uint32Array(DIGEST_WORDS)
    const found = readBase64urlDigest(digest, words) ? replica.find(words) : null
    const none = { type: 'leased', key, lease: null, calls: 0, holdMs: 0, retryAfterMs: UNKNOWN_RETRY_MS } as const
    if (found === null || replica.keys.id(found.row) !== key || !this.channel.view.types.has(replica.profileOf(found.row).type.slug)) return this.#say(none)
    const limits = replica.limitsOf(found.row)
    if (limits.length === 0) return this.#say(none)
    const lent = this.#parts.limiter.lend(key, (this.hello as Hello).instance, limits, want, this.#parts.clock.now())
    const retryAfterMs = lent.lease === null ? Math.min(lent.retryAfterMs, LONGEST_RETRY_MS) : 0
    this.#say({ type: 'leased', key, lease: lent.lease, calls: lent.calls, holdMs: lent.lease === null ? 0 : lent.holdMs, retryAfterMs })
  }

  async #leave(kept: boolean): Promise<void> {
    const { instance } = this.hello as Hello
    this.state = 'closed'
    this.#run++
    this.#parts.onClosed(this)
    // What is in its file, another process may go on from.
    if (!kept) await this.#parts.register.forget(instance)
    this.#socket.close(1000)
    setTimeout(() => this.#socket.terminate(), CLOSE_MS).unref()
  }

  #say(message: ServerMessage): void {
    if (this.state !== 'closed') this.#socket.send(JSON.stringify(message))
  }

  /** Settles when the system has taken it: so a slow reader holds up its own snapshot, and nothing is piled up for it. */
  async #sendWhole(data: string | Uint8Array): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const late = setTimeout(() => this.goodbye('too_slow', 'A part of the snapshot could not be sent in time.'), SEND_MS)
    this.#socket.send(data, (error) => (error ? reject(error) : resolve()))
    try {
      await promise
    } finally {
      clearTimeout(late)
    }
  }

  #isClosed(): boolean {
    return this.state === 'closed'
  }

  #isLive(): boolean {
    return this.state === 'live'
  }

  #closed(): void {
    if (this.state !== 'closed') {
      this.state = 'closed'
      this.#run++
      this.#parts.onClosed(this)
    }
  }

  #follow(work: Promise<void>): void {
    work.catch((err: unknown) => {
      if (this.#isClosed() || this.#socket.readyState !== this.#socket.OPEN) return
      this.#parts.log.error({ err, verifier: this.hello?.name }, 'a verifier could not be served')
      this.goodbye('internal', 'Something went wrong on the server. Come back in a moment.')
    })
  }
}

function parse(data: Buffer): VerifierMessage | null {
  try {
    return verifierMessage.safeParse(JSON.parse(data.toString('utf8'))).data ?? null
  } catch {
    return null
  }
}
