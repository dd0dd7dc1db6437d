import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

/** How long a program may take until it says that it is ready. */
const PATIENCE_MS = 30_000
/** How long it may take to end after it was asked to. */
const GRACE_MS = 5_000

/** The programs of the demo. Disposing ends them all, whatever state they are in. */
export class Processes implements AsyncDisposable {
  readonly #children: ChildProcess[] = []
  readonly #fell = Promise.withResolvers<Error>()
  #ending = false

  /** Settles when a program that said it was ready has ended by itself. */
  get fell(): Promise<Error> {
    return this.#fell.promise
  }

  /** Starts a program. @returns the URL at which it says it is ready. */
  async start(name: string, commandLine: readonly string[], env: Record<string, string>, folder: string): Promise<string> {
    const child = this.#spawn(commandLine, env, folder)
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    let output = ''
    const listen = (chunk: Buffer): void => {
      // Only the beginning and the end are wanted: the one says where it is, the other why it ended.
      output = (output + chunk.toString()).slice(-4000)
      const ready = /ready at (http:\/\/\S+)/.exec(output)
      if (ready) resolve(ready[1] as string)
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.once('error', reject)
    child.once('exit', (code) => {
      const error = new Error(`${name} ended with ${code}:\n${output.trim()}`)
      reject(error)
      if (!this.#ending) this.#fell.resolve(error)
    })
    const late = setTimeout(() => reject(new Error(`${name} was not ready after ${PATIENCE_MS / 1000} s:\n${output.trim()}`)), PATIENCE_MS)
    return promise.finally(() => clearTimeout(late))
  }

  /** Runs a program to its end. @returns what it printed. */
  async output(name: string, commandLine: readonly string[], env: Record<string, string>, folder: string): Promise<string> {
    const child = this.#spawn(commandLine, env, folder)
    let printed = ''
    let complaints = ''
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => (code === 0 ? resolve(printed) : reject(new Error(`${name} ended with ${code}:\n${complaints.trim()}`))))
    })
  }

  #spawn(commandLine: readonly string[], env: Record<string, string>, folder: string): ChildProcessByStdio<null, Readable, Readable> {
    if (this.#ending) throw new Error('The demo is ending.')
    const child = spawn(process.execPath, commandLine, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#children.push(child)
    return child
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending = true
    await Promise.all(this.#children.map(end))
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  await ended
  clearTimeout(late)
}
