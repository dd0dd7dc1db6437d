import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judge, KEY_COMMANDS, type KeyCommand, type LifecycleFacts, refusalOf, statusAt, type StoredStatus, type Verdict } from './lifecycle.ts'

const NOW = 1_785_000_000_000

/** The states that the columns of the product's table stand for. */
const COLUMNS: Record<string, LifecycleFacts[]> = {
  pending: [facts('pending'), facts('pending', NOW + 1), facts('pending', NOW + 1, NOW + 1)],
  active: [facts('active'), facts('active', NOW + 1), facts('active', null, NOW + 1)],
  inactive: [facts('inactive'), facts('inactive', NOW + 1), facts('inactive', null, NOW + 1)],
  'active, ended': [facts('active', NOW), facts('active', null, NOW), facts('active', NOW - 1, NOW + 1), facts('active', NOW + 1, NOW - 1)],
  'pending or inactive, ended': [facts('pending', NOW), facts('pending', null, NOW), facts('inactive', NOW), facts('inactive', null, NOW)],
  removed: [facts('removed'), facts('removed', NOW), facts('removed', null, NOW), facts('removed', NOW + 1, NOW + 1)],
}

// Copied from the product's table by hand, not from the code.
const EXPECTED: Record<KeyCommand, Verdict[]> = {
  activate: ['yes', 'no-op', 'yes', 'refused', 'refused', 'refused'],
  deactivate: ['refused', 'yes', 'no-op', 'yes', 'no-op', 'refused'],
  replace: ['yes', 'yes', 'yes', 'refused', 'refused', 'refused'],
  'finish-overlap': ['refused', 'yes', 'yes', 'yes', 'yes', 'refused'],
  update: ['yes', 'yes', 'yes', 'limited', 'limited', 'refused'],
  reveal: ['yes', 'yes', 'yes', 'yes', 'yes', 'refused'],
  remove: ['yes', 'yes', 'yes', 'yes', 'yes', 'no-op'],
}

function facts(status: StoredStatus, expiresAt: number | null = null, retiredAt: number | null = null): LifecycleFacts {
  return { status, expiresAt, retiredAt }
}

describe('the table of commands', () => {
  const cells = Object.entries(COLUMNS).flatMap(([column, states], index) =>
    KEY_COMMANDS.map((command) => ({ command, column, states, expected: EXPECTED[command][index] as Verdict })),
  )
  test.each(cells)('$command of a key that is $column: $expected', ({ command, states, expected }) => {
    for (const state of states) expect([state, judge(command, state, NOW)]).toEqual([state, expected])
  })
})

describe('status', () => {
  test('an end holds from its very millisecond', () => {
    expect([NOW - 1, NOW, NOW + 1].map((now) => statusAt(facts('active', NOW), now))).toEqual(['active', 'expired', 'expired'])
    expect([NOW - 1, NOW, NOW + 1].map((now) => statusAt(facts('active', null, NOW), now))).toEqual(['active', 'retired', 'retired'])
  })

  test('removed wins over retired, retired over expired, and both over what is stored', () => {
    expect(statusAt(facts('removed', NOW, NOW), NOW)).toBe('removed')
    expect(statusAt(facts('inactive', NOW, NOW), NOW)).toBe('retired')
    expect(statusAt(facts('pending', NOW, NOW + 1), NOW)).toBe('expired')
  })
})

describe('no way back', () => {
  /** What the use cases do with a verdict, in its boldest form: the expiry is moved whenever that is allowed at all. */
  function obey(state: LifecycleFacts, command: KeyCommand, expiresAt: number | null, now: number): LifecycleFacts {
    const verdict = judge(command, state, now)
    if (verdict !== 'yes') return state
    if (command === 'activate') return { ...state, status: 'active', expiresAt }
    if (command === 'deactivate') return { ...state, status: 'inactive' }
    if (command === 'remove') return { ...state, status: 'removed' }
    if (command === 'update' || command === 'replace') return { ...state, expiresAt }
    return state
  }

  test('no sequence of commands revives a removed, expired or retired key (trap 10)', () => {
    const ends = fc.option(fc.integer({ min: -50, max: 200 }).map((delta) => NOW + delta))
    const steps = fc.array(fc.record({ command: fc.constantFrom(...KEY_COMMANDS), expiresAt: ends, wait: fc.integer({ min: 0, max: 40 }) }), { maxLength: 30 })
    const begin = fc.record({ status: fc.constantFrom<StoredStatus>('pending', 'active', 'inactive', 'removed'), expiresAt: ends, retiredAt: ends })
    const ended = new Set(['removed', 'expired', 'retired'])
    fc.assert(
      fc.property(begin, steps, (first, list) => {
        let state: LifecycleFacts = first
        let now = NOW
        let over = ended.has(statusAt(state, now))
        for (const { command, expiresAt, wait } of list) {
          now += wait
          over ||= ended.has(statusAt(state, now))
          state = obey(state, command, expiresAt, now)
          if (over) expect(ended.has(statusAt(state, now))).toBe(true)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('a removed key stays removed', () => {
    for (const command of KEY_COMMANDS) expect(obey(facts('removed'), command, null, NOW).status).toBe('removed')
  })
})

describe('the sentence of a refusal', () => {
  test('names the state, and what works instead', () => {
    expect(refusalOf('activate', facts('removed'), NOW)).toBe('The key was removed. Issue a new one.')
    expect(refusalOf('activate', facts('active', NOW), NOW)).toBe('The key has expired, so it cannot be given "activate". Issue a new one.')
    expect(refusalOf('replace', facts('active', NOW, NOW), NOW)).toContain('successor type')
    expect(refusalOf('deactivate', facts('pending'), NOW)).toBe('The key is pending. Activate it before "deactivate".')
  })
})
