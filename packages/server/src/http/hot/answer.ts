import type { ServerResponse } from 'node:http'
import type { HttpContext } from '../context.ts'
import { toProblem } from '../problem.ts'

/** Writes a JSON answer on the raw server. */
export function writeJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  requestId: string,
  headers: Record<string, string> = {},
  type = 'application/json; charset=utf-8',
): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Request-Id': requestId,
    ...headers,
  })
  response.end(text)
}

export function writeProblem(context: HttpContext, response: ServerResponse, error: unknown, requestId: string): void {
  const problem = toProblem(error, { requestId, supportContact: context.supportContact })
  if (problem.status >= 500) context.log.error({ err: error, requestId }, 'a verification failed')
  if (response.headersSent) return void response.destroy()
  writeJson(response, problem.status, problem.body, requestId, problem.headers, 'application/problem+json; charset=utf-8')
}
