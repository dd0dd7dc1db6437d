import type { IncomingMessage } from 'node:http'
import { AppError } from '@keywright/core/problem-code.ts'
import type { FastifyInstance } from 'fastify'
import { isLoopback } from '../config/config.ts'
import { boundToPerson } from '../management/credentials/bound-to-person.ts'
import { authenticateManager, authenticateVerifier } from './authenticate.ts'
import type { HttpContext } from './context.ts'

/** Fields that a proxy sets: who comes with one is not on this machine, whatever the connection says. */
const FORWARDED = ['x-forwarded-for', 'x-forwarded-host', 'forwarded', 'x-real-ip', 'via'] as const

/** `GET /metrics`, in Prometheus' text form: for this machine, for operators and for verifiers. */
export function registerMetrics(app: FastifyInstance, context: HttpContext): void {
  app.get('/metrics', async (request, reply) => {
    if (!isLocal(request.raw)) await requireCredential(context, request.raw, request.id)
    return reply.type(context.metrics.contentType).send(await context.metrics.text())
  })
}

/** A loopback connection that was not forwarded, to a name of this machine: a page in a browser can reach loopback under a name of its own. */
function isLocal(request: IncomingMessage): boolean {
  const address = request.socket.remoteAddress ?? ''
  if (!isLoopback(address.replace(/^::ffff:/, ''))) return false
  if (FORWARDED.some((name) => request.headers[name] !== undefined)) return false
  const host = URL.parse(`http://${request.headers.host ?? ''}`)
  return request.headers.authorization === undefined && host !== null && isLoopback(host.hostname)
}

/** Counts of the whole installation are no organization's business. */
async function requireCredential(context: HttpContext, request: IncomingMessage, requestId: string): Promise<void> {
  if (/^bearer\s+kw_verify_/i.test(request.headers.authorization ?? '')) return void authenticateVerifier(context, request, 'authorization')
  const caller = await boundToPerson(context.services.database, authenticateManager(context, request, requestId))
  if (caller.role !== 'operator') throw new AppError('forbidden', 'Metrics are of the whole installation; only operators and verifiers see them.')
}
