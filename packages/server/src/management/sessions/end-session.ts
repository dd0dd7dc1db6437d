import { isId } from '@keywright/core/id.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { getSession, putSessionQuery, type StoredSession } from '../../store/sessions.ts'
import { loadKey } from '../keys/load-key.ts'
import { requireTypeRole } from '../policy.ts'
import type { Caller, Services } from '../services.ts'
import { commit, type Unit } from '../unit.ts'

/**
 * Ends one session of a key alone. The others go on.
 * @throws AppError `not_found` for a session that is not of this key, or that was never recorded.
 */
export async function endSession(
  services: Services,
  caller: Caller,
  place: { organizationId: string; keyId: string; sessionId: string },
): Promise<StoredSession> {
  return commit(services, caller, async (unit) => {
    const { organizationId, keyId, sessionId } = place
    const { type } = await loadKey(unit, organizationId, keyId)
    requireTypeRole(caller, type, 'manage')
    const session = isId('session', sessionId) ? await getSession(unit.transaction, unit.build, { organizationId, keyId, id: sessionId }) : null
    if (session === null) throw new AppError('not_found', 'There is no such session of this key.')
    if (session.endedAt !== null || unit.now >= session.expiresAt) return session
    return endInUnit(unit, organizationId, session, {})
  })
}

/** Records the end and tells verifiers, until the token would have expired anyway. */
export function endInUnit(unit: Unit, organizationId: string, session: StoredSession, detail: Record<string, unknown>): StoredSession {
  const ended = { ...session, endedAt: unit.now }
  unit.defer(putSessionQuery(unit.build, ended))
  unit.change({ kind: 'sessionEnded', session: { keyId: session.keyId, sessionId: session.id, expiresAt: session.expiresAt } })
  unit.audit({
    organizationId,
    action: 'session.ended',
    subject: { kind: 'key', id: session.keyId },
    detail: { session: session.id, expiresAt: session.expiresAt, ...detail },
  })
  return ended
}
