import { randomFillSync } from 'node:crypto'

/** What frames say, whole messages put together. */
export interface FrameListener {
  text(message: string): void
  binary(message: Uint8Array): void
  ping(payload: Uint8Array): void
  close(code: number, reason: string): void
}

/** Larger than any message of ours; nothing larger is kept in memory. */
export const MOST_MESSAGE_BYTES = 67_108_864
/** Each costs memory beside what is in it. */
export const MOST_PIECES = 65_536

const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** Masks must not be foreseen; drawn one by one they would take longer than the rest of a short frame. */
const masks = Buffer.alloc(4096)
let nextMask = masks.length

function freshMask(): Buffer {
  if (nextMask === masks.length) {
    randomFillSync(masks)
    nextMask = 0
  }
  nextMask += 4
  return masks.subarray(nextMask - 4, nextMask)
}

/** One frame of a client: final, and masked as RFC 6455 section 5.3 demands. */
export function writeFrame(kind: 'text' | 'close' | 'pong', payload: Uint8Array): Buffer {
  const { length } = payload
  const lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8
  const frame = Buffer.allocUnsafe(6 + lengthBytes + length)
  frame[0] = 0x80 | OPCODES[kind]
  frame[1] = 0x80 | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127)
  if (lengthBytes === 2) frame.writeUInt16BE(length, 2)
  else if (lengthBytes === 8) frame.writeBigUInt64BE(BigInt(length), 2)
  const mask = freshMask()
  frame.set(mask, 2 + lengthBytes)
  const start = 6 + lengthBytes
  for (let at = 0; at < length; at++) frame[start + at] = (payload[at] as number) ^ (mask[at & 3] as number)
  return frame
}

/** Reads a server's frames out of whatever pieces the network brings. */
export class WebSocketFrames {
  readonly #listener: FrameListener
  #chunks: Buffer[] = []
  #available = 0
  /** Pieces of a message that is sent in several frames. */
  #pieces: Buffer[] = []
  #piecesBytes = 0
  #kind: 'text' | 'binary' | null = null
  #closed = false

  constructor(listener: FrameListener) {
    this.#listener = listener
  }

  /** @throws Error when the bytes are no frames of a server (RFC 6455 section 5). */
  push(chunk: Buffer): void {
    if (this.#closed) return
    this.#chunks.push(chunk)
    this.#available += chunk.length
    while (!this.#closed && this.#readFrame());
  }

  /** Nothing more is read, also of what has come. */
  stop(): void {
    this.#closed = true
    this.#chunks = []
    this.#available = 0
    this.#pieces = []
  }

  /** @returns false when the next frame is not there as a whole. */
  #readFrame(): boolean {
    if (this.#available < 2) return false
    const head = this.#peek(Math.min(this.#available, 10))
    const [first = 0, second = 0] = head
    if (first & 0x70) throw new Error('a frame uses an extension that was not agreed on')
    if (second & 0x80) throw new Error('a frame of a server is masked')
    const short = second & 0x7f
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0
    if (this.#available < 2 + lengthBytes) return false
    const length = lengthBytes === 0 ? short : lengthBytes === 2 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2))
    const opcode = first & 0x0f
    const isFinal = (first & 0x80) !== 0
    if (opcode >= 8 && (!isFinal || length > 125)) throw new Error('a control frame is too long or in pieces')
    if (length + this.#piecesBytes > MOST_MESSAGE_BYTES) throw new Error(`a message is larger than ${MOST_MESSAGE_BYTES} bytes`)
    if (this.#available < 2 + lengthBytes + length) return false
    this.#take(2 + lengthBytes)
    this.#frame(opcode, isFinal, this.#take(length))
    return true
  }

  #frame(opcode: number, isFinal: boolean, payload: Buffer): void {
    if (opcode === OPCODES.ping) this.#listener.ping(payload)
    else if (opcode === OPCODES.close) {
      this.#closed = true
      if (payload.length === 1) throw new Error('a close frame is cut off')
      this.#listener.close(payload.length === 0 ? 1005 : payload.readUInt16BE(0), payload.subarray(2).toString('utf8'))
    } else if (opcode === OPCODES.text || opcode === OPCODES.binary) {
      if (this.#kind !== null) throw new Error('a message begins inside another')
      this.#kind = opcode === OPCODES.text ? 'text' : 'binary'
      this.#piece(isFinal, payload)
    } else if (opcode === OPCODES.continuation) {
      if (this.#kind === null) throw new Error('a message goes on that has not begun')
      this.#piece(isFinal, payload)
    } else if (opcode !== OPCODES.pong) throw new Error(`a frame has the unknown opcode ${opcode}`)
  }

  #piece(isFinal: boolean, payload: Buffer): void {
    if (payload.length > 0 || isFinal) this.#pieces.push(payload)
    if (this.#pieces.length > MOST_PIECES) throw new Error(`a message comes in more than ${MOST_PIECES} pieces`)
    this.#piecesBytes += payload.length
    if (!isFinal) return
    const message = this.#pieces.length === 1 ? payload : Buffer.concat(this.#pieces)
    const kind = this.#kind
    this.#pieces = []
    this.#piecesBytes = 0
    this.#kind = null
    if (kind === 'text') this.#listener.text(new TextDecoder('utf-8', { fatal: true }).decode(message))
    else this.#listener.binary(message)
  }

  #peek(length: number): Buffer {
    const [first] = this.#chunks
    return first !== undefined && first.length >= length ? first : ((this.#chunks = [Buffer.concat(this.#chunks)])[0] as Buffer)
  }

  #take(length: number): Buffer {
    this.#available -= length
    const [first] = this.#chunks
    if (first !== undefined && first.length > length) {
      this.#chunks[0] = first.subarray(length)
      return first.subarray(0, length)
    }
    const taken: Buffer[] = []
    for (let missing = length; missing > 0;) {
      const chunk = this.#chunks.shift() as Buffer
      taken.push(chunk.length <= missing ? chunk : chunk.subarray(0, missing))
      if (chunk.length > missing) this.#chunks.unshift(chunk.subarray(missing))
      missing -= Math.min(missing, chunk.length)
    }
    return taken.length === 1 ? (taken[0] as Buffer) : Buffer.concat(taken)
  }
}
