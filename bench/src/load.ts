import { join } from 'node:path'
import type { LatencyOrder } from './latency-client.ts'
import type { LoadOrder, LoadReport } from './load-client.ts'
import { type ServerProcess, spawnOn } from './processes.ts'

/** Lets a process of its own put load on a server: as many calls as it can answer. */
export function load(order: LoadOrder): Promise<LoadReport> {
  return run('load-client.ts', order)
}

/** Lets a process of its own make calls at a steady rate. */
export function steady(order: LatencyOrder): Promise<LoadReport> {
  return run('latency-client.ts', order)
}

function run(program: string, order: object): Promise<LoadReport> {
  const child = spawnOn('load', [join(import.meta.dirname, program)])
  return new Promise((resolve, reject) => {
    let printed = ''
    child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()))
    child.once('close', (code) => (code === 0 ? resolve(JSON.parse(printed) as LoadReport) : reject(new Error(`the load generator ended with ${code}`))))
    child.stdin?.end(JSON.stringify(order))
  })
}

/**
 * The same, but the rate is that of one core which the server has for itself: answers for each second of processor time that it
 * used, all its threads together. What else the machine does, and the load generator's own speed, do not count.
 */
export async function loadPerCore(server: Pick<ServerProcess, 'url' | 'cpuSeconds'>, order: Omit<LoadOrder, 'url'>): Promise<LoadReport> {
  const before = server.cpuSeconds()
  const report = await load({ ...order, url: server.url })
  const used = (server.cpuSeconds() ?? 0) - (before ?? 0)
  return before === null || used <= 0 ? report : { ...report, perSecond: report.answered / used }
}
