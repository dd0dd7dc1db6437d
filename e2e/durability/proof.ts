import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect } from 'vitest'
import { doctor, type Installation } from './installation.ts'

interface ExportedEvent {
  number: number
  id: string
  at: string
  organizationId: string | null
  action: string
  actor: { kind: string; id: string; name: string | null }
  subject: { kind: string; id: string }
  detail: Record<string, unknown>
  requestId: string | null
  previousHash: string
  hash: string
}

const ISSUED_OR_CHANGED = /^(key|management_key|verifier_key)\./

/** The exported audit, its chain proven with nothing but the export: numbers without a gap, each hash over the one before. */
export async function provenAudit({ server, admin }: Installation): Promise<ExportedEvent[]> {
  const response = await fetch(`${server.url}/v1/audit-events:export`, { headers: { authorization: `Bearer ${admin}` } })
  expect(response.status).toBe(200)
  const text = await response.text()
  const events = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ExportedEvent)
  let previous = '0'.repeat(64)
  for (const [index, event] of events.entries()) {
    const { number, id, at, organizationId, action, actor, subject, detail, requestId, previousHash, hash } = event
    expect({ number, previousHash }, 'the chain has a gap').toEqual({ number: index + 1, previousHash: previous })
    const members = [
      number,
      id,
      organizationId,
      Date.parse(at),
      action,
      [actor.kind, actor.id, actor.name],
      subject.kind,
      subject.id,
      detail,
      requestId,
      previousHash,
    ]
    expect(hash, `event ${number} is not what was hashed`).toBe(createHash('sha256').update(JSON.stringify(members)).digest('hex'))
    previous = hash
  }
  return events
}

/**
 * The database holds one history: change log without a gap, an audit event for every change of a key and the other way round, and
 * rows, log and replica that know the same keys. @returns how many keys there are.
 */
export async function proveHistory(installation: Installation, events: readonly ExportedEvent[]): Promise<number> {
  const findings = await doctor(installation.server)
  // The server counts verifications in between and may have added their events since the export; none may be missing.
  expect(findings['audit chain']).toMatch(/^\d+ events, whole$/)
  expect(Number.parseInt(findings['audit chain'] as string, 10)).toBeGreaterThanOrEqual(events.length)
  using database = new DatabaseSync(join(installation.server.folder, 'data/keywright.db'), { readOnly: true })
  const count = (sql: string) => Number(Object.values(database.prepare(sql).get() as object)[0])
  expect(count('SELECT count(*) - max(number) FROM change_log'), 'the change log has a gap').toBe(0)
  expect(count('SELECT count(DISTINCT mark) - count(*) FROM change_log')).toBe(0)
  const keyEvents = events.filter((event) => ISSUED_OR_CHANGED.test(event.action))
  expect(count("SELECT count(*) FROM change_log WHERE kind = 'key'"), 'a change without an event, or an event without a change').toBe(keyEvents.length)
  const keys = count('SELECT count(*) FROM keys')
  expect(count("SELECT count(DISTINCT body ->> '$.key.id') FROM change_log WHERE kind = 'key'")).toBe(keys)
  expect(new Set(keyEvents.map((event) => event.subject.id)).size).toBe(keys)
  expect(findings.replica).toBe(`${keys} keys at change ${count('SELECT max(number) FROM change_log')}`)
  // A key without its newest secret, or with one that is no version of it, would be half a change.
  expect(count('SELECT count(*) FROM keys WHERE newest_version <> (SELECT max(number) FROM secret_versions WHERE key_id = keys.id)')).toBe(0)
  expect(count('SELECT count(*) FROM keys WHERE newest_version <> (SELECT count(*) FROM secret_versions WHERE key_id = keys.id)')).toBe(0)
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  expect(database.prepare('PRAGMA foreign_key_check').all()).toEqual([])
  return keys
}
