/**
 * Calls at a steady rate, each timed from the moment it was due: what waits behind a slow answer counts as slow. It sleeps between
 * calls, as what asks a server in earnest does. Reads its order from standard input, prints one line of JSON.
 */
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import type { LoadReport } from './load-client.ts'

export interface LatencyOrder {
  url: string
  perSecond: number
  milliseconds: number
  requests: string[]
  expect: string
}

const order = JSON.parse(await text(process.stdin)) as LatencyOrder
const { hostname, port } = new URL(order.url)
const END_OF_HEAD = Buffer.from('\r\n\r\n')
const latencies: number[] = []
const idle: Socket[] = []
const all: Socket[] = []
const dueAt = new WeakMap<Socket, number>()
const failures: Error[] = []

/** Only for answers without a body. */
function open(): Socket {
  const socket = connect({ port: Number(port), host: hostname, noDelay: true })
  all.push(socket)
  let kept = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    kept = Buffer.concat([kept, chunk])
    if (kept.indexOf(END_OF_HEAD) < 0) return
    if (kept.toString('latin1', 0, order.expect.length) !== order.expect) failures.push(new Error(`an answer began with ${kept.toString('latin1', 0, 400)}`))
    kept = Buffer.alloc(0)
    latencies.push((performance.now() - (dueAt.get(socket) as number)) * 1000)
    idle.push(socket)
  })
  socket.on('error', (error) => failures.push(error))
  return socket
}

const start = performance.now()
const total = Math.ceil((order.milliseconds * order.perSecond) / 1000)
for (let sent = 0; sent < total; await new Promise((done) => setTimeout(done, 1))) {
  for (; sent < total; sent++) {
    const due = start + (sent * 1000) / order.perSecond
    if (due > performance.now()) break
    const socket = idle.pop() ?? open()
    dueAt.set(socket, due)
    socket.write(order.requests[sent % order.requests.length] as string)
  }
}
while (latencies.length < total && failures.length === 0) await new Promise((done) => setTimeout(done, 5))
if (failures[0]) throw failures[0]
const seconds = (performance.now() - start) / 1000
for (const socket of all) socket.destroy()
const sorted = latencies.toSorted((a, b) => a - b)
const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? 0
const report: LoadReport = { answered: total, perSecond: total / seconds, p50Us: at(0.5), p95Us: at(0.95), p99Us: at(0.99) }
console.log(JSON.stringify(report))
