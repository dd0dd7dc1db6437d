/**
 * A small load generator: autocannon and `fetch` spend more on a request than the servers measured here. Each connection sends its
 * next request when the answer to the last one is there. Reads its order from standard input, prints one line of JSON.
 */
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'

export interface LoadOrder {
  url: string
  connections: number
  milliseconds: number
  /** What the connections send, in turn. */
  requests: string[]
  /** What each answer begins with, e.g. `HTTP/1.1 200`. */
  expect: string
}

export interface LoadReport {
  /** All answers, those while warming up too. */
  answered: number
  perSecond: number
  p50Us: number
  p95Us: number
  p99Us: number
}

const { url, connections, milliseconds, requests, expect } = JSON.parse(await text(process.stdin)) as LoadOrder
const { hostname, port } = new URL(url)
const bytes = requests.map((request) => Buffer.from(request, 'latin1'))
const END_OF_HEAD = Buffer.from('\r\n\r\n')
const LENGTH = Buffer.from('Content-Length: ')
const LENGTH_LOWER = Buffer.from('content-length: ')

let [answered, next, running] = [0, 0, true]
const latencies: number[] = []
/** Every call of a single connection is timed, of many one in sixteen. */
const sampled = connections === 1 ? 1 : 16
const sockets: Socket[] = []

function drive(socket: Socket): void {
  let kept: Buffer | null = null
  let sentAt = 0
  const send = () => {
    sentAt = performance.now()
    socket.write(bytes[next++ % bytes.length] as Buffer)
  }
  socket.on('data', (chunk: Buffer) => {
    const buffer = kept === null ? chunk : Buffer.concat([kept, chunk])
    const head = buffer.indexOf(END_OF_HEAD)
    const length = head < 0 ? -1 : lengthOf(buffer)
    if (head < 0 || buffer.length < head + 4 + length) {
      kept = buffer
      return
    }
    kept = null
    const status = buffer.toString('latin1', 0, expect.length)
    if (status !== expect) throw new Error(`an answer began with ${buffer.toString('latin1', 0, 400)}`)
    answered++
    if (answered % sampled === 0) latencies.push((performance.now() - sentAt) * 1000)
    if (running) send()
  })
  socket.on('connect', send)
}

function lengthOf(buffer: Buffer): number {
  let at = buffer.indexOf(LENGTH)
  if (at < 0) at = buffer.indexOf(LENGTH_LOWER)
  let length = 0
  for (let index = at + LENGTH.length; buffer[index] !== 13; index++) length = length * 10 + (buffer[index] as number) - 48
  return length
}

for (let index = 0; index < connections; index++) {
  const socket = connect({ port: Number(port), host: hostname, noDelay: true })
  sockets.push(socket)
  drive(socket)
}
// Never sleeps: waking a sleeping process is paid by whoever writes to it, and a faster server would find this one awake more often.
const spin = (): void => {
  if (running) setImmediate(spin)
}
spin()
// The first part warms the connections up and is not counted.
await new Promise((done) => setTimeout(done, milliseconds / 5))
const [before, start] = [answered, performance.now()]
latencies.length = 0
// A machine that is busy with something else may let no call through in a short time.
for (let times = 0; times === 0 || (latencies.length === 0 && times < 40); times++) await new Promise((done) => setTimeout(done, milliseconds))
const perSecond = ((answered - before) * 1000) / (performance.now() - start)
running = false
for (const socket of sockets) socket.destroy()
const sorted = latencies.toSorted((a, b) => a - b)
const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? 0
console.log(JSON.stringify({ answered, perSecond, p50Us: at(0.5), p95Us: at(0.95), p99Us: at(0.99) } satisfies LoadReport))
