import type { UsageMessage } from '@keywright/core/contract/replica-stream.ts'
import { verifierMessage } from '@keywright/core/contract/replica-stream.ts'
import type { Decision } from '@keywright/core/verification/decision.ts'
import { expect, test } from 'vitest'
import { UsageQueue } from './usage-queue.ts'

const denied: Decision = { valid: false, reason: 'unknown', detail: null, key: null, retryAfterSeconds: null, missing: [], successor: null }

test('one message is on the way at a time, and is sent again under its number until it is stored', () => {
  const queue = new UsageQueue()
  const sent: UsageMessage[] = []
  const send = (message: object) => sent.push(message as UsageMessage) > 0
  queue.record(denied, '192.0.2.1', null, 60_000)
  queue.flush(send)
  queue.record(denied, '192.0.2.1', null, 60_000)
  queue.flush(send)
  queue.disconnected()
  queue.flush(send)
  expect(sent.map(({ batch }) => batch)).toEqual([1, 1])
  expect(queue.taken(1)).toBe(true)
  queue.flush(send)
  expect(sent.map(({ batch }) => batch)).toEqual([1, 1, 2])
})

test('trap: what a server cannot read, e.g. an older one a newer reason, is dropped and counted, not sent until the bound is over', () => {
  const queue = new UsageQueue()
  for (let call = 0; call < 3; call++) queue.record(denied, '192.0.2.1', null, 60_000)
  queue.misunderstood()
  expect(queue.dropped, 'it was not sent yet: something else was misunderstood').toBe(0)
  queue.flush(() => true)
  queue.misunderstood()
  queue.disconnected()
  expect([queue.dropped, queue.isEmpty]).toEqual([3, true])
})

test('however much was counted in an outage, the server can read it', () => {
  const queue = new UsageQueue()
  const sent: UsageMessage[] = []
  for (let address = 0; address < 1000; address++) queue.record(denied, `10.0.${address >> 8}.${address & 255}`, 'x'.repeat(1000), 60_000)
  const send = (message: object) => sent.push(message as UsageMessage) > 0
  for (queue.flush(send); sent.length > 0 && queue.taken(sent.at(-1)?.batch as number);) queue.flush(send)
  for (const message of sent) expect(verifierMessage.safeParse(message).success).toBe(true)
  expect(sent.flatMap(({ counts }) => counts).reduce((sum, { calls }) => sum + calls, 0)).toBe(1000)
})
