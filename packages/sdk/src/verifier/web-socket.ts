import { createHash, randomBytes } from 'node:crypto'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Socket } from 'node:net'
import { parseUrl } from '../client/base-url.ts'
import { WebSocketFrames, writeFrame } from './web-socket-frames.ts'

/** The server answered the upgrade with something else. */
export class UpgradeRefused extends Error {
  readonly status: number
  /** `code` of the problem that the server answered; null: the answer was none of Keywright's. */
  readonly code: string | null

  constructor(status: number, code: string | null, message: string) {
    super(message)
    this.name = 'UpgradeRefused'
    this.status = status
    this.code = code
  }
}

export interface SocketListener {
  text(message: string): void
  binary(message: Uint8Array): void
  /** Once, however it ended. */
  closed(why: string): void
}

export interface SocketOptions {
  headers: Record<string, string>
  timeoutMs: number
  /** Certificate authorities beside the system's, in PEM. */
  ca?: string | readonly string[] | undefined
  /** Aborting gives up. */
  signal?: AbortSignal
}

/** RFC 6455 section 1.3 */
const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const MOST_REFUSAL_BYTES = 65_536
/** How long a server may take to answer that we close. */
const CLOSE_MS = 2_000
/** A server that does not read is cut before what waits for it fills the memory. */
const MOST_WAITING_BYTES = 67_108_864

/**
 * A WebSocket client (RFC 6455) over Node's own HTTP, as small as it can be: no extension, no fragments sent. Node's global WebSocket hides why an
 * upgrade was refused, so a wrong key could not be told from a wrong address, takes messages of any size, and cannot be given certificates.
 */
export class WebSocketClient {
  readonly #socket: Socket
  readonly #frames: WebSocketFrames
  readonly #listener: SocketListener
  #ended = false

  private constructor(socket: Socket, listener: SocketListener) {
    this.#socket = socket
    this.#listener = listener
    this.#frames = new WebSocketFrames({
      text: (message) => listener.text(message),
      binary: (message) => listener.binary(message),
      ping: (payload) => this.#write(writeFrame('pong', payload)),
      close: (code, reason) => {
        this.#write(writeFrame('close', new Uint8Array(0)))
        this.#end(`the server closed the connection (${code}${reason === '' ? '' : ` ${reason}`})`)
      },
    })
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('error', (error) => this.#end(error.message))
    socket.on('close', () => this.#end('the connection ended'))
    socket.on('end', () => this.#end('the server ended the connection'))
  }

  /**
   * @param url `http:` or `https:`. @param listener hears of nothing before the promise settles.
   * @throws UpgradeRefused; Error when there is no connection, or no answer in time.
   */
  static async open(url: URL, options: SocketOptions, listener: SocketListener): Promise<WebSocketClient> {
    const key = randomBytes(16).toString('base64')
    const secure = url.protocol === 'https:'
    const headers = { ...options.headers, Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': key }
    const { promise, resolve, reject } = Promise.withResolvers<WebSocketClient>()
    const request = (secure ? requestHttps : requestHttp)(url, {
      headers,
      agent: false,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      ...(secure && options.ca !== undefined ? { ca: options.ca as string | string[] } : {}),
    })
    const late = setTimeout(() => request.destroy(new Error(`no answer within ${options.timeoutMs / 1000} seconds`)), options.timeoutMs)
    request.on('error', reject)
    request.on('response', (response) => void refusalIn(response).then(reject, reject))
    request.on('upgrade', (response, socket, head) => {
      const expected = createHash('sha1').update(`${key}${ACCEPT_SUFFIX}`).digest('base64')
      if (response.headers['sec-websocket-accept'] !== expected || response.headers.upgrade?.toLowerCase() !== 'websocket') {
        socket.destroy()
        return reject(new Error('the server answers the upgrade wrongly; something between may have changed it'))
      }
      const client = new WebSocketClient(socket as Socket, listener)
      resolve(client)
      // What came with the answer is heard after whoever opened it has the client.
      if (head.length > 0) setImmediate(() => client.#receive(head))
    })
    request.end()
    try {
      return await promise
    } finally {
      clearTimeout(late)
    }
  }

  get isOpen(): boolean {
    return !this.#ended
  }

  send(text: string): void {
    this.#write(writeFrame('text', Buffer.from(text)))
  }

  /** Tells the server, and waits for nothing. */
  close(): void {
    if (this.#ended) return
    this.#write(writeFrame('close', Uint8Array.of(0x03, 0xe8)))
    this.#end('closed here')
  }

  /** Nothing is heard from here on, until it is closed. */
  pause(): void {
    this.#socket.pause()
  }

  /** Ends the connection at once. */
  cut(why: string): void {
    this.#socket.destroy()
    this.#end(why)
  }

  #write(frame: Buffer): void {
    if (this.#ended) return
    this.#socket.write(frame)
    if (this.#socket.writableLength > MOST_WAITING_BYTES) this.cut('the server does not read what it is sent')
  }

  #receive(chunk: Buffer): void {
    if (this.#ended) return
    try {
      this.#frames.push(chunk)
    } catch (error) {
      this.cut(`the server sent what cannot be read: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  #end(why: string): void {
    if (this.#ended) return
    this.#ended = true
    this.#frames.stop()
    if (!this.#socket.writableEnded) this.#socket.end()
    // What was not read when a connection ends would tell the other side that all was lost, also what was sent last.
    this.#socket.resume()
    // A server that does not end its side would keep it open for ever.
    setTimeout(() => this.#socket.destroy(), CLOSE_MS).unref()
    this.#listener.closed(why)
  }
}

async function refusalIn(response: IncomingMessage): Promise<UpgradeRefused> {
  const status = response.statusCode ?? 0
  let text = ''
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      text += chunk as string
      if (text.length > MOST_REFUSAL_BYTES) break
    }
  } catch {
    // What came so far has to do.
  }
  response.destroy()
  try {
    const problem = JSON.parse(text) as { type?: unknown; code?: unknown; detail?: unknown } | null
    if (typeof problem?.type === 'string' && problem.type.startsWith('urn:keywright:problem:') && typeof problem.code === 'string')
      return new UpgradeRefused(status, problem.code, `the server answers ${status} ${problem.code}: ${String(problem.detail)}`)
  } catch {
    // Not of Keywright.
  }
  const target = status >= 300 && status < 400 ? parseUrl(response.headers.location ?? '') : null
  const redirects = target === null ? '' : ` and points to ${target.origin}, where the key is not sent: use the address that the server itself has`
  return new UpgradeRefused(status, null, `there is no Keywright that serves verifiers at this address: it answers with status ${status}${redirects}`)
}
