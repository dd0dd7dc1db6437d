import type { Hello } from '@keywright/core/contract/replica-stream.ts'
import { GOODBYE_CODES, type GoodbyeCode, REPLICA_PROTOCOL, type ServerMessage } from '@keywright/core/replica/stream.ts'
import { addressIn, plainText, problemOf } from './problems.ts'
import type { ReplicaKeeper } from './replica-keeper.ts'
import type { Staleness } from './staleness.ts'
import { readServerMessage } from './server-message.ts'
import { UpgradeRefused, WebSocketClient } from './web-socket.ts'

const CONNECT_MS = 10_000
/** The server was heard of for so many pings no more: the connection is taken for dead. */
const MISSED_PINGS = 3
const FIRST_RETRY_MS = 250
const LONGEST_RETRY_MS = 30_000
/** Where nothing will change soon: another key, another version. */
const SLOW_RETRY_MS = 60_000

const KEY_REFUSED = 'does not accept this verifier key: it was revoked, has ended, may not be used from here, or is of another Keywright'

export interface StreamOptions {
  url: URL
  verifierKey: string
  ca: string | readonly string[] | undefined
  /** Everything a hello says, but what changes from one to the next. */
  about: Omit<Hello, 'type' | 'protocol' | 'cursor' | 'resume'>
}

/** What a stream tells the verifier. */
export interface StreamHooks {
  welcomed(welcome: Extract<ServerMessage, { type: 'welcome' }>): void
  /** The replica by which decisions are made has come to this change. */
  advanced(number: number): void
  /** Whether the server may believe that all of that holds here, whatever becomes of this process. */
  mayAcknowledge(): boolean
  /** The server has stored a batch of usage, or lends calls of a limit. */
  received(message: Extract<ServerMessage, { type: 'usageTaken' | 'leased' }>): void
  /** The server cannot read what this connection said. */
  misunderstood(): void
  /** A ping was answered. @param serverNow the server's clock when it answered. */
  heard(serverNow: number): void
  /** The verifier key or the API are refused: nothing may be decided any more. */
  refused(code: GoodbyeCode, detail: string): void
  disconnected(): void
  /** The connection is gone, or none could be made; another is tried in a while. `lasting`: trying again soon will not help. */
  lost(problem: string, lasting: boolean): void
  /** What the next ping says beside its id. */
  report(): { keys: number; decisionsPerSecond: number; usageDropped: number }
}

/** Keeps one connection to the server, and by it the replica. Comes back by itself, for as long as it is not closed. */
export class ReplicaStream {
  readonly #options: StreamOptions
  readonly #keeper: ReplicaKeeper
  readonly #staleness: Staleness
  readonly #hooks: StreamHooks
  #socket: WebSocketClient | null = null
  #welcomed = false
  #retries = 0
  #retry: NodeJS.Timeout | null = null
  #pinging: NodeJS.Timeout | null = null
  /** Pings since anything came. */
  #silentPings = 0
  #ackDue: number | null = null
  #acking: NodeJS.Immediate | null = null
  #closed = false
  readonly #closing = new AbortController()
  /** What was said about the way it ended, until the end itself comes. */
  #ending: { problem: string; lasting: boolean } | null = null

  constructor(options: StreamOptions, parts: { keeper: ReplicaKeeper; staleness: Staleness; hooks: StreamHooks }) {
    this.#options = options
    this.#keeper = parts.keeper
    this.#staleness = parts.staleness
    this.#hooks = parts.hooks
  }

  start(): void {
    void this.#connect()
  }

  get isConnected(): boolean {
    return this.#socket !== null && this.#welcomed
  }

