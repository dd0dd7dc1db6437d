import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fill, type Filling } from './fill.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const MAIN = join(ROOT, 'packages/server/src/main.ts')

/** Servers run on the first core and the load on the others, where the machine lets us say so. */
const CAN_PIN = cpus().length > 1 && spawnSync('taskset', ['--version']).status === 0
const FIRST_CORE = '0'
const OTHER_CORES = `1-${cpus().length - 1}`

export function spawnOn(place: 'server' | 'load', args: string[], env: NodeJS.ProcessEnv = process.env, program = process.execPath): ChildProcess {
  const command = CAN_PIN ? ['taskset', '-c', place === 'server' ? FIRST_CORE : OTHER_CORES, program, ...args] : [program, ...args]
  return spawn(command[0] as string, command.slice(1), { env, stdio: [place === 'load' ? 'pipe' : 'ignore', 'pipe', 'inherit'] })
}

/** For a process that works on a server while the server is timed. */
export function keepOffServerCore(): void {
  if (CAN_PIN) spawnSync('taskset', ['-acp', OTHER_CORES, String(process.pid)])
}

export interface ServerProcess extends AsyncDisposable {
  url: string
  /** Seconds of processor time that all its threads have used; null where the system does not tell. */
  cpuSeconds(): number | null
}

/** Linux counts in hundredths of a second (proc(5): utime and stime, fields 14 and 15). */
export function cpuSecondsOf(pid: number): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return null
  }
}

/** A server in a process of its own, which prints where it listens. */
export async function serverProcess(args: string[], env: NodeJS.ProcessEnv = process.env): Promise<ServerProcess> {
  const child = spawnOn('server', args, env)
  const url = await new Promise<string>((done, failed) => {
    let printed = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      if (printed.length < 10_000) printed += chunk.toString()
      const at = /ready at (http:\/\/\S+)/.exec(printed)
      if (at) done(at[1] as string)
    })
    child.once('exit', (code) => failed(new Error(`the server ended with ${code}`)))
  })
  return {
    url,
    // taskset becomes the program it starts, so this is Node itself.
    cpuSeconds: () => cpuSecondsOf(child.pid as number),
    async [Symbol.asyncDispose]() {
      const ended = new Promise((done) => child.once('exit', done))
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** `BENCH_PROFILE=folder` writes a processor profile of the server there when it ends. */
function profilerFlags(): string[] {
  const folder = process.env['BENCH_PROFILE']
  return folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`]
}

export interface Keywright extends ServerProcess {
  admin: string
  verifier: string
  call(method: string, path: string, key: string, body?: unknown): Promise<Record<string, unknown>>
  /** Stops it and starts it on the same folder, at another address. @returns milliseconds from spawning it to its being ready. */
  restart(): Promise<number>
  /** `keywright backup` beside the running server, into a file that is removed again. @returns milliseconds. */
  backup(): Promise<number>
}

/** The real `serve` on a folder of its own, with a key type, an API, an organization and a verifier key; with more keys when asked. */
export async function keywright(filling?: Filling): Promise<Keywright> {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-bench-'))
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    KEYWRIGHT_DATA: join(folder, 'data'),
    KEYWRIGHT_LISTEN: '127.0.0.1:0',
    KEYWRIGHT_LOG_LEVEL: 'warn',
    KEYWRIGHT_TRUSTED_PROXIES: '127.0.0.1',
  }
  const bootstrapped = spawnSync(process.execPath, [MAIN, 'bootstrap', '--json'], { env, encoding: 'utf8' })
  if (bootstrapped.status !== 0) throw new Error(bootstrapped.stderr)
  const admin = (JSON.parse(bootstrapped.stdout) as { managementKey: string }).managementKey
  const serve = () => serverProcess([...profilerFlags(), MAIN, 'serve'], env)
  let server = await serve()
  const restart = async (between: () => void = () => {}) => {
    await server[Symbol.asyncDispose]()
    between()
    const start = performance.now()
    server = await serve()
    return performance.now() - start
  }
  const call = async (method: string, path: string, key: string, body?: unknown) => {
    const response = await fetch(server.url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer = (await response.json()) as Record<string, unknown>
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`)
    return answer
  }
  await call('POST', '/v1/config:apply', admin, {
    version: 1,
    environments: ['live'],
    keyTypes: [{ slug: 'bench', prefix: 'bench', addresses: { mode: 'optional' }, scopes: { offered: ['data.read'], default: ['data.read'] } }],
    apis: [{ slug: 'data', accepts: ['bench'], routes: [{ method: 'GET', path: '/v1/things/{thing}', scopes: ['data.read'] }] }],
  })
  await call('POST', '/v1/organizations', admin, { slug: 'acme', environments: ['live'] })
  const { secret: verifier } = await call('POST', '/v1/verifier-keys', admin, { name: 'bench', apis: ['data'] })
  if (filling) await restart(() => fill(join(env.KEYWRIGHT_DATA, 'keywright.db'), filling))
  return {
    get url() {
      return server.url
    },
    cpuSeconds: () => server.cpuSeconds(),
    admin,
    verifier: verifier as string,
    call,
    restart: () => restart(),
    async backup() {
      const file = join(folder, 'backup.db')
      const start = performance.now()
      const child = spawnOn('load', [MAIN, 'backup', file], env)
      child.stdout?.resume()
      const code = await new Promise((done) => child.once('exit', done))
      if (code !== 0) throw new Error(`the backup ended with ${code}`)
      rmSync(file)
      return performance.now() - start
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
