import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

export interface SunkMail {
  from: string
  to: string[]
  /** Field name in lower case -> value, unfolded. */
  headers: Map<string, string>
  /** As it came, headers too. */
  raw: string
  auth: string | null
}

/** A mail server (RFC 5321, as little as is needed) that keeps what it is given, and refuses when it is told to. */
export class SmtpSink implements AsyncDisposable {
  readonly mails: SunkMail[] = []
  /** How often somebody connected. */
  connections = 0
  /** Answered to DATA in place of taking the mail, e.g. `451 later`. */
  refuseWith: string | null = null
  /** Ends the connection after taking the mail, before saying so. */
  dieAfterData = false
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor() {
    this.#server = createServer((socket) => this.#serve(socket))
  }

  static async start(): Promise<SmtpSink> {
    const sink = new SmtpSink()
    await new Promise<void>((done) => sink.#server.listen(0, '127.0.0.1', done))
    return sink
  }

  get url(): string {
    return `smtp://keywright:pass%20word@127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((done) => this.#server.close(done))
  }

  #serve(socket: Socket): void {
    this.connections++
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
    let mail = { from: '', to: [] as string[] }
    let auth: string | null = null
    let data: string | null = null
    let rest = ''
    const say = (line: string) => socket.write(`${line}\r\n`)
    say('220 sink ESMTP')
    const end = (raw: string) => {
      if (this.refuseWith !== null) return say(this.refuseWith)
      this.mails.push({ ...mail, raw, auth, headers: headersOf(raw) })
      mail = { from: '', to: [] }
      if (this.dieAfterData) return socket.destroy()
      return say('250 taken')
    }
    const take = (line: string) => {
      if (data !== null) {
        if (line === '.') {
          const raw = data
          data = null
          return end(raw)
        }
        data += `${line.startsWith('.') ? line.slice(1) : line}\r\n`
        return true
      }
      const verb = line.slice(0, 4).toUpperCase()
      if (verb === 'EHLO') return say('250-sink\r\n250-AUTH PLAIN\r\n250 8BITMIME')
      if (verb === 'AUTH') {
        auth = Buffer.from(line.split(' ')[2] ?? '', 'base64')
          .toString()
          .replaceAll('\0', '|')
        return say('235 ok')
      }
      if (verb === 'MAIL') mail.from = /<(.*)>/.exec(line)?.[1] ?? ''
      else if (verb === 'RCPT') mail.to.push(/<(.*)>/.exec(line)?.[1] ?? '')
      else if (verb === 'DATA') {
        data = ''
        return say('354 go on')
      } else if (verb === 'QUIT') {
        say('221 bye')
        return socket.end()
      }
      return say('250 ok')
    }
    socket.on('data', (chunk) => {
      rest += chunk.toString('latin1')
      for (let at = rest.indexOf('\r\n'); at >= 0; at = rest.indexOf('\r\n')) {
        const line = rest.slice(0, at)
        rest = rest.slice(at + 2)
        take(line)
      }
    })
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

function headersOf(raw: string): Map<string, string> {
  const head = raw.slice(0, raw.indexOf('\r\n\r\n')).replaceAll(/\r\n[ \t]+/g, ' ')
  return new Map(head.split('\r\n').map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]))
}
