import { join } from 'node:path'
import { loadPerCore } from './load.ts'
import { compete, type Measure, median, type Result } from './measure.ts'
import { type Keywright, keywright, type ServerProcess, serverProcess } from './processes.ts'

const CONNECTIONS = 64

/**
 * Forward-auth and `POST /v1/verify` of the real server, each beside bare node:http answers of the same size: one core for the
 * server, the load from another process, the same connections, rounds interleaved.
 */
export const http: Measure = async ({ quick }) => {
  const keys = quick ? 50 : 1000
  await using server = await keywright()
  const secrets = await issue(server, keys)
  const authorize = secrets.map((secret, index) => authorizeRequest(server, secret, `10.1.2.${index % 250}`))
  const verify = secrets.map((secret, index) => verifyRequest(server, secret, index))
  const [authorized, verified] = [await answerTo(server.url, authorize[0] as string), await answerTo(server.url, verify[0] as string)]
  await using bare = await serverProcess([
    join(import.meta.dirname, 'bare-server.ts'),
    JSON.stringify({ headers: authorized.headers, body: JSON.parse(verified.body) }),
  ])

  const results: Result[] = []
  const pairs = [
    { measure: 'authorize over HTTP', floor: 'bare node:http', requests: authorize },
    { measure: 'verify over HTTP', floor: 'bare node:http JSON POST', requests: verify },
  ]
  for (const { measure, floor, requests } of pairs) {
    const latencies: { p50Us: number; p99Us: number }[] = []
    const round = async (to: ServerProcess) => {
      const report = await loadPerCore(to, { requests, connections: CONNECTIONS, milliseconds: quick ? 300 : 2000, expect: 'HTTP/1.1 200' })
      if (to === server) latencies.push(report)
      return report.perSecond
    }
    const contestants = [
      { name: 'ours', round: () => round(server) },
      { name: floor, round: () => round(bare) },
    ]
    // Code that is compiled while it is measured would measure the compiler.
    await compete(contestants, 1)
    latencies.length = 0
    const contest = await compete(contestants, quick ? 1 : 7)
    results.push({
      measure,
      keys,
      ...contest,
      p50Us: median(latencies.map((each) => each.p50Us)),
      p99Us: median(latencies.map((each) => each.p99Us)),
      note: `${CONNECTIONS} connections; answers for each second of processor time of the server; it is saturated, so p50 and p99 are mostly waiting for one's turn`,
    })
  }
  return results
}

async function issue({ call, admin }: Keywright, count: number): Promise<string[]> {
  const secrets: string[] = []
  let started = 0
  const worker = async () => {
    while (started++ < count) {
      const { secret } = await call('POST', '/v1/organizations/acme/keys', admin, { type: 'bench', addresses: [{ cidr: '10.0.0.0/8' }] })
      secrets.push(secret as string)
    }
  }
  await Promise.all(Array.from({ length: 32 }, worker))
  return secrets
}

/** What a proxy asks: a client's request, described in the fields that Traefik and Caddy set. */
export function authorizeRequest({ verifier }: Keywright, secret: string, address: string): string {
  const fields = [
    'Host: 127.0.0.1',
    `Keywright-Verifier: ${verifier}`,
    `Authorization: Bearer ${secret}`,
    'X-Forwarded-Method: GET',
    'X-Forwarded-Uri: /v1/things/17',
    'X-Forwarded-Host: api.example.com',
    'X-Forwarded-Proto: https',
    `X-Forwarded-For: ${address}`,
    'User-Agent: bench/1.0',
    'Accept: application/json',
  ]
  return `GET /v1/authorize/data HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n`
}

function verifyRequest({ verifier }: Keywright, secret: string, index: number): string {
  const body = JSON.stringify({ secret, ip: `10.1.2.${index % 250}`, requiredScopes: ['data.read'] })
  const fields = [
    'Host: 127.0.0.1',
    `Authorization: Bearer ${verifier}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    'User-Agent: bench/1.0',
  ]
  return `POST /v1/verify HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n${body}`
}

/** One answer, to make the bare server's as large. */
export async function answerTo(url: string, request: string): Promise<{ headers: Record<string, string>; body: string }> {
  const [head = '', body = ''] = request.split('\r\n\r\n')
  const [line = '', ...fields] = head.split('\r\n')
  const [method = 'GET', path = '/'] = line.split(' ')
  const sent = Object.fromEntries(fields.map((field) => field.split(': ', 2) as [string, string]).filter(([name]) => !/^(host|content-length)$/i.test(name)))
  const response = await fetch(url + path, { method, headers: sent, ...(body === '' ? {} : { body }) })
  const text = await response.text()
  if (response.status !== 200 || (text !== '' && !text.includes('"valid":true'))) throw new Error(`${line}: ${response.status} ${text}`)
  const headers = Object.fromEntries([...response.headers].filter(([name]) => !/^(date|connection|keep-alive)$/.test(name)))
  return { headers, body: text }
}
