import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MOST_MESSAGE_BYTES, MOST_PIECES, WebSocketFrames, writeFrame } from './web-socket-frames.ts'

type Heard = ['text', string] | ['binary', string] | ['ping', string] | ['close', number]

function reader(): { frames: WebSocketFrames; heard: Heard[] } {
  const heard: Heard[] = []
  const frames = new WebSocketFrames({
    text: (message) => heard.push(['text', message]),
    binary: (message) => heard.push(['binary', Buffer.from(message).toString('hex')]),
    ping: (payload) => heard.push(['ping', Buffer.from(payload).toString('hex')]),
    close: (code) => heard.push(['close', code]),
  })
  return { frames, heard }
}

/** A frame as a server writes it. */
function frame(opcode: number, payload: Uint8Array, { final = true } = {}): Buffer {
  const { length } = payload
  const head = length < 126 ? Buffer.from([0, length]) : length < 65_536 ? Buffer.from([0, 126, length >> 8, length & 255]) : Buffer.alloc(10)
  if (length >= 65_536) {
    head[1] = 127
    head.writeBigUInt64BE(BigInt(length), 2)
  }
  head[0] = (final ? 0x80 : 0) | opcode
  return Buffer.concat([head, payload])
}

const message = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }).map((text) => ({ opcode: 1, bytes: Buffer.from(text), heard: ['text', text] as Heard })),
  fc.uint8Array({ maxLength: 70_000 }).map((bytes) => ({ opcode: 2, bytes, heard: ['binary', Buffer.from(bytes).toString('hex')] as Heard })),
)

test('messages arrive as they were sent, in whatever pieces the network brings them and however they were fragmented', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 6 }), fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1 }), fc.nat(3), (messages, sizes, parts) => {
      const { frames, heard } = reader()
      const bytes = Buffer.concat(
        messages.flatMap(({ opcode, bytes: payload }) => {
          const step = Math.ceil((payload.length + 1) / (parts + 1))
          return Array.from({ length: parts + 1 }, (_none, part) =>
            // A ping may come between the pieces of a message.
            Buffer.concat([
              frame(part === 0 ? opcode : 0, payload.subarray(part * step, (part + 1) * step), { final: part === parts }),
              frame(9, Uint8Array.of(part)),
            ]),
          )
        }),
      )
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = sizes[turn % sizes.length] as number
        frames.push(bytes.subarray(at, at + size))
        at += size
      }
      expect(heard.filter(([kind]) => kind !== 'ping')).toEqual(messages.map((each) => each.heard))
    }),
    { numRuns: 60 },
  )
})

test.each([
  ['a masked frame', Buffer.from([0x81, 0x80, 1, 2, 3, 4])],
  ['an extension', Buffer.from([0xc1, 0])],
  ['an unknown opcode', Buffer.from([0x83, 0])],
  ['a continuation of nothing', frame(0, Buffer.from('x'))],
  ['a message inside another', Buffer.concat([frame(1, Buffer.from('a'), { final: false }), frame(1, Buffer.from('b'))])],
  ['a ping in pieces', frame(9, Buffer.from('x'), { final: false })],
  ['a long ping', frame(9, Buffer.alloc(126))],
  ['text that is not UTF-8', frame(1, Buffer.from([0xff, 0xfe]))],
  ['half a code', frame(8, Buffer.from([3]))],
])('%s is refused', (_what, bytes) => {
  expect(() => reader().frames.push(bytes)).toThrow(Error)
})

test('a message that would fill the memory is refused by its length, before it has come', () => {
  const head = Buffer.alloc(10)
  head[0] = 0x82
  head[1] = 127
  head.writeBigUInt64BE(BigInt(MOST_MESSAGE_BYTES) + 1n, 2)
  expect(() => reader().frames.push(head)).toThrow(/larger/)
})

test('a message in pieces without end is refused, and empty pieces cost no memory', () => {
  const { frames, heard } = reader()
  const empty = frame(0, new Uint8Array(0), { final: false })
  frames.push(frame(1, new Uint8Array(0), { final: false }))
  for (let count = 0; count <= MOST_PIECES; count++) frames.push(empty)
  frames.push(frame(0, Buffer.from('end')))
  expect(heard).toEqual([['text', 'end']])
  frames.push(frame(2, new Uint8Array(1), { final: false }))
  const one = frame(0, new Uint8Array(1), { final: false })
  expect(() => {
    for (let count = 0; count <= MOST_PIECES; count++) frames.push(one)
  }).toThrow(/pieces/)
})

test('trap: nothing is heard after the end, also when it has come in the same packet', () => {
  const heard: string[] = []
  const frames: WebSocketFrames = new WebSocketFrames({
    text: (said) => {
      heard.push(said)
      frames.stop()
    },
    binary: () => heard.push('binary'),
    ping: () => heard.push('ping'),
    close: () => heard.push('close'),
  })
  frames.push(Buffer.concat([frame(1, Buffer.from('goodbye')), frame(1, Buffer.from('welcome')), frame(2, Buffer.from('x')), frame(8, Buffer.alloc(2))]))
  frames.push(frame(1, Buffer.from('hello')))
  expect(heard).toEqual(['goodbye'])
})

test('noise is refused or waited for, never a hang', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      try {
        reader().frames.push(Buffer.from(bytes))
      } catch (error) {
        expect(error).toBeInstanceOf(Error)
      }
    }),
    { numRuns: 3000 },
  )
})

test('what is sent is masked, and whole', () => {
  for (const length of [0, 5, 125, 126, 65_535, 65_536]) {
    const payload = Buffer.alloc(length, 'k')
    const bytes = writeFrame('text', payload)
    const lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8
    expect(bytes[0]).toBe(0x81)
    expect((bytes[1] as number) & 0x80).toBe(0x80)
    const mask = bytes.subarray(2 + lengthBytes, 6 + lengthBytes)
    const body = bytes.subarray(6 + lengthBytes).map((byte, index) => byte ^ (mask[index & 3] as number))
    expect(Buffer.from(body).equals(payload)).toBe(true)
  }
})
