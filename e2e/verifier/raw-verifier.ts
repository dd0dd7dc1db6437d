import { randomBytes } from 'node:crypto'
import { WebSocket } from 'ws'

/** A connection on which a test says what it likes. */
export class RawVerifier {
  readonly socket: WebSocket
  readonly messages: Record<string, unknown>[] = []
  readonly frames: Buffer[] = []
  ended: { code: number; reason: string } | null = null
  readonly instance = randomBytes(16).toString('base64url')
  readonly #listeners = new Set<() => void>()

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data, isBinary) => {
      if (isBinary) this.frames.push(data as Buffer)
      else this.messages.push(JSON.parse((data as Buffer).toString()) as Record<string, unknown>)
      for (const listener of this.#listeners) listener()
    })
    socket.on('close', (code, reason) => {
      this.ended = { code, reason: reason.toString() }
      for (const listener of this.#listeners) listener()
    })
    socket.on('error', () => {})
  }

  static async connect(url: string, verifierKey: string): Promise<RawVerifier> {
    const socket = new WebSocket(`${url}/v1/replica`, { headers: { authorization: `Bearer ${verifierKey}` }, perMessageDeflate: false })
    const verifier = new RawVerifier(socket)
    await new Promise<void>((done, failed) => {
      socket.once('open', () => done())
      socket.once('error', failed)
    })
    return verifier
  }

  say(message: object | string | Buffer): void {
    this.socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message))
  }

  hello(api: string, more: object = {}): void {
    this.say({ type: 'hello', protocol: 1, apis: [api], instance: this.instance, name: 'raw', stalenessSeconds: 300, onStale: 'refuse', cursor: null, ...more })
  }

  /** The first message of that type, now or later. @throws Error when the connection ends first. */
  async next(type: string): Promise<Record<string, unknown>> {
    for (;;) {
      const at = this.messages.findIndex((message) => message['type'] === type)
      if (at >= 0) return this.messages.splice(at, 1)[0] as Record<string, unknown>
      if (this.ended !== null) throw new Error(`the connection ended with ${this.ended.code} ${this.ended.reason} before a ${type}`)
      await this.#news()
    }
  }

  async end(): Promise<{ code: number; reason: string }> {
    while (this.ended === null) await this.#news()
    return this.ended
  }

  #news(): Promise<void> {
    return new Promise((done) => {
      const listener = () => {
        this.#listeners.delete(listener)
        done()
      }
      this.#listeners.add(listener)
    })
  }
}
