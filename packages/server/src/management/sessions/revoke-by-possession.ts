import { isReservedSlug } from '@keywright/core/configuration/reserved.ts'
import { judge } from '@keywright/core/lifecycle.ts'
import type { SessionClaims } from '@keywright/core/session-token/claims.ts'
import { versionByDigest } from '../../store/secret-versions.ts'
import { getSession } from '../../store/sessions.ts'
import { deactivateInUnit, removeInUnit } from '../keys/change-status.ts'
import { type LoadedKey, loadKey } from '../keys/load-key.ts'
import { digestOf } from '../keys/make-secret.ts'
import { lifecycleOf } from '../policy.ts'
import type { Caller, Services } from '../services.ts'
import { commit, type Unit } from '../unit.ts'
import { endInUnit } from './end-session.ts'

/** Whoever holds it; there is no other proof of who that is. */
export function holder(requestId: string): Caller {
  return {
    actor: { kind: 'system', id: 'possession', name: null },
    role: 'operator',
    capabilities: new Set(),
    organizationId: null,
    requestId,
  }
}

/**
 * RFC 7009: who holds a secret may end it, as far as its type allows. From any address: who finds a leaked key must be able to stop it.
 * A secret that was replaced ends nothing: what leaked once must not stop its successor.
 */
export async function revokeKeyByPossession(services: Services, secret: string, from: { address: string | null; requestId: string }): Promise<void> {
  const { reader, build } = services.database
  const digest = digestOf(secret)
  const found = await versionByDigest(reader, build, digest)
  if (found === null) return
  await commit(services, holder(from.requestId), async (unit) => {
    const loaded = await loadOrdinary(unit, found.organizationId, found.version.keyId)
    const version = loaded?.versions.find((each) => Buffer.compare(each.digest, digest) === 0)
    if (!loaded || !version || (version.endsAt !== null && unit.now >= version.endsAt)) return
    const { possession } = loaded.type
    const detail = { by: 'possession', address: from.address }
    const facts = lifecycleOf(loaded.type, loaded.key)
    if (possession === 'revoke') removeInUnit(unit, loaded, 'key.removed', detail)
    else if (possession === 'deactivate' && judge('deactivate', facts, unit.now) === 'yes') deactivateInUnit(unit, loaded, detail)
  })
}

/** The same for a session token whose signature is good: it ends alone, where the type lets holders do anything at all. */
export async function revokeSessionByPossession(services: Services, claims: SessionClaims, from: { address: string | null; requestId: string }): Promise<void> {
  await commit(services, holder(from.requestId), async (unit) => {
    const { organizationId, keyId, sessionId: id } = claims
    const loaded = await loadOrdinary(unit, organizationId, keyId)
    if (!loaded || loaded.type.possession === 'off' || unit.now >= claims.expiresAt) return
    const recorded = await getSession(unit.transaction, unit.build, { organizationId, keyId, id })
    if (recorded?.endedAt) return
    const { secretVersion, epoch, issuedAt, expiresAt, audience } = claims
    const session = recorded ?? { keyId, id, secretVersion, epoch, issuedAt, expiresAt, audience, address: null, client: null, endedAt: null }
    endInUnit(unit, organizationId, session, { by: 'possession', address: from.address })
  })
}

/** Null for Keywright's own keys: those are ended by who manages them. */
async function loadOrdinary(unit: Unit, organizationId: string, keyId: string): Promise<LoadedKey | null> {
  const [rows] = await unit.batch<[{ key_type: string }]>([unit.build.selectFrom('keys').select('key_type').where('id', '=', keyId).compile()])
  return rows[0] === undefined || isReservedSlug(rows[0].key_type) ? null : loadKey(unit, organizationId, keyId)
}
