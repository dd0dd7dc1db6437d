import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createVerifier, type Verifier } from '@keywright/sdk/verifier/verifier.ts'
import { afterEach, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { until } from './installation.ts'

const VERIFIER_KEY = `kw_verify_${'k'.repeat(40)}`
const WELCOME = { type: 'welcome', protocol: 1, server: '0', installation: 'ins_1', session: 's', now: 0, stalenessSeconds: 300, pingSeconds: 1 }
const START = { number: 1, mark: '0000000000000001' }

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})

function verifierOf(url: string, options: object = {}): { verifier: Verifier; problems: string[] } {
  const verifier = createVerifier({ url, verifierKey: VERIFIER_KEY, api: 'orders', ...options })
  const problems: string[] = []
  verifier.on('problem', ({ message }) => problems.push(message))
  stops.push(() => verifier.close())
  return { verifier, problems }
}

async function listening(server: Server | ReturnType<typeof createServer>): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stops.push(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** What answers the upgrade as Keywright does, and then says what a test wants. */
async function speaking(greet: (socket: WebSocket, say: (...messages: unknown[]) => void) => void): Promise<string> {
  const http = createHttpServer()
  const webSockets = new WebSocketServer({ server: http, perMessageDeflate: false })
  stops.push(() => webSockets.clients.forEach((client) => client.terminate()))
  webSockets.on('connection', (socket) => {
    socket.on('error', () => {})
    const tcp = (socket as unknown as { _socket: Socket })._socket
    socket.once('message', () =>
      greet(socket, (...messages) => {
        // In one packet.
        tcp.cork()
        for (const message of messages) socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message))
        tcp.uncork()
      }),
    )
  })
  return listening(http)
}

/** What answers every request and upgrade the same way. */
async function answering(answer: (request: IncomingMessage) => { status: number; headers?: Record<string, string>; body?: string }): Promise<string> {
  const http = createHttpServer((request, response) => {
    const { status, headers = {}, body = '' } = answer(request)
    response.writeHead(status, headers).end(body)
  })
  // Without a listener, Node takes upgrades for ordinary requests.
  return listening(http)
}

const state = (verifier: Verifier) => {
  const { valid, ...decision } = verifier.verify({ secret: 'crm_x' })
  return valid ? 'allowed' : `${(decision as { reason: string }).reason} ${(decision as { detail: string | null }).detail}`
}

test.each<[string, unknown[], string]>([
  ['no JSON', ['<html>'], 'said what cannot be used: '],
  ['no message', ['7'], 'a message has no type'],
  ['nothing of a welcome', [{ type: 'welcome' }], 'a message "welcome" comes without a "protocol" that can be read'],
  ['changes before a greeting', [{ type: 'changes', from: 0, to: START, changes: [] }], 'it does not greet first'],
  ['changes before a snapshot', [WELCOME, { type: 'changes', from: 0, to: START, changes: [] }], 'changes come before there is anything to change'],
  [
    'noise as a snapshot',
    [WELCOME, { type: 'snapshot', snapshot: 'x', from: START, next: 0, keys: 1e9 }, Buffer.alloc(100, 7)],
    'a frame of a snapshot has version 7',
  ],
  ['the end of no snapshot', [WELCOME, { type: 'snapshotEnd', until: 1 }], 'a snapshot ends that was not begun'],
  ['a pong without a time', [WELCOME, { type: 'pong', id: 1 }], 'a message "pong" comes without a "now" that can be read'],
  [
    'a change of a newer server',
    [
      WELCOME,
      { type: 'snapshot', snapshot: 'x', from: START, next: 0, keys: 0 },
      { type: 'snapshotEnd', until: 2 },
      { type: 'changes', from: 1, to: { number: 2, mark: START.mark }, changes: [{ kind: 'quarantine' }] },
    ],
    'it tells of a change (quarantine) that this version of @keywright/sdk does not know; bring the SDK up to date',
  ],
])('a server that says %s is left with a sentence, and nothing is let through', async (_what, messages, sentence) => {
  const url = await speaking((_socket, say) => say(...messages))
  const { verifier, problems } = verifierOf(url)
  await until('it says what is wrong', () => problems.some((problem) => problem.startsWith(url) && problem.includes(sentence)))
  expect(state(verifier)).toBe('unavailable starting')
})

test('a server of another protocol is named with both versions, at once', async () => {
  const url = await speaking((_socket, say) => say({ ...WELCOME, protocol: 2 }))
  const { verifier } = verifierOf(url)
  await expect(verifier.ready()).rejects.toThrow(`${url}: this server speaks protocol 2, this SDK 1; bring the older of the two up to date`)
})

