/**
 * A small API of somebody who uses Keywright: it takes a client's request, asks Keywright whether it may pass, and answers. It
 * shares nothing with the server but HTTP. `HIDE` names reasons that it answers as 404, as InsideMaps does for a foreign organization.
 */
import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'

const { KEYWRIGHT = '', VERIFIER_KEY = '', API = '', HIDE = '' } = process.env
const agent = new Agent({ keepAlive: true, maxSockets: 20 })

async function textOf(message: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of message.setEncoding('utf8')) text += chunk
  return text
}

/** Every field as it came: a repeated one keeps all its values, which `request.headers` would not. */
function foldedHeaders(raw: readonly string[]): Record<string, string[]> {
  const folded: Record<string, string[]> = {}
  for (let at = 0; at < raw.length; at += 2) (folded[(raw[at] as string).toLowerCase()] ??= []).push(raw[at + 1] as string)
  return folded
}

/** What Keywright says of a client's request. */
async function ask(request: IncomingMessage): Promise<{ status: number; text: string }> {
  const { method, url: path, rawHeaders, socket } = request
  const question = { api: API, ip: socket.remoteAddress, request: { method, path, headers: foldedHeaders(rawHeaders), body: await textOf(request) } }
  const headers = { authorization: `Bearer ${VERIFIER_KEY}`, 'content-type': 'application/json' }
  const asking = send(`${KEYWRIGHT}/v1/verify`, { method: 'POST', agent, headers })
  asking.end(JSON.stringify(question))
  const [answer] = (await once(asking, 'response')) as [IncomingMessage]
  return { status: answer.statusCode ?? 0, text: await textOf(answer) }
}

const server = createServer(async (request, response) => {
  const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  try {
    const { status, text } = await ask(request)
    const decision = JSON.parse(text)
    if (status !== 200) answer(502, decision)
    else if (decision.valid) answer(200, { caller: decision.key.organization, deprecation: decision.deprecation })
    else if (HIDE.split(',').includes(decision.reason)) answer(404, { reason: 'not_found' })
    else answer(decision.status, decision, decision.retryAfterSeconds === undefined ? {} : { 'retry-after': String(decision.retryAfterSeconds) })
  } catch (error) {
    answer(500, { error: String(error) })
  }
})
// Both families on one socket: an IPv4 client is seen as ::ffff:127.0.0.1.
server.listen(0, '::', () => process.stdout.write(`listening on ${(server.address() as AddressInfo).port}\n`))
