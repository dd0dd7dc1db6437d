/**
 * The floor of HTTP: node:http alone. A GET is answered with as many bytes of headers as Keywright's answer has, a POST after
 * its JSON body has been parsed, with a JSON body of the same size. `node bare-server.ts '{"headers": {...}, "body": {...}}'`
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const { headers, body } = JSON.parse(process.argv[2] as string) as { headers: Record<string, string>; body: unknown }

const server = createServer((request, response) => {
  if (request.method !== 'POST') {
    response.writeHead(200, headers)
    response.end()
    return
  }
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    JSON.parse(Buffer.concat(chunks).toString('utf8'))
    const text = JSON.stringify(body)
    response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': Buffer.byteLength(text) })
    response.end(text)
  })
})
server.listen(0, '127.0.0.1', () => console.log(`ready at http://127.0.0.1:${(server.address() as AddressInfo).port}`))