test('trap: a greeting in the same packet as a goodbye does not end the refusal', async () => {
  const url = await speaking((_socket, say) => say(WELCOME, { type: 'goodbye', code: 'api_refused', detail: 'No such API.' }, WELCOME))
  const { verifier } = verifierOf(url)
  await expect(verifier.ready()).rejects.toMatchObject({ code: 'verifier_refused', message: 'No such API.' })
  expect([state(verifier), verifier.status.connected]).toEqual(['unavailable refused', false])
})

test('what a refusal repeats of the request is neither thrown nor told: not the key, not a second line', async () => {
  const url = await answering(({ headers }) => ({
    status: 403,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify({ type: 'urn:keywright:problem:forbidden', code: 'forbidden', detail: `You sent\n${headers.authorization}` }),
  }))
  const { verifier, problems } = verifierOf(url)
  await expect(verifier.ready()).rejects.toThrow(`${url}: the server answers 403 forbidden: You sent Bearer [redacted]`)
  expect(problems.join()).not.toContain(VERIFIER_KEY)
})

test('an address that redirects is not followed with the key, and the right one is named', async () => {
  const url = await answering(() => ({ status: 308, headers: { location: 'https://keys.example.com/v1/replica' } }))
  const { verifier } = verifierOf(url)
  await expect(verifier.ready()).rejects.toThrow(
    /answers with status 308 and points to https:\/\/keys\.example\.com, where the key is not sent: use the address that the server itself has$/,
  )
})

test('what stands in for a server while that is started again is asked again soon, not in a minute', async () => {
  let asked = 0
  const url = await answering(() => {
    asked++
    return { status: 404, body: 'default backend' }
  })
  const { verifier } = verifierOf(url)
  await expect(verifier.ready()).rejects.toThrow('there is no Keywright that serves verifiers at this address: it answers with status 404')
  await until('it has asked again and again', () => asked > 4)
})

test('closed while it connects, a verifier lets go at once', async () => {
  const taken: Socket[] = []
  const silent = createServer((socket) => void taken.push(socket.on('error', () => {})))
  const url = await listening(silent)
  const { verifier } = verifierOf(url)
  await until('it connects', () => taken.length === 1)
  const ended = once((taken[0] as Socket).resume(), 'close')
  const waiting = verifier.ready()
  await Promise.all([verifier.close(), expect(waiting).rejects.toMatchObject({ code: 'not_ready', message: 'The verifier was closed.' })])
  await ended
  expect(taken).toHaveLength(1)
})

test('a server that ends the conversation and keeps its side of the connection open does not keep ours', async () => {
  let first: Socket | null = null
  let isGone = false
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => (isGone ||= socket === first))
    stops.push(() => socket.destroy())
    if (first !== null) return
    first = socket
    socket.once('data', (request: Buffer) => {
      const key = /sec-websocket-key: (\S+)/i.exec(request.toString())?.[1] as string
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`)
      socket.write(Buffer.from([0x88, 0x02, 0x03, 0xe8]))
    })
  })
  const { problems } = verifierOf(await listening(server))
  await until('it was told', () => problems.some((problem) => problem.includes('the server closed the connection (1000)')))
  // Whoever is gone answers what comes with a reset; whoever has closed only its own side takes it.
  await until('the connection is gone', () => {
    first?.write('x')
    return isGone
  })
})

test('a listener that throws is told as Node tells it, and the verifier goes on', async () => {
  const before = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  const told: string[] = []
  process.on('uncaughtException', (error) => told.push(error.message))
  try {
    const url = await answering(() => ({ status: 503 }))
    const { verifier, problems } = verifierOf(url)
    verifier.on('problem', () => {
      throw new Error('a mistake of the application')
    })
    await until('it has tried again', () => problems.length > 2)
    expect(problems[2]).toMatch(/it answers with status 503$/)
    expect(new Set(told)).toEqual(new Set(['a mistake of the application']))
  } finally {
    process.removeAllListeners('uncaughtException')
    for (const listener of before) process.on('uncaughtException', listener)
  }
})

test('two that close a verifier both wait until it is closed', async () => {
  const url = await speaking((_socket, say) => say(WELCOME))
  const { verifier } = verifierOf(url)
  await until('it is connected', () => verifier.status.connected)
  await Promise.race([verifier.close(), verifier.close()])
  expect([verifier.status.state, verifier.status.connected]).toEqual(['closed', false])
})
