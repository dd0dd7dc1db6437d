import fc from 'fast-check'
import { expect, test } from 'vitest'
import { systemRandom } from '../kernel/random.ts'
import type { StoredAuditEvent } from '../store/audit-events.ts'
import { type AuditEvent, CHAIN_START, chainEvent, type ChainEnd, chainFault } from './audit.ts'
import { AUDIT_ACTIONS } from './catalog.ts'

const EVENT: AuditEvent = {
  organizationId: 'org_1',
  action: 'key.issued',
  actor: { kind: 'host', id: 'x', name: null },
  subject: { kind: 'key', id: 'key_1' },
  detail: { name: 'a', gone: undefined },
  requestId: null,
}

function chain(length: number): StoredAuditEvent[] {
  const events: StoredAuditEvent[] = []
  for (let index = 0; index < length; index++)
    events.push(chainEvent(events.at(-1) ?? CHAIN_START, { ...EVENT, detail: { ...EVENT.detail, index } }, 1000 + index, systemRandom))
  return events
}

function faults(events: readonly StoredAuditEvent[]): string[] {
  let end: ChainEnd = CHAIN_START
  return events.flatMap((event) => {
    const fault = chainFault(end, event)
    end = event
    return fault ?? []
  })
}

test('a chain as it was written has no fault, also after it went through storage', () => {
  const events = chain(5)
  expect(faults(events)).toEqual([])
  expect(faults(JSON.parse(JSON.stringify(events)) as StoredAuditEvent[])).toEqual([])
})

test('an event that was changed, taken out or moved breaks it, whichever member it was', () => {
  const changes: Partial<StoredAuditEvent>[] = [
    { at: 1 },
    { organizationId: null },
    { action: 'key.removed' },
    { actor: { kind: 'system', id: 'x', name: null } },
    { subjectId: 'key_2' },
    { subjectKind: 'type' },
    { detail: {} },
    { requestId: 'req_1' },
    { id: 'evt_1' },
  ]
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4 }), fc.constantFrom(...changes), (index, change) => {
      const events = chain(5)
      events[index] = { ...(events[index] as StoredAuditEvent), ...change }
      expect(faults(events)).toContainEqual(expect.stringContaining('was changed'))
    }),
    { numRuns: 50 },
  )
  expect(faults(chain(5).toSpliced(2, 1))).toContainEqual(expect.stringContaining('is missing'))
  const [first, second, ...rest] = chain(5) as [StoredAuditEvent, StoredAuditEvent, ...StoredAuditEvent[]]
  expect(faults([second, first, ...rest])).not.toEqual([])
})

test('an event written anew with a matching hash still does not continue what comes before it', () => {
  const events = chain(3)
  const forged = chainEvent({ number: 1, hash: 'f'.repeat(64) }, EVENT, 1001, systemRandom)
  expect(faults(events.toSpliced(1, 1, forged))).toEqual([expect.stringContaining('does not continue'), expect.stringContaining('does not continue')])
})

test('personal fields can be erased and the chain still proves the rest; changed ones are a fault', () => {
  const event = chainEvent(CHAIN_START, { ...EVENT, personal: { address: '192.0.2.1' } }, 1000, systemRandom)
  const other = chainEvent(CHAIN_START, { ...EVENT, personal: { address: '192.0.2.1' } }, 1000, systemRandom)
  expect(faults([event])).toEqual([])
  expect(faults([{ ...event, personal: null }])).toEqual([])
  expect(JSON.stringify({ ...event, personal: null })).not.toContain('192.0.2.1')
  // Salted: the same address leaves another hash each time, so a list of all addresses finds nothing.
  expect(event.detail['personal']).not.toBe(other.detail['personal'])
  const forged = { salt: event.personal?.salt as string, fields: { address: '192.0.2.2' } }
  expect(faults([{ ...event, personal: forged }])).toEqual([expect.stringContaining('personal fields of event 1 were changed')])
})

test('every action has a sentence', () => {
  for (const sentence of Object.values(AUDIT_ACTIONS)) expect(sentence).toMatch(/^[A-Z].*\.$/)
})
