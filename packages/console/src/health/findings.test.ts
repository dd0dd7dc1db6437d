import { expect, test } from 'vitest'
import { findingsOf, printBytes } from './findings.ts'

const WELL = {
  ready: true,
  version: '0.1.0',
  startedAt: '2026-11-26T00:00:00Z',
  now: '2026-11-26T12:00:00Z',
  publicUrl: 'https://keys.example.com',
  supportContact: 'help@example.com',
  database: { kind: 'sqlite' as const, bytes: 4096, organizations: 1 },
  changeLog: { head: 10, changedAt: null },
  replica: { keys: 1, lag: 0 },
  usage: { backlog: 0, withoutAddress: 0 },
  journalBytes: 0,
  auditEvents: 10,
  outbox: { queued: 0, sent: 3, kept: 0, failed: 0, oldestQueuedAt: null },
  mailConfigured: true,
  oidc: null,
  lastBackup: { takenAt: '2026-11-25T12:00:00Z', change: 9 },
  signingKey: null,
}

test('an installation that is well has nothing to say', () => {
  expect(findingsOf(WELL, [{ status: 'live' }])).toEqual([])
})

test('what is wrong is told, the worst first', () => {
  const ill = { ...WELL, ready: false, lastBackup: null, mailConfigured: false, publicUrl: null, outbox: { ...WELL.outbox, failed: 2 } }
  expect(findingsOf(ill, [{ status: 'expired' }, { status: 'unbounded' }]).map(({ tone }) => tone)).toEqual([
    'danger',
    'danger',
    'warning',
    'warning',
    'warning',
    'warning',
    'info',
  ])
  const old = {
    ...WELL,
    lastBackup: { takenAt: '2026-11-10T12:00:00Z', change: 1 },
    outbox: { ...WELL.outbox, queued: 1, oldestQueuedAt: '2026-11-26T10:00:00Z' },
  }
  expect(findingsOf(old, []).map(({ message }) => message)).toEqual(['The last backup is 16 days old.', expect.stringMatching(/longer than an hour/)])
})

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [4096, '4.1 kB'],
  [12_345_678, '12.3 MB'],
])('%d bytes are %s', (bytes, expected) => expect(printBytes(bytes)).toBe(expected))
