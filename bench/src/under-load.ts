import { join } from 'node:path'
import { startWork } from './background-work.ts'
import { answerTo, authorizeRequest } from './http.ts'
import { steady } from './load.ts'
import { type Measure, median, type Result } from './measure.ts'
import { keepOffServerCore, keywright, serverProcess } from './processes.ts'
import { secretOf } from './replica-of-keys.ts'

const CALLS_A_SECOND = 500

/**
 * p99 of authorize at a steady rate while keys are issued, backups run and all keys are listed page by page, beside the same when
 * nothing else happens. The bare server is asked in the same way on the same core, quiet and while our server is loaded: what it loses, the
 * machine and the callers lose.
 */
export const underLoad: Measure = async ({ quick, full }) => {
  const keys = quick ? 1000 : full ? 1_000_000 : 100_000
  keepOffServerCore()
  await using server = await keywright({ keys, organizations: 1 })
  const requests = Array.from({ length: 1000 }, (_none, index) =>
    authorizeRequest(server, secretOf(index * (keys / 1000)), `10.${(index * (keys / 1000)) % 200}.2.3`),
  )
  const { headers } = await answerTo(server.url, requests[0] as string)
  await using bare = await serverProcess([join(import.meta.dirname, 'bare-server.ts'), JSON.stringify({ headers, body: {} })])
  const ask = (url: string) => steady({ url, perSecond: CALLS_A_SECOND, milliseconds: quick ? 300 : 4000, requests, expect: 'HTTP/1.1 200' })
  const figures = {
    quiet: [] as number[],
    loaded: [] as number[],
    p50: [] as number[],
    rate: [] as number[],
    bareQuiet: [] as number[],
    bareLoaded: [] as number[],
  }
  if (!quick) for (const { url } of [server, bare]) await ask(url) // warms up
  const done = { issued: 0, pages: 0, backups: [] as number[], seconds: 0 }
  for (let round = 0; round < (quick ? 1 : 7); round++) {
    figures.quiet.push((await ask(server.url)).p99Us)
    figures.bareQuiet.push((await ask(bare.url)).p99Us)
    const work = startWork(server)
    const report = await ask(server.url)
    figures.loaded.push(report.p99Us)
    figures.p50.push(report.p50Us)
    figures.rate.push(report.perSecond)
    figures.bareLoaded.push((await ask(bare.url)).p99Us)
    const { issued, pages, backups, seconds } = await work.stop()
    done.issued += issued
    done.pages += pages
    done.seconds += seconds
    done.backups.push(...backups)
  }
  const quiet = median(figures.quiet)
  const loaded = median(figures.loaded)
  const bareTimes = { quiet: median(figures.bareQuiet), loaded: median(figures.bareLoaded) }
  const result: Result = {
    measure: 'authorize under load',
    keys,
    perSecond: median(figures.rate),
    p50Us: median(figures.p50),
    p99Us: loaded,
    ratioTo: { 'itself, quiet': loaded / quiet, 'bare node:http, at the same time': loaded / bareTimes.loaded },
    beside: { 'itself, quiet': quiet, 'bare node:http, at the same time': bareTimes.loaded, 'bare node:http, quiet': bareTimes.quiet },
    unit: 'microseconds',
    note: `p99 of ${CALLS_A_SECOND} calls a second, smaller is better; meanwhile ${Math.round(done.issued / done.seconds)} keys a second were issued, ${Math.round(done.pages / done.seconds)} pages of 100 keys a second were listed, and a backup took ${Math.round(median(done.backups))} ms`,
  }
  return [result]
}
