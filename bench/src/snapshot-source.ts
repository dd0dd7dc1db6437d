import { hash } from 'node:crypto'
import { createInterface } from 'node:readline'
import type { Change, LogEntry } from '@keywright/core/replica/change.ts'
import { REPLICA_PROTOCOL } from '@keywright/core/replica/stream.ts'
import { VerifierChannel } from '@keywright/server/replication/verifier-channel.ts'
import { WebSocketServer } from 'ws'
import { NOW, organizationIdOf, recordOf, replicaOf } from './replica-of-keys.ts'

/**
 * A server's end of the stream without the rest of a server: sends a snapshot of so many keys, and changes when it is told to. A process of its own, so
 * that what it does is not measured with the verifier.
 */
const keys = Number(process.argv[2])
const CHANGES_EVERY_MS = 10
const { replica } = replicaOf(keys)
const channel = new VerifierChannel(replica, ['data'])
const organizations = Array.from({ length: 1000 }, (_none, index) => organizationIdOf(index))
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
let say: (message: object) => void = () => {}

server.on('connection', (socket) => {
  say = (message) => socket.send(JSON.stringify(message))
  // As a server does: a ping is answered when all that was before it has been sent.
  let isUpToDate = false
  let ping: number | null = null
  const pong = () => {
    if (isUpToDate && ping !== null) say({ type: 'pong', id: ping, now: NOW })
    if (isUpToDate) ping = null
  }
  socket.on('message', (data) => {
    const message = JSON.parse((data as Buffer).toString()) as { type: string; id: number }
    if (message.type === 'hello') void greet()
    if (message.type !== 'ping') return
    ping = message.id
    pong()
  })
  const greet = async () => {
    say({
      type: 'welcome',
      protocol: REPLICA_PROTOCOL,
      server: 'bench',
      installation: 'bench',
      session: 'bench',
      now: NOW,
      stalenessSeconds: 300,
      pingSeconds: 10,
    })
    const snapshot = channel.snapshot(NOW, 0)
    say({ type: 'snapshot', snapshot: snapshot.name, from: snapshot.from, next: 0, keys: snapshot.keys })
    for (let part = 0; part < snapshot.partCount; part++) {
      const frame = await snapshot.part(part)
      if (frame !== null) await new Promise((sent) => socket.send(frame, sent))
    }
    say({ type: 'snapshotEnd', until: replica.cursor.number })
    isUpToDate = true
    pong()
  }
})
server.on('listening', () => process.stdout.write(`ready at http://127.0.0.1:${(server.address() as { port: number }).port}\n`))

let streaming: NodeJS.Timeout | null = null
let changed = 0
/** Changes a second, as revocations and renewals come: each the whole new state of a key. */
function stream(perSecond: number): void {
  if (streaming !== null) clearInterval(streaming)
  if (perSecond === 0) return
  streaming = setInterval(() => {
    const entries: LogEntry[] = Array.from({ length: Math.round((perSecond * CHANGES_EVERY_MS) / 1000) }, (_none, index) => {
      const key = { ...recordOf(changed % keys, organizations), expiresAt: NOW + 1e11 + changed }
      changed++
      const change: Change = { kind: 'key', key }
      return { number: replica.cursor.number + 1 + index, mark: hash('sha256', `${changed}`, 'hex').slice(0, 16), change }
    })
    replica.apply(entries)
    for (const entry of entries) say(JSON.parse(channel.frame([entry]).frame.text) as object)
  }, CHANGES_EVERY_MS)
}

for await (const line of createInterface({ input: process.stdin })) stream(Number(line))
