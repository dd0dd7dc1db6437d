import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import { type AddressInfo, createServer as listener } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requireDebianPackage } from '../debian-package.ts'
import { pause, ROOT } from '../harness.ts'

const BINARY = '/usr/sbin/nginx'

export function requireNginx(): Promise<void> {
  return requireDebianPackage({ name: 'nginx', purpose: 'nginx', isThere: () => existsSync(BINARY) })
}

export interface Received {
  method: string
  url: string
  headers: NodeJS.Dict<string[]>
  bytes: number
}

/** The API behind nginx: remembers what reached it, and answers what a test wants. */
export class Upstream implements AsyncDisposable {
  readonly received: Received[] = []
  status = 200
  readonly #server: Server
  private constructor(server: Server) {
    this.#server = server
  }

  static async start(): Promise<Upstream> {
    const server = createServer()
    const upstream = new Upstream(server)
    server.on('request', async (message: IncomingMessage, response) => {
      let bytes = 0
      for await (const chunk of message) bytes += (chunk as Buffer).length
      upstream.received.push({ method: message.method as string, url: message.url as string, headers: message.headersDistinct, bytes })
      response.writeHead(upstream.status, { 'Content-Type': 'application/json' }).end('{"from":"api"}')
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    return upstream
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((done) => this.#server.close(done))
  }
}

export interface Answer {
  status: number
  headers: NodeJS.Dict<string[]>
  text: string
}

/** Debian's nginx with the very file of the repository; only its lines marked HERE are changed. */
export class Nginx implements AsyncDisposable {
  readonly folder: string
  readonly port: number
  readonly #child: ChildProcess
  output = ''

  private constructor(folder: string, port: number) {
    this.folder = folder
    this.port = port
    this.#child = spawn(BINARY, ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')], { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()))
  }

  static async start({ keywright, api, verifierKey }: { keywright: string; api: string; verifierKey: string }): Promise<Nginx> {
    const folder = mkdtempSync(join(tmpdir(), 'keywright-nginx-'))
    const port = await freePort()
    let recipe = readFileSync(join(ROOT, 'examples/nginx/keywright.conf'), 'utf8')
    const here = { '127.0.0.1:4400': keywright, '127.0.0.1:8080': api, '127.0.0.1:8000': `127.0.0.1:${port}` }
    for (const [from, to] of Object.entries(here)) {
      if (recipe.split(from).length !== 2) throw new Error(`The recipe must name ${from} once.`)
      recipe = recipe.replace(from, to)
    }
    writeFileSync(join(folder, 'keywright.conf'), recipe)
    writeFileSync(join(folder, 'keywright-verifier.conf'), `proxy_set_header Keywright-Verifier "${verifierKey}";\n`, { mode: 0o600 })
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(folder, name)};`).join('\n  ')
    const user = process.getuid?.() === 0 ? 'user root;\n' : ''
    writeFileSync(
      join(folder, 'nginx.conf'),
      `${user}daemon off;\nworker_processes 1;\nerror_log stderr warn;\npid ${folder}/nginx.pid;\nevents {}\nhttp {\n  access_log ${folder}/access.log;\n  client_max_body_size 8m;\n  ${paths}\n  include keywright.conf;\n}\n`,
    )
    const nginx = new Nginx(folder, port)
    for (let tries = 0; ; tries++) {
      if (nginx.#child.exitCode !== null) throw new Error(`nginx ended with ${nginx.#child.exitCode}: ${nginx.output}`)
      if (await answers(port)) return nginx
      if (tries > 400) throw new Error(`nginx never listened: ${nginx.output}`)
      await pause(25)
    }
  }

  /** @param headers names and values in turn: a name may stand twice. */
  call(method: string, path: string, headers: readonly string[] = [], body?: string | Buffer): Promise<Answer> {
    return new Promise((done, failed) => {
      const length = body === undefined ? [] : ['content-length', String(Buffer.byteLength(body))]
      const all = ['host', 'api.example.com', ...headers, ...length]
      const sent = request({ host: '127.0.0.1', port: this.port, method, path, headers: all, agent: false }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        answer.on('end', () => done({ status: answer.statusCode as number, headers: answer.headersDistinct, text }))
        answer.on('error', failed)
      })
      sent.on('error', failed)
      sent.end(body)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((done) => this.#child.once('exit', done))
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGTERM')
      await ended
    }
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const sent = request({ host: '127.0.0.1', port, path: '/', agent: false }, (answer) => {
      answer.resume()
      done(true)
    })
    sent.on('error', () => done(false))
    sent.end()
  })
}

async function freePort(): Promise<number> {
  const server = listener()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}
