import { CAPABILITIES } from '@keywright/core/permissions.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { formatInstant } from '@keywright/core/time.ts'
import { getSetting, putSettingQuery } from '../../store/settings.ts'
import type { IssuedKey } from '../keys/issue-key.ts'
import type { Caller, Services } from '../services.ts'
import { commit } from '../unit.ts'
import { issueOperatorKeyInUnit } from './own-keys.ts'

/**
 * The first management key of a data folder, with every capability; whoever can write the folder is an operator anyway.
 * @param again issues another although one was printed before: for a key that was lost. Earlier ones go on working.
 * @throws AppError `already_bootstrapped`.
 */
export async function bootstrap(services: Services, caller: Caller, again: boolean): Promise<IssuedKey> {
  return commit(services, caller, async (unit) => {
    const before = await getSetting(unit.transaction, unit.build, 'bootstrappedAt')
    if (before !== null && !again) {
      throw new AppError(
        'already_bootstrapped',
        `The first management key of this data folder was printed at ${formatInstant(Number(before))}. With a management key at hand, issue more with "keywright management-keys issue". If it was lost, "keywright bootstrap --again" prints another.`,
      )
    }
    if (before === null) unit.defer(putSettingQuery(unit.build, { name: 'bootstrappedAt', value: String(unit.now) }))
    unit.audit({ organizationId: null, action: 'installation.bootstrapped', subject: { kind: 'installation', id: 'installation' }, detail: { again } })
    return issueOperatorKeyInUnit(services, caller, unit, {
      name: `bootstrap ${formatInstant(unit.now)}`,
      capabilities: [...CAPABILITIES],
      addresses: 'any',
      expiresAt: null,
    })
  })
}
