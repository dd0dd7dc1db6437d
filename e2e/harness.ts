import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect } from 'vitest'

export const ROOT = resolve(import.meta.dirname, '..')
const MAIN = join(ROOT, 'packages/server/src/main.ts')

/** What a call answered. `body` is parsed JSON, or null. */
export interface Answered {
  status: number
  headers: Headers
  // Tests look into answers freely; a wrong look fails the test.
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any
}

export interface CallOptions {
  key?: string | undefined
  body?: unknown
  headers?: Record<string, string>
}

export interface Finished {
  code: number | null
  stdout: string
  stderr: string
}

/** A Keywright server in a process of its own, on a folder of its own, with a clock that the test sets. */
export class TestServer implements AsyncDisposable {
  readonly folder: string
  readonly env: Record<string, string>
  /** Everything it printed so far. */
  output = ''
  url = ''
  /** Where its test clock was put: milliseconds; null before it was put anywhere. */
  now: number | null = null
  #child: ChildProcess | null = null
  readonly #arguments: string[]

  private constructor(folder: string, env: Record<string, string>, args: string[]) {
    this.folder = folder
    this.env = env
    this.#arguments = args
  }

  /** @param options.env further `KEYWRIGHT_*` variables. @param options.testClock default true. */
  static async start(options: { env?: Record<string, string>; testClock?: boolean } = {}): Promise<TestServer> {
    const folder = mkdtempSync(join(tmpdir(), 'keywright-'))
    const env = { PATH: process.env.PATH ?? '', HOME: folder, KEYWRIGHT_DATA: join(folder, 'data'), KEYWRIGHT_LISTEN: '127.0.0.1:0', ...options.env }
    const server = new TestServer(folder, env, ['serve', ...(options.testClock === false ? [] : ['--test-clock'])])
    try {
      await server.run()
    } catch (error) {
      await server[Symbol.asyncDispose]()
      throw error
    }
    return server
  }

  /** Starts the process (again) on the same folder. */
  async run(): Promise<void> {
    const before = this.output.length
    const child = spawn(process.execPath, [MAIN, ...this.#arguments], { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    // A test run that is broken off must not leave servers behind.
    const kill = () => child.kill('SIGKILL')
    process.once('exit', kill)
    child.once('exit', () => process.off('exit', kill))
    await new Promise<void>((done, failed) => {
      const listen = (chunk: Buffer) => {
        this.output += chunk.toString()
        const ready = /ready at (https?:\/\/\S+)/.exec(this.output.slice(before))
        if (!ready) return
        // With a public address it names that; then the test chose where it listens.
        const chosen = this.env['KEYWRIGHT_LISTEN'] as string
        this.url = chosen.endsWith(':0') ? (ready[1] as string) : `http://${chosen}`
        done()
      }
      child.stdout.on('data', listen)
      child.stderr.on('data', listen)
      child.once('exit', (code) => failed(new Error(`the server ended with ${code}:\n${this.output.slice(before)}`)))
    })
  }

  get databaseFile(): string {
    return join(this.folder, 'data', 'keywright.db')
  }

  get pid(): number {
    return this.#child?.pid as number
  }

  /** Ends the process. @returns its exit code; null when the signal ended it. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null
    const ended = new Promise<number | null>((done) => child.once('exit', done))
    child.kill(signal)
    return ended
  }

  async call(method: string, path: string, { key, body, headers }: CallOptions = {}): Promise<Answered> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      redirect: 'manual',
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: /\/(?:problem\+)?json/.test(response.headers.get('content-type') ?? '') && text !== '' ? JSON.parse(text) : text === '' ? null : text,
    }
  }

  /** The same, failing unless the status is the expected one; answers the body. */
  // oxlint-disable-next-line typescript/no-explicit-any
  async must(status: number, method: string, path: string, options: CallOptions = {}): Promise<any> {
    const answered = await this.call(method, path, options)
    expect(answered.status, `${method} ${path}: ${JSON.stringify(answered.body)}`).toBe(status)
    return answered.body
  }

  /** Runs `keywright ARGUMENTS` with this server's environment. */
  cli(args: string[], options: { key?: string; env?: Record<string, string>; stdin?: string } = {}): Promise<Finished> {
    const env = { ...this.env, KEYWRIGHT_URL: this.url, ...(options.key === undefined ? {} : { KEYWRIGHT_KEY: options.key }), ...options.env }
    return run(process.execPath, [MAIN, ...args], env, options.stdin)
  }

  /** The first management key. */
  async bootstrap(): Promise<string> {
    const { stdout, stderr } = await this.cli(['bootstrap', '--json'])
    expect(stderr).toBe('')
    const key = (JSON.parse(stdout) as { managementKey: string }).managementKey
    // Another process wrote it: the server reads the log within a tenth of a second.
    for (let tries = 0; tries < 100; tries++) {
      if ((await this.call('GET', '/v1/me', { key })).status === 200) return key
      await pause(20)
    }
    throw new Error('the server never learned of the first management key')
  }

  async setClock(now: string): Promise<void> {
    await this.must(200, 'PUT', '/test-clock', { body: { now } })
    this.now = Date.parse(now)
  }

  async applyPreset(name: string, key: string): Promise<void> {
    await this.must(200, 'POST', '/v1/config:apply', {
      key,
      body: readFileSync(join(ROOT, 'presets', `${name}.yaml`), 'utf8'),
      headers: { 'content-type': 'application/yaml' },
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds))
}

export function run(file: string, args: string[], env: Record<string, string>, stdin = ''): Promise<Finished> {
  return new Promise((done, failed) => {
    const child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.once('error', failed)
    child.once('close', (code) => done({ code, stdout, stderr }))
    child.stdin.on('error', () => {})
    child.stdin.end(stdin)
  })
}
