import { type ChildProcess, spawn } from 'node:child_process'
import { type Agent, type IncomingHttpHeaders, request } from 'node:http'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type Answered, TestServer } from '../harness.ts'

/** What the tests read of a key; the contract has all of it. */
export interface Key {
  id: string
  environment: string
  type: string
  name: string
  status: string
  hint: string
  newestVersion: number
  addresses: unknown
  lastSeen: { address: string } | null
}
export interface Issued {
  key: Key
  secret: string
}
type Role = 'owner' | 'administrator' | 'supervisor' | 'auditor' | 'member'

/** A customer: an organization, and management keys of the people in it. */
export class Organization {
  readonly id: string
  readonly path: string
  /** Management key of one of its administrators, who may also reveal. */
  readonly administrator: string
  readonly #installation: Installation
  #people = 0

  constructor(installation: Installation, id: string, slug: string, administrator: string) {
    this.#installation = installation
    this.id = id
    this.path = `/v1/organizations/${slug}`
    this.administrator = administrator
  }

  /** A management key of one more person. */
  async person(role: Role, options: { name?: string; capabilities?: string[] } = {}): Promise<Issued> {
    const { server, operator } = this.#installation
    return server.must(201, 'POST', `${this.path}/management-keys`, { key: operator, body: { name: `${role} ${++this.#people}`, role, ...options } })
  }

  async issue(body: Record<string, unknown>): Promise<Issued> {
    return this.#installation.server.must(201, 'POST', `${this.path}/keys`, { key: this.administrator, body })
  }

  tryIssue(body: Record<string, unknown>, key = this.administrator): Promise<Answered> {
    return this.#installation.server.call('POST', `${this.path}/keys`, { key, body })
  }