  /** @param kept a file is left from which another process may go on. */
  close(kept: boolean): void {
    this.#closed = true
    if (this.#socket === null) this.#closing.abort()
    if (this.#retry !== null) clearTimeout(this.#retry)
    if (this.#welcomed) this.#socket?.send(JSON.stringify({ type: 'bye', kept }))
    this.#socket?.close()
    this.#stopTimers()
  }

  /** Hears of nothing from here on. */
  pause(): void {
    this.#socket?.pause()
  }

  /** Asks the server now, instead of when it is time. */
  ping(): void {
    if (!this.#welcomed || this.#socket === null) return
    this.#socket.send(JSON.stringify({ type: 'ping', id: this.#staleness.ping(), ...this.#hooks.report() }))
  }

  send(message: object): boolean {
    if (!this.#welcomed || this.#socket === null) return false
    this.#socket.send(JSON.stringify(message))
    return true
  }

  async #connect(): Promise<void> {
    this.#retry = null
    this.#ending = null
    const { url, verifierKey, ca } = this.#options
    try {
      const socket = await WebSocketClient.open(
        url,
        {
          headers: { Authorization: `Bearer ${verifierKey}`, 'User-Agent': `keywright-sdk/${this.#options.about.sdk}` },
          timeoutMs: CONNECT_MS,
          ca,
          signal: this.#closing.signal,
        },
        {
          text: (text) => this.#guard(() => this.#receive(readServerMessage(text))),
          binary: (frame) => this.#guard(() => this.#keeper.part(frame)),
          closed: (why) => this.#lost(why),
        },
      )
      if (this.#closed) return socket.close()
      this.#socket = socket
      this.#greet(socket)
    } catch (error) {
      if (this.#closed) return
      const refusal = error instanceof UpgradeRefused ? error : null
      if (refusal?.status === 401 && refusal.code === 'unauthenticated') this.#hooks.refused('key_refused', `${addressIn(url)} ${KEY_REFUSED}`)
      const lasting = refusal !== null && refusal.status < 500 && refusal.status !== 429
      // What is not of Keywright may stand there for a moment only, while it is started again.
      this.#again(this.#plain(problemOf(url, error)), lasting, lasting && refusal.code !== null)
    }
  }

  #greet(socket: WebSocketClient): void {
    // The server goes on from the replica that is in use; only who has none goes on with half a snapshot.
    if (this.#keeper.cursor !== null) this.#keeper.discardLoading()
    this.#silentPings = 0
    const hello = {
      type: 'hello',
      protocol: REPLICA_PROTOCOL,
      ...this.#options.about,
      cursor: this.#keeper.cursor,
      resume: this.#keeper.resumePoint,
    } satisfies Hello
    socket.send(JSON.stringify(hello))
    // A server that takes the connection and says nothing is none.
    this.#pinging = setTimeout(() => socket.cut('the server does not greet'), CONNECT_MS)
  }

  /** Whatever a message does wrong ends the connection; the next one begins where this one stood. */
  #guard(work: () => void): void {
    this.#silentPings = 0
    try {
      work()
    } catch (error) {
      this.#keeper.discardLoading()
      this.#socket?.cut(`the server said what cannot be used: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  #receive(message: ServerMessage | null): void {
    // Of a newer server, and nothing that decisions are made by.
    if (message === null) return
    if (message.type === 'welcome') this.#welcome(message)
    else if (message.type === 'goodbye') this.#goodbye(message)
    else if (!this.#welcomed) throw new TypeError('it does not greet first')
    else if (message.type === 'snapshot') this.#keeper.begin(message)
    else if (message.type === 'snapshotEnd') this.#advance(this.#keeper.end(message.until))
    else if (message.type === 'changes') this.#advance(this.#keeper.apply(message))
    else if (message.type === 'pong') {
      // Until another replica is here as a whole, the one that decides has not what was committed before the answer.
      if (this.#keeper.isLoading || !this.#staleness.answered(message.id)) return
      this.#retries = 0
      this.#hooks.heard(message.now)
    } else if (message.type === 'usageTaken' || message.type === 'leased') this.#hooks.received(message)
  }

  #welcome(welcome: Extract<ServerMessage, { type: 'welcome' }>): void {
    if (welcome.protocol !== REPLICA_PROTOCOL) {
      const versions = `this server speaks protocol ${welcome.protocol}, this SDK ${REPLICA_PROTOCOL}`
      return this.#leave(`${addressIn(this.#options.url)}: ${versions}; bring the older of the two up to date`, true)
    }
    this.#welcomed = true
    this.#hooks.welcomed(welcome)
    const everyMs = Math.max(50, Math.min(welcome.pingSeconds * 1000, this.#staleness.boundMs / 5))
    if (this.#pinging !== null) clearTimeout(this.#pinging)
    this.#pinging = setInterval(() => this.#pingOrCut(), everyMs)
    this.ping()
  }

  #pingOrCut(): void {
    // While a snapshot comes no ping is answered, but what comes shows that the server is there.
    if (++this.#silentPings > MISSED_PINGS) this.#socket?.cut('the server does not answer')
    else this.ping()
  }

  #goodbye({ code, detail }: Extract<ServerMessage, { type: 'goodbye' }>): void {
    const kind = GOODBYE_CODES[code] ?? 'wait'
    if (kind === 'refuse') this.#hooks.refused(code, this.#plain(detail))
    if (code === 'bad_message') this.#hooks.misunderstood()
    this.#leave(`${addressIn(this.#options.url)} says goodbye (${code}): ${detail}`, kind !== 'retry')
  }

  #leave(problem: string, lasting: boolean): void {
    this.#ending = { problem: this.#plain(problem), lasting }
    this.#socket?.close()
  }

  #advance(number: number | null): void {
    if (number === null) return
    this.#hooks.advanced(number)
    this.#ackDue = number
    // One acknowledgement for all that came at once.
    this.#acking ??= setImmediate(() => {
      this.#acking = null
      this.acknowledge()
    })
  }

  /** Tells the server how far decisions are made by what it sent, as soon as it may be told. */
  acknowledge(): void {
    if (this.#ackDue === null || !this.#hooks.mayAcknowledge() || !this.send({ type: 'ack', number: this.#ackDue })) return
    this.#ackDue = null
  }

  #lost(why: string): void {
    this.#hooks.disconnected()
    const { problem, lasting } = this.#ending ?? { problem: this.#plain(`${addressIn(this.#options.url)}: ${why}`), lasting: false }
    this.#socket = null
    this.#welcomed = false
    this.#staleness.forgetPings()
    this.#stopTimers()
    if (!this.#closed) this.#again(problem, lasting, lasting)
  }

  /** @param slow it is waited for longer. */
  #again(problem: string, lasting: boolean, slow: boolean): void {
    // Full jitter: a thousand that were cut at once come back one by one.
    // Whoever has a short bound must not sleep through it.
    const longest = Math.min(LONGEST_RETRY_MS, Math.max(FIRST_RETRY_MS, this.#staleness.boundMs / 10))
    const most = slow ? SLOW_RETRY_MS : Math.min(longest, FIRST_RETRY_MS * 2 ** this.#retries)
    this.#retries = Math.min(this.#retries + 1, 16)
    const least = slow ? most / 2 : 0
    this.#retry ??= setTimeout(() => void this.#connect(), least + Math.random() * (most - least))
    this.#hooks.lost(problem, lasting)
  }

  #stopTimers(): void {
    if (this.#pinging !== null) clearInterval(this.#pinging)
    if (this.#acking !== null) clearImmediate(this.#acking)
    this.#pinging = null
    this.#acking = null
    this.#ackDue = null
  }

  /** What others say, as it may stand in a log. */
  #plain(text: string): string {
    return plainText(text, this.#options.verifierKey)
  }
}
