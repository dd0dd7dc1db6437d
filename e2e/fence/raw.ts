import { connect } from 'node:net'

/** What came back on a connection, taken apart as far as tests need it. */
export interface RawAnswer {
  status: number
  head: string
  body: string
  text: string
}

/**
 * Sends exactly these bytes on a connection of their own and waits until the server has closed it.
 * @param options.patience milliseconds after which the test gives up waiting: then `status` is 0 where nothing came.
 */
export function sendRaw(url: string, bytes: string | Buffer, options: { patience?: number } = {}): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  return new Promise((done) => {
    let text = ''
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    const finish = () => {
      clearTimeout(timer)
      socket.destroy()
      const [head = '', ...rest] = text.split('\r\n\r\n')
      done({ status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0), head, body: rest.join('\r\n\r\n'), text })
    }
    const timer = setTimeout(finish, options.patience ?? 5_000)
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
    socket.on('error', finish)
    socket.on('close', finish)
  })
}

/** A request with header fields in the order given, repeated ones too; the connection closes after the answer. */
export function rawRequest(method: string, target: string, fields: readonly (readonly [string, string])[], body: string | Buffer = ''): Buffer {
  const length = Buffer.byteLength(body)
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: close',
    ...fields.map(([name, value]) => `${name}: ${value}`),
    ...(length > 0 ? [`Content-Length: ${length}`] : []),
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body)])
}
