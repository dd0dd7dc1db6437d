import { connect, createServer, type Server, type Socket } from 'node:net'

/** Stands between verifiers and a server under one address, and does what networks do: cuts in the middle of a frame, holds back, lets go. */
export class TcpProxy implements AsyncDisposable {
  readonly #server: Server
  readonly #pairs = new Set<{ client: Socket; upstream: Socket }>()
  #target: () => { host: string; port: number }
  #isHolding = false
  #held: { to: Socket; chunk: Buffer }[] = []
  /** After so many bytes to clients, the connection that gets them is cut; null: never. */
  cutAfterBytes: number | null = null
  /** Connections are refused. */
  isDown = false
  accepted = 0

  private constructor(server: Server, target: () => { host: string; port: number }) {
    this.#server = server
    this.#target = target
  }

  /** @param url asked anew for each connection: a server that is started again has another port. */
  static async start(url: () => string): Promise<TcpProxy> {
    const server = createServer()
    const proxy = new TcpProxy(server, () => ({ host: new URL(url()).hostname, port: Number(new URL(url()).port) }))
    server.on('connection', (client) => proxy.#accept(client))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    return proxy
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`
  }

  get connections(): number {
    return this.#pairs.size
  }

  /** Cuts every connection. */
  cut(): void {
    for (const { client, upstream } of this.#pairs) {
      client.resetAndDestroy()
      upstream.resetAndDestroy()
    }
  }

  /** What the server says stays on the way. */
  hold(): void {
    this.#isHolding = true
  }

  release(): void {
    this.#isHolding = false
    for (const { to, chunk } of this.#held.splice(0)) if (!to.destroyed) to.write(chunk)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.cut()
  }

  #accept(client: Socket): void {
    this.accepted++
    if (this.isDown) return void client.resetAndDestroy()
    const upstream = connect(this.#target())
    const pair = { client, upstream }
    this.#pairs.add(pair)
    const end = () => {
      this.#pairs.delete(pair)
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end)
    client.on('data', (chunk) => upstream.write(chunk))
    upstream.on('data', (chunk: Buffer) => {
      if (this.#isHolding) return void this.#held.push({ to: client, chunk })
      if (this.cutAfterBytes === null) return void client.write(chunk)
      const sent = chunk.subarray(0, this.cutAfterBytes)
      this.cutAfterBytes -= sent.length
      client.write(sent)
      if (this.cutAfterBytes > 0) return
      this.cutAfterBytes = null
      client.end(() => end())
    })
  }
}
