import { expect, test } from 'vitest'
import { emptyReplica, ReplicaKeeper } from './replica-keeper.ts'
import { checkChange, readServerMessage } from './server-message.ts'

const cursor = { number: 1, mark: '0000000000000001' }
const GOOD: Record<string, Record<string, unknown>> = {
  welcome: { type: 'welcome', protocol: 1, server: '0', installation: 'ins', session: 's', now: 1, stalenessSeconds: 300, pingSeconds: 10 },
  snapshot: { type: 'snapshot', snapshot: 'x', from: cursor, next: 0, keys: 5 },
  snapshotEnd: { type: 'snapshotEnd', until: 3 },
  changes: { type: 'changes', from: 0, to: cursor, changes: [] },
  pong: { type: 'pong', id: 1, now: 1_700_000_000_000 },
  usageTaken: { type: 'usageTaken', batch: 1 },
  leased: { type: 'leased', key: 'key_1', lease: null, calls: 0, holdMs: 0, retryAfterMs: 100 },
  goodbye: { type: 'goodbye', code: 'shutting_down', detail: 'Later.' },
}
/** Nobody reads these. */
const UNREAD = ['type', 'server', 'session']

test.each(Object.entries(GOOD))('%s is read as it is sent, and refused by name where a field is missing or of another kind', (type, message) => {
  expect(readServerMessage(JSON.stringify(message))).toEqual(message)
  for (const name of Object.keys(message).filter((each) => !UNREAD.includes(each) && !(type === 'welcome' && each === 'now'))) {
    for (const wrong of [undefined, {}, true, name === 'lease' ? 'x' : null])
      expect(() => readServerMessage(JSON.stringify({ ...message, [name]: wrong }))).toThrow(`a message "${type}" comes without a "${name}" that can be read`)
  }
})

test('trap: an answer that does not say what time it is makes no time of which nothing is ever over', () => {
  for (const text of ['{"type":"pong","id":1}', '{"type":"pong","id":1,"now":null}', '{"type":"pong","id":1,"now":1e999}', '{"type":"pong","id":1,"now":"x"}'])
    expect(() => readServerMessage(text)).toThrow(/"now"/)
})

test('what is of a newer server and no decision depends on is passed over; what is no message is not', () => {
  expect(readServerMessage('{"type":"weather","sunny":true}')).toBe(null)
  expect(readServerMessage('{"type":"constructor"}')).toBe(null)
  for (const text of ['', '{', 'null', '[]', '7', '"welcome"', '{"type":7}']) expect(() => readServerMessage(text)).toThrow(/no type|JSON/)
})

test('a change of a kind that is not known is refused: what it takes away is not known either', () => {
  expect(() => checkChange({ kind: 'quarantine', key: {} })).toThrow(
    'it tells of a change (quarantine) that this version of @keywright/sdk does not know; bring the SDK up to date',
  )
  for (const change of [null, undefined, 7, {}, { kind: 'toString' }]) expect(() => checkChange(change)).toThrow(/does not know/)
  const keeper = new ReplicaKeeper()
  const replica = emptyReplica(0)
  replica.startAt(cursor)
  keeper.adopt(replica)
  const apply = (change: unknown) => keeper.apply({ from: 1, to: { number: 2, mark: '0000000000000002' }, changes: [change as never] })
  expect(() => apply({ kind: 'quarantine' })).toThrow(/does not know/)
  expect(() => apply({ kind: 'key', key: { id: 'key_1' } })).toThrow(/^a change \(key\) cannot be used: /)
  expect(keeper.cursor, 'and it stays where it was').toEqual(cursor)
})
