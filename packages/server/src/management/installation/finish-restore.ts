import { randomBytes } from 'node:crypto'
import type { Place, RevokedState } from '../../kernel/revocation-lines.ts'
import { changeLogHead } from '../../store/change-log.ts'
import { putVerifierQuery, type StoredVerifier } from '../../store/verifiers.ts'
import type { Caller, Services } from '../services.ts'
import { commit } from '../unit.ts'
import { closeDoors, type DoorsClosed, type MembersBefore } from './close-doors.ts'
import type { Loss } from './measure-loss.ts'
import { type RevokedAgain, revokeAgain } from './revoke-again.ts'

export interface RestoreFacts {
  takenAt: number | null
  /** Head of the backup. */
  audit: { number: number; hash: string }
  change: number
  /** Null: there was no database, or it could not be read. */
  loss: Loss | null
  keptAs: string | null
  members: MembersBefore
  /** The longest bound that this server allows a verifier elsewhere. */
  maxStalenessSeconds: number
}

/**
 * Whoever connected after the backup is in no table any more and may still accept what is revoked from now on, until it is heard of or its bound is
 * over. It stands in the list as one, so that "refused everywhere" is not said too early.
 */
function connectedAfterBackup(now: number, stalenessSeconds: number): StoredVerifier {
  const nobody = { keyId: '', apis: [], host: '', pid: 0, sdk: '', address: null, lastBatch: 0 }
  const times = { mayAcceptUntil: now + stalenessSeconds * 1000, connectedAt: now, lastHeardAt: now }
  return { id: 'connected-after-the-backup', name: 'connected after the backup', stalenessSeconds, onStale: 'refuse', ...nobody, ...times }
}

/**
 * In one transaction: what was revoked since is revoked again, and the audit trail says what was lost. The changes this writes
 * follow the backup's numbers under new marks, so a place in the lost history is a place in no history: who holds it gets a snapshot.
 * @returns also the place in the log from which the journal goes on.
 */
export async function finishRestore(
  services: Services,
  caller: Caller,
  states: Iterable<RevokedState>,
  facts: RestoreFacts,
): Promise<{ again: RevokedAgain; doors: DoorsClosed; place: Place }> {
  const { build } = services.database
  const { again, doors } = await commit(services, caller, async (unit) => {
    unit.defer(build.deleteFrom('settings').where('name', '=', 'backup').compile())
    const done = await revokeAgain(unit, states)
    const closed = await closeDoors(unit, facts.members)
    unit.defer(putVerifierQuery(build, connectedAfterBackup(unit.now, facts.maxStalenessSeconds)))
    const { loss, audit, change, takenAt, keptAs } = facts
    unit.audit({
      organizationId: null,
      action: 'installation.restored',
      subject: { kind: 'installation', id: 'installation' },
      detail: {
        backup: { takenAt, audit, change },
        lost:
          loss === null
            ? null
            : { auditEvents: loss.auditEvents, lastEvent: loss.lastEvent, actions: loss.actions, changes: loss.changes, keys: loss.keys.length },
        revokedAgain: {
          keys: done.keys.length,
          organizations: done.organizations.length,
          unknown: done.unknown.slice(0, 1000),
          withoutSecret: done.withoutSecret.slice(0, 1000),
        },
        people: {
          sessionsEnded: closed.sessions,
          invitationsWithdrawn: closed.invitations,
          removedAgain: closed.removed.slice(0, 1000),
          narrowedAgain: closed.narrowed.slice(0, 1000),
          known: closed.known,
        },
        keptAs,
      },
    })
    return { again: done, doors: closed }
  })
  const head = await changeLogHead(services.database.reader, build)
  return { again, doors, place: [head.number, head.number === 0 ? randomBytes(8).toString('hex') : head.mark] }
}
