import { AppError } from '@keywright/core/problem-code.ts'
import { deleteApi, listApis } from '../../store/apis.ts'
import { deleteKeyType, getKeyType } from '../../store/key-types.ts'
import { countKeysOfType } from '../../store/keys.ts'
import type { Caller, Services } from '../services.ts'
import { commit } from '../unit.ts'

/** @throws AppError `in_use` while it has keys, removed ones too: their records name it. */
export async function removeKeyType(services: Services, caller: Caller, slug: string): Promise<void> {
  await commit(services, caller, async (unit) => {
    const { build, transaction } = unit
    if (!(await getKeyType(transaction, build, slug))) throw new AppError('not_found', 'There is no such key type.')
    const keys = (await countKeysOfType(transaction, build, slug)).reduce((sum, row) => sum + row.count, 0)
    if (keys > 0)
      throw new AppError('in_use', `The key type has ${keys} ${keys === 1 ? 'key' : 'keys'}, removed ones included; their history names it.`, {
        extra: { keys },
      })
    const apis = (await listApis(transaction, build)).filter((api) => api.definition.accepts.includes(slug)).map((api) => api.definition.slug)
    if (apis.length > 0) throw new AppError('in_use', `The key type is accepted by ${apis.join(', ')}. Change that first.`, { extra: { apis } })
    await deleteKeyType(transaction, build, slug)
    unit.change({ kind: 'keyTypeRemoved', slug })
    unit.audit({ organizationId: null, action: 'key_type.removed', subject: { kind: 'key_type', id: slug }, detail: {} })
  })
}

/** From the next call on, nothing is accepted for this API. */
export async function removeApi(services: Services, caller: Caller, slug: string): Promise<void> {
  await commit(services, caller, async (unit) => {
    if (!(await deleteApi(unit.transaction, unit.build, slug))) throw new AppError('not_found', 'There is no such API.')
    unit.change({ kind: 'apiRemoved', slug })
    unit.audit({ organizationId: null, action: 'api.removed', subject: { kind: 'api', id: slug }, detail: {} })
  })
}
