import { describe, expect, test } from 'vitest'
import { AUDIT_ACTIONS } from '../../../server/src/events/catalog.ts'
import { SENTENCES } from '../text/audit.ts'
import { describeEvent, eventText } from './describe-event.ts'
import { isBackwards, NO_FILTERS, queryOf, readFilters, writeFilters } from './filters.ts'

const ADA = { kind: 'person', id: 'per_1', name: 'Ada' } as const
const event = (action: string, detail: Record<string, unknown> = {}, subject = { kind: 'key', id: 'key_1' }) => ({ actor: ADA, action, subject, detail })

describe('what an event says to people', () => {
  test('every action that the server writes has a sentence of its own', () => {
    const missing = Object.keys(AUDIT_ACTIONS).filter((action) => !(action in SENTENCES))
    expect(missing, 'add them to SENTENCES in packages/console/src/text/audit.ts').toEqual([])
  })

  test('no sentence names a fact that is not there', () => {
    for (const action of Object.keys(SENTENCES)) expect(eventText(event(action))).not.toMatch(/undefined|null|NaN|\[object/)
  })

  test.each([
    ['key.issued', { type: 'ucd', environment: 'live', name: 'Nightly export', hint: 'ucd_...a1b2' }, 'Ada issued the key Nightly export (ucd, live)'],
    ['key.removed', { type: 'ucd', environment: 'live', name: '', hint: 'ucd_...a1b2' }, 'Ada removed the key ucd_...a1b2 (ucd, live)'],
    ['key.updated', { name: 'Nightly export', changes: { scopes: {}, name: {} } }, 'Ada changed the key Nightly export: scopes, name'],
    ['address_list.updated', { type: 'ucd', from: null, to: 'any' }, 'Ada set the address list of key_1 to any address'],
    ['address_list.updated', { type: 'ucd', from: null, to: [{}] }, 'Ada set the address list of key_1 to 1 address'],
    ['organization.suspended', { slug: 'acme', reason: 'unpaid', keys: 1200, managementKeys: 1 }, 'Ada suspended the organization; 1,200 keys refused: unpaid'],
    ['command.refused', { operation: 'keys.issue', code: 'cap_reached', reason: 'You have 5 of 5.' }, 'Ada was refused: You have 5 of 5.'],
    ['verification.refused', { reason: 'ip_not_allowed', detail: null }, 'Ada refused a call with key_1: ip not allowed'],
    [
      'verification.refused',
      { type: 'ucd', environment: 'live', name: 'Nightly export', hint: 'ucd_...a1b2', reason: 'ip_not_allowed', detail: 'key_list' },
      'Ada refused a call with Nightly export (ucd, live): ip not allowed',
    ],
  ])('%s %j', (action, detail, expected) => {
    expect(eventText(event(action, detail))).toBe(expected)
  })

  test('people are called by name as long as the log may know them', () => {
    const changed = { ...event('member.role_changed', { from: 'member', to: 'auditor' }), personal: { name: 'Grace', email: 'grace@example.com' } }
    expect(eventText(changed)).toBe('Ada changed the role of Grace from member to auditor')
    expect(eventText({ ...changed, personal: null })).toBe('Ada changed the role of somebody whose name was erased from member to auditor')
    expect(eventText({ ...event('member.invited', { role: 'auditor' }), personal: { email: 'new@example.com' } })).toBe(
      'Ada invited new@example.com as auditor',
    )
  })

  test('what it is about can be followed', () => {
    expect(describeEvent(event('key.issued', { name: 'Nightly export' }))).toContainEqual({ kind: 'key', id: 'key_1', label: 'Nightly export' })
  })

  test('an action of a newer server is told by its own words', () => {
    expect(eventText(event('key.blessed_again'))).toBe('Ada did key blessed again key_1')
    expect(eventText(event('constructor'))).toBe('Ada did constructor key_1')
  })

  test('whoever has no name is called by what it is', () => {
    expect(eventText({ ...event('installation.backed_up'), actor: { kind: 'host', id: 'backup', name: null } })).toBe(
      'the command line on the server made a backup of the database',
    )
  })
})

describe('the filters of the address', () => {
  test('are written as they are read', () => {
    const filters = { ...NO_FILTERS, action: 'key', subject: 'key_1', from: '2026-11-01', to: '2026-11-26', q: 'nightly' }
    expect(readFilters(writeFilters(filters))).toEqual(filters)
    expect(writeFilters(NO_FILTERS)).toEqual({})
  })

  test('leave out what no filter could be', () => {
    expect(readFilters({ action: ['x'], from: '2026-02-31', to: 'tomorrow', page: '2', q: 7 })).toEqual({ ...NO_FILTERS, q: '7' })
    expect(readFilters({ q: 'x'.repeat(500) }).q).toHaveLength(100)
  })

  test('a day is meant from its beginning to its end where the person is', () => {
    const { from, to } = queryOf({ ...NO_FILTERS, from: '2026-11-26', to: '2026-11-26' })
    expect(new Date(from as string)).toEqual(new Date(2026, 10, 26))
    expect(new Date(to as string)).toEqual(new Date(2026, 10, 27))
    expect(queryOf(NO_FILTERS)).toEqual({})
  })

  test('from after to is said to be so', () => {
    expect(isBackwards({ ...NO_FILTERS, from: '2026-11-27', to: '2026-11-26' })).toBe(true)
    expect(isBackwards({ ...NO_FILTERS, from: '2026-11-26', to: '2026-11-26' })).toBe(false)
    expect(isBackwards({ ...NO_FILTERS, from: '2026-11-27' })).toBe(false)
  })
})
