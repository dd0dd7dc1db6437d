import { type ChildProcess, spawn } from 'node:child_process'
import { type Agent, request } from 'node:http'
import { join } from 'node:path'
import { ROOT, type TestServer } from '../harness.ts'

export interface Told {
  status: number
  headers: Record<string, string | string[] | undefined>
  // Tests look into answers freely; a wrong look fails the test.
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any
  /** Port of the client's side of the connection: equal where two calls shared one. */
  localPort: number
}

export interface Call {
  method?: string
  path: string
  headers?: Record<string, string | string[]>
  body?: unknown
  agent?: Agent
}

/** A sample API in a process of its own: it shares nothing with the server but HTTP. */
export class Sample implements AsyncDisposable {
  readonly url: string
  /** Everything it printed so far. */
  output: string
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, url: string, output: string) {
    this.#child = child
    this.url = url
    this.output = output
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()))
  }

  /** @param name a folder of `examples`. Issues a verifier key for `apis` and hands it over in the environment. */
  static async start(server: TestServer, managementKey: string, name: string, apis: string[], env: Record<string, string> = {}): Promise<Sample> {
    const body = { name: `${name} ${apis.join(' ')} ${Object.keys(env).join(' ')}`.trim(), apis }
    const { secret } = await server.must(201, 'POST', '/v1/verifier-keys', { key: managementKey, body })
    const variables = {
      PATH: process.env['PATH'] ?? '',
      KEYWRIGHT_URL: server.url,
      VERIFIER_KEY: secret as string,
      DATA_FOLDER: join(server.folder, name),
      // A test sets the server's clock alone; a verifier in the sample's process would go by the true time as well.
      VERIFY: 'http',
      ...env,
    }
    const child = spawn(process.execPath, [join(ROOT, 'examples', name, 'main.ts')], { env: variables, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const url = await new Promise<string>((resolve, reject) => {
      const listen = (chunk: Buffer) => {
        output += chunk.toString()
        const ready = /ready at (http:\/\/\S+)/.exec(output)
        if (ready) resolve(ready[1] as string)
      }
      child.stdout.on('data', listen)
      child.stderr.on('data', listen)
      child.once('exit', (code) => reject(new Error(`${name} ended with ${code}:\n${output}`)))
    })
    return new Sample(child, url, output)
  }

  /** A call as a client makes it; `fetch` would not let a test choose the host or send a field twice. */
  call({ method = 'GET', path, headers = {}, body, agent }: Call): Promise<Told> {
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
    return new Promise((resolve, reject) => {
      const options = {
        method,
        headers: { ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }), ...headers },
        ...(agent ? { agent } : {}),
      }
      const sent = request(`${this.url}${path}`, options, (response) => {
        const localPort = response.socket.localPort as number
        let answer = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk))
        response.on('end', () =>
          resolve({ status: response.statusCode as number, headers: response.headers, body: answer === '' ? null : JSON.parse(answer), localPort }),
        )
      })
      sent.on('error', reject)
      sent.end(text)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL')
      await ended
    }
  }
}

/** Status and reason of a refusal, e.g. `401 removed`; of anything else the status alone. */
export function verdict({ status, body }: Told): string {
  return body?.reason === undefined ? String(status) : `${status} ${body.reason}`
}