  async keys(query = ''): Promise<Key[]> {
    return (await this.#installation.server.must(200, 'GET', `${this.path}/keys?limit=100${query}`, { key: this.administrator })).items
  }

  /** A command on a key, such as `activate`; `remove` is DELETE. */
  command(target: { id: string }, name: string, options: { as?: string; body?: unknown } = {}): Promise<Answered> {
    const { as: key = this.administrator, body } = options
    const path = `${this.path}/keys/${target.id}`
    const { server } = this.#installation
    return name === 'remove' ? server.call('DELETE', path, { key }) : server.call('POST', `${path}:${name}`, { key, body })
  }

  /** Audit events of this organization, newest first. */
  async events(
    query: string,
  ): Promise<{ action: string; actor: { id: string; name: string }; detail: Record<string, unknown>; personal: Record<string, string> | null }[]> {
    return (await this.#installation.server.must(200, 'GET', `${this.path}/audit-events?${query}`, { key: this.administrator })).items
  }
}

/** A Keywright with presets applied through HTTP, and the sample APIs behind it. */
export class Installation implements AsyncDisposable {
  readonly server: TestServer
  /** Management key of the operator. */
  readonly operator: string
  /** A verifier key for every API. */
  readonly verifier: string
  readonly #samples: SampleApi[] = []

  private constructor(server: TestServer, operator: string, verifier: string) {
    this.server = server
    this.operator = operator
    this.verifier = verifier
  }

  static async start(presets: readonly string[], env: Record<string, string> = {}): Promise<Installation> {
    const server = await TestServer.start({ env })
    try {
      const operator = await server.bootstrap()
      for (const preset of presets) await server.applyPreset(preset, operator)
      const { secret } = await server.must(201, 'POST', '/v1/verifier-keys', { key: operator, body: { name: 'proxy', apis: 'all' } })
      return new Installation(server, operator, secret)
    } catch (error) {
      await server[Symbol.asyncDispose]()
      throw error
    }
  }

  async organization(slug: string, options: { aliases?: string[]; entitlements?: string[]; environments?: string[] } = {}): Promise<Organization> {
    const { id } = await this.server.must(201, 'POST', '/v1/organizations', { key: this.operator, body: { slug, ...options } })
    const person = { name: `administrator of ${slug}`, role: 'administrator', capabilities: ['keys:reveal', 'credentials:manage'] }
    const { secret } = await this.server.must(201, 'POST', `/v1/organizations/${slug}/management-keys`, { key: this.operator, body: person })
    return new Organization(this, id, slug, secret)
  }

  /** A sample API in a process of its own, with a verifier key for itself alone. */
  async sample(api: string, env: Record<string, string> = {}): Promise<SampleApi> {
    const { secret } = await this.server.must(201, 'POST', '/v1/verifier-keys', { key: this.operator, body: { name: api, apis: [api] } })
    const sample = await SampleApi.start({ KEYWRIGHT: this.server.url, VERIFIER_KEY: secret, API: api, ...env })
    this.#samples.push(sample)
    return sample
  }

  /** Asks `/v1/verify` itself. */
  async verify(question: Record<string, unknown>) {
    return this.server.must(200, 'POST', '/v1/verify', { key: this.verifier, body: question })
  }

  /** Asks forward-auth, as a proxy does that has received `method path` with these headers. */
  authorize(
    api: string,
    [method, path]: readonly [string, string],
    headers: Record<string, string>,
    dialect: 'default' | 'nginx' = 'default',
  ): Promise<Answered> {
    const names = dialect === 'nginx' ? ['x-original-method', 'x-original-uri'] : ['x-forwarded-method', 'x-forwarded-uri']
    const described = { [names[0] as string]: method, [names[1] as string]: path }
    const query = dialect === 'nginx' ? '?dialect=nginx' : ''
    return this.server.call('GET', `/v1/authorize/${api}${query}`, { headers: { ...headers, ...described, 'keywright-verifier': this.verifier } })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const sample of this.#samples) sample.stop()
    await this.server[Symbol.asyncDispose]()
  }
}

export interface ClientOptions {
  body?: unknown
  /** The client's own address: any of 127.0.0.0/8 is this machine's. */
  from?: string
  agent?: Agent
}
export interface ClientAnswer {
  status: number
  reason: string | undefined
  // Tests look into answers freely; a wrong look fails the test.
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any
  headers: IncomingHttpHeaders
  /** Whether the connection was open already. */
  reused: boolean
}

/** The sample API's process, and a client that calls it as outsiders do. */
class SampleApi {
  readonly #child: ChildProcess
  readonly #port: number

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.#port = port
  }

  static async start(env: Record<string, string>): Promise<SampleApi> {
    const child = program('sample-api.ts', env)
    const [, port] = /listening on (\d+)/.exec(await line(child)) as unknown as [string, string]
    return new SampleApi(child, Number(port))
  }

  /** @param headers an array of names and values where a name stands twice. */
  call(
    method: string,
    path: string,
    headers: Record<string, string> | string[],
    { body, from = '127.0.0.1', agent }: ClientOptions = {},
  ): Promise<ClientAnswer> {
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
    const fields = Array.isArray(headers) ? headers : Object.entries(headers).flat()
    const named = fields.some((field, at) => at % 2 === 0 && field.toLowerCase() === 'host')
    const all = [...fields, ...(named ? [] : ['host', 'sample.localhost']), 'content-length', String(Buffer.byteLength(text))]
    return new Promise((done, failed) => {
      const target = { port: this.#port, host: from.includes(':') ? '::1' : '127.0.0.1', localAddress: from, method, path, headers: all, agent: agent ?? false }
      const asking = request(target, (answer) => {
        let received = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => (received += chunk))
        answer.on('end', () => {
          const content = JSON.parse(received)
          done({ status: answer.statusCode ?? 0, reason: content.reason, body: content, headers: answer.headers, reused: asking.reusedSocket })
        })
      })
      asking.on('error', failed).end(text)
    })
  }

  stop(): void {
    this.#child.kill('SIGKILL')
  }
}
export type { SampleApi }

/** Starts a program of this folder in a process of its own. */
export function program(name: string, env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, name)], { env: { PATH: process.env.PATH ?? '', ...env }, stdio: ['pipe', 'pipe', 'inherit'] })
}

/** The next line a program prints. */
export function line(child: ChildProcess): Promise<string> {
  return new Promise((done, failed) => {
    child.stdout?.once('data', (chunk: Buffer) => done(chunk.toString()))
    child.once('exit', (code) => failed(new Error(`the program ended with ${code}`)))
  })
}

/** The one answer of several at once that has made something. */
// oxlint-disable-next-line typescript/no-explicit-any
export function made(answers: readonly Answered[]): any {
  return answers.find(({ status }) => status === 201)?.body
}

export function expectProblem(answered: Answered, status: number, code: string): void {
  expect({ status: answered.status, code: answered.body?.code }, JSON.stringify(answered.body)).toEqual({ status, code })
}
