import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { AppError } from '@keywright/core/problem-code.ts'
import type { HttpContext } from './context.ts'
import { toProblem } from './problem.ts'
import { newRequestId } from './request-facts.ts'

const REFUSALS: Readonly<Record<string, AppError>> = {
  HPE_HEADER_OVERFLOW: new AppError('header_too_large', 'The header of the request is larger than 16 KiB.'),
  ERR_HTTP_REQUEST_TIMEOUT: new AppError('request_timeout', 'The request did not come in time. Send it again.'),
}
const MALFORMED = new AppError('malformed_request', 'This is not HTTP/1.1 as RFC 9112 has it.')

/** Answers what Node could not read as a request, in the words of every other refusal, and ends the connection. */
export function answerUnreadable(context: HttpContext, error: { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const requestId = newRequestId(context.services.clock.now())
  const { status, body } = toProblem(REFUSALS[error.code ?? ''] ?? MALFORMED, { requestId, supportContact: context.supportContact })
  const text = JSON.stringify(body)
  const fields = [
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Cache-Control: no-store',
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ]
  if (socket.writable) socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${fields.join('\r\n')}\r\n\r\n${text}`)
  socket.destroy()
}
