import { AppError } from '@keywright/core/problem-code.ts'
import { open } from '../../kernel/envelope.ts'
import { requireFreshProof, requireTypeRole } from '../policy.ts'
import type { Caller, Services } from '../services.ts'
import { commit } from '../unit.ts'
import { loadKey, requireCommand } from './load-key.ts'

/** The newest secret of a retrievable key. Audited in the same transaction: a reveal that left no event did not happen. */
export async function revealSecret(services: Services, caller: Caller, organizationId: string, keyId: string): Promise<string> {
  return commit(services, caller, async (unit) => {
    const loaded = await loadKey(unit, organizationId, keyId)
    const { key, type, versions } = loaded
    requireTypeRole(caller, type, 'reveal')
    requireFreshProof(caller, type, unit.now)
    requireCommand('reveal', loaded, unit.now)
    const newest = versions.at(-1)
    if (type.visibility !== 'retrievable' || !newest?.ciphertext)
      throw new AppError(
        'policy_conflict',
        `A secret of the type "${type.slug}" is shown once, when it is issued.${type.replace.allowed ? ' Replace it to get a new one.' : ' Issue a new key.'}`,
      )
    const secret = open(services.masterKey, newest.ciphertext, { organizationId, keyId, version: newest.number })
    unit.audit({
      organizationId,
      action: 'key.revealed',
      subject: { kind: 'key', id: keyId },
      detail: { type: key.type, environment: key.environment, name: key.name, hint: key.hint, version: newest.number },
    })
    return Buffer.from(secret).toString('utf8')
  })
}
