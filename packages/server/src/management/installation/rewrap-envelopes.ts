import { AppError } from '@keywright/core/problem-code.ts'
import type { MasterKey } from '../../config/master-key.ts'
import { open, seal } from '../../kernel/envelope.ts'
import { ENVELOPE_COLUMNS, eachEnvelopePage, putEnvelope } from '../../store/envelopes.ts'
import { putSettingQuery } from '../../store/settings.ts'
import type { Caller, Services } from '../services.ts'
import { commit } from '../unit.ts'

/**
 * Puts every envelope under another master key and says so in the settings, in one transaction: the database is under the one
 * key or under the other, whenever it is interrupted. Each new envelope is read back and opened before the commit.
 * @returns how many envelopes each table has.
 * @throws AppError `storage_unavailable` when one does not open; then nothing has changed.
 */
export async function rewrapEnvelopes(services: Services, caller: Caller, next: MasterKey): Promise<Record<string, number>> {
  const { masterKey, random } = services
  return commit(services, caller, async (unit) => {
    const counts: Record<string, number> = {}
    for (const column of ENVELOPE_COLUMNS) {
      let [wrapped, proven] = [0, 0]
      for await (const page of eachEnvelopePage(unit.transaction, column)) {
        for (const row of page) {
          const secret = openOr(row.key, () => open(masterKey, row.envelope, row.context))
          putEnvelope(unit.transaction, column, row, seal(next, secret, row.context, random))
          secret.fill(0)
        }
        wrapped += page.length
      }
      for await (const page of eachEnvelopePage(unit.transaction, column)) {
        for (const row of page) openOr(row.key, () => open(next, row.envelope, row.context)).fill(0)
        proven += page.length
      }
      if (wrapped !== proven)
        throw new AppError('storage_unavailable', `${wrapped} envelopes were put under the new key and ${proven} found again. Nothing was changed.`)
      counts[column.table] = (counts[column.table] ?? 0) + proven
    }
    unit.defer(putSettingQuery(unit.build, { name: 'masterKeyId', value: next.id }))
    unit.audit({
      organizationId: null,
      action: 'installation.master_key_rotated',
      subject: { kind: 'installation', id: 'installation' },
      detail: { from: masterKey.id, to: next.id, envelopes: counts },
    })
    return counts
  })
}

function openOr(key: readonly (string | number)[], opens: () => Uint8Array): Uint8Array {
  try {
    return opens()
  } catch (cause) {
    throw new AppError('storage_unavailable', `What is stored for ${key.join(' version ')} does not open with the master key. Nothing was changed.`, { cause })
  }
}
