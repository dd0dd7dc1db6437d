import { request } from 'node:http'
import { answerTo, authorizeRequest } from './http.ts'
import { load, loadPerCore } from './load.ts'
import { compete, type Measure, median, randomNumbers, type Result } from './measure.ts'
import { hasNginxWithLua, nginxProcess } from './nginx-server.ts'
import { keywright, type ServerProcess } from './processes.ts'
import { addressOf, secretOf } from './replica-of-keys.ts'

const CONNECTIONS = 64
const PATH = '/v1/things/17'

/**
 * What nginx decides by itself, beside our forward-auth asked by the load itself, and beside nginx that asks us for each request. All
 * know the same keys; all let in what they are asked for.
 */
export const nginx: Measure = async ({ quick, full }) => {
  const missing = quick ? 'a short run does without it' : hasNginxWithLua() ? null : "it needs Debian's nginx and libnginx-mod-http-lua"
  if (missing !== null) {
    process.stderr.write(`nginx: NOT RUN, ${missing}\n`)
    return []
  }
  const keys = full ? 1_000_000 : 100_000
  await using server = await keywright({ keys, organizations: keys / 100 })
  const secrets = Array.from({ length: keys }, (_, index) => secretOf(index))
  const random = randomNumbers(5)
  const drawn = Array.from({ length: 5000 }, () => Math.floor(random() * keys))
  const asked = drawn.map((index) => authorizeRequest(server, secrets[index] as string, addressOf(index)))
  const { headers } = await answerTo(server.url, asked[0] as string)
  await using proxy = await nginxProcess({ secrets, keywright: server.url, verifier: server.verifier, fields: headers })
  for (const host of ['map', 'lua', 'forward-auth']) await requireThatItChecks(proxy.url, host, drawn[0] as number)

  const to = (host: string, requests: readonly string[]) =>
    requests.map((text) => text.replace(/^GET \S+/, `GET ${PATH}`).replace('Host: 127.0.0.1', `Host: ${host}`))
  // A client says of itself only what clients say; the address stands for the connection's.
  const clients = asked.map((text) => text.replaceAll(/(?:Keywright-Verifier|X-Forwarded-(?:Method|Uri|Host|Proto)): [^\r]*\r\n/g, ''))
  const both = { url: proxy.url, cpuSeconds: () => sum(proxy.cpuSeconds(), server.cpuSeconds()) }
  const results: Result[] = []
  const rows = [
    { measure: 'authorize beside nginx', ours: { server, requests: asked }, theirs: asked, of: 'the server' },
    {
      measure: 'nginx auth_request to us',
      ours: { server: both, requests: to('forward-auth', clients) },
      theirs: clients,
      of: 'nginx and our server together',
    },
  ]
  for (const { measure, ours, theirs, of } of rows) {
    const order = { connections: CONNECTIONS, milliseconds: 2000, expect: 'HTTP/1.1 200' }
    const latencies: { p50Us: number; p99Us: number }[] = []
    const round = async (target: Pick<ServerProcess, 'url' | 'cpuSeconds'>, requests: string[]) => {
      const report = await loadPerCore(target, { ...order, requests })
      if (target === ours.server) latencies.push(report)
      return report.perSecond
    }
    const contestants = [
      { name: 'ours', round: () => round(ours.server, ours.requests) },
      { name: 'nginx map', round: () => round(proxy, to('map', theirs)) },
      { name: 'nginx with Lua', round: () => round(proxy, to('lua', theirs)) },
    ]
    // Code that is compiled while it is measured would measure the compiler; on a busy machine that takes many rounds.
    for (let [calls, times] = [0, 0]; calls < 50_000 && times < 20; times++)
      calls += (await load({ ...order, url: ours.server.url, requests: ours.requests })).answered
    await compete(contestants, 1)
    latencies.length = 0
    const contest = await compete(contestants, 5)
    results.push({
      measure,
      keys,
      ...contest,
      p50Us: median(latencies.map((each) => each.p50Us)),
      p99Us: median(latencies.map((each) => each.p99Us)),
      note: `${CONNECTIONS} connections; answers for each second of processor time of ${of}; map and Lua know only whether the key exists`,
    })
  }
  return results
}

function sum(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one + other
}

/** Whoever lets everybody in is quick as well. */
async function requireThatItChecks(url: string, host: string, index: number): Promise<void> {
  const statusFor = (secret: string) =>
    new Promise<number | undefined>((done, failed) => {
      const headers = { host, authorization: `Bearer ${secret}`, 'x-forwarded-for': addressOf(index) }
      const sent = request(url + PATH, { headers, agent: false }, (answer) => {
        answer.resume()
        done(answer.statusCode)
      })
      sent.once('error', failed)
      sent.end()
    })
  const statuses = [await statusFor(secretOf(index)), await statusFor(secretOf(2_000_000_000))]
  if (statuses.join() !== '200,401') throw new Error(`${host} answered ${statuses.join()} to a key and to none of ours`)
}
