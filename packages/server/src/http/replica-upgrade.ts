import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { VERIFIER_API } from '@keywright/core/configuration/reserved.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import type { CompiledApi } from '@keywright/core/verification/compiled-api.ts'
import { type WebSocket, WebSocketServer } from 'ws'
import { digestText } from '../verification/verifier.ts'
import { authenticateVerifier } from './authenticate.ts'
import type { HttpContext } from './context.ts'
import { toProblem } from './problem.ts'
import { addressOf, newRequestId, refuseSecretInUrl } from './request-facts.ts'

export const REPLICA_PATH = '/v1/replica'
/** A verifier sends small things; its usage comes in batches below this. */
const MOST_MESSAGE_BYTES = 262_144

export function isReplicaPath(url: string): boolean {
  return url === REPLICA_PATH || url.startsWith(`${REPLICA_PATH}?`)
}

/** `WS /v1/replica`: lets verifier keys in, and nobody else; all that is refused is a problem with its status, as everywhere. */
export function serveReplica(server: Server, context: HttpContext): void {
  const sockets = new WebSocketServer({ noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload: MOST_MESSAGE_BYTES })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    const requestId = newRequestId(context.services.clock.now())
    try {
      refuseSecretInUrl(request.url ?? '/')
      if (request.url !== REPLICA_PATH) throw new AppError('not_found', 'There is nothing to upgrade at this address.')
      if (!context.isReady()) throw new AppError('shutting_down', 'The server is starting or shutting down. Try again in a moment.')
      const { keyId } = authenticateVerifier(context, request, 'authorization')
      const address = addressOf(request, context.trustedProxies)
      const recheck = recheckOf(context, request, address)
      if (request.headers.upgrade?.toLowerCase() !== 'websocket') throw new AppError('invalid_request', 'Ask for a WebSocket.')
      sockets.handleUpgrade(request, socket, head, (webSocket: WebSocket) => context.verifiers.accept(webSocket, { keyId, address, recheck }))
    } catch (error) {
      refuse(context, socket, error, requestId)
    }
  })
}

/** The verifier key is not kept, only its digest. */
function recheckOf(context: HttpContext, request: IncomingMessage, address: string | null): () => readonly string[] | 'all' | null {
  const [, secret = ''] = /^\s*bearer\s+(\S+)\s*$/i.exec(request.headers.authorization ?? '') ?? []
  const digest = digestText(secret)
  return () => {
    const decision = context.verifier.decideAgain(context.verifier.api(VERIFIER_API) as CompiledApi, digest, address)
    return decision.valid ? (decision.key.grant?.apis ?? []) : null
  }
}

function refuse(context: HttpContext, socket: Duplex, error: unknown, requestId: string): void {
  const problem = toProblem(error, { requestId, supportContact: context.supportContact })
  if (problem.status >= 500 && problem.body['code'] === 'internal') context.log.error({ err: error, requestId }, 'a verifier could not be let in')
  const body = JSON.stringify(problem.body)
  const headers = {
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'X-Request-Id': requestId,
    Connection: 'close',
    ...problem.headers,
  }
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.end(`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\n${head.join('\r\n')}\r\n\r\n${body}`)
  // Whoever does not read it is not waited for.
  setTimeout(() => socket.destroy(), 2_000).unref()
}
